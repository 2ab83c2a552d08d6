import EmbeddingDumps
import Foundation
import Testing

/// The Python tool that turns Parquet metadata into JSON lines.
@Suite struct ParquetToolTests {
  private static let tool = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("tools/parquet-metadata").path

  @Test(.enabled(if: Python.hasPyArrow, "needs python3 with pyarrow (NEWEL_PYTHON)"))
  func parquetBecomesTheSameRows() throws {
    let folder = TemporaryFolder()
    let script = """
      import sys, os, datetime, pyarrow as pa, pyarrow.parquet as pq
      out = sys.argv[1] + '/metadata'
      os.makedirs(out)
      table = pa.table({
          'image_path': ['a.jpg', None, 'c\\u00e9\\n".jpg'], 'exif.model': ['x', 'y', None],
          'price': [1.5, float('nan'), float('inf')], 'id': [9007199254740993, 2, None],
          'when': [datetime.datetime(2024, 1, 2, 3, 4, 5), None, datetime.datetime(1999, 12, 31)],
          'nanos': pa.array([1, 2, None], pa.timestamp('ns')), 'day': [datetime.date(2020, 2, 29), None, None],
          'tags': [['a', 'b'], [], None], 'labels': [{'n': 1.0}, {'n': float('nan')}, None],
          'flag': [True, False, None], 'raw': [b'abc', b'\\xff', None]})
      pq.write_table(table, out + '/metadata_0.parquet')
      pq.write_table(table.slice(0, 0), out + '/metadata_1.parquet')
      open(sys.argv[1] + '/broken.parquet', 'wb').write(b'PAR1 nonsense')
      """
    let made = Python.run(["-c", script, folder.path])
    try #require(made.status == 0, "\(made.output)")
    let done = Python.run([Self.tool, folder.path])
    #expect(done.status == 0, "\(done.output)")
    #expect(done.output.contains("metadata_0.jsonl: 3 rows") && done.output.contains("metadata_1.jsonl: 0 rows"))
    var reader = try MetadataReader(folder.path, fileSystem: disk)
    var lines: [String] = []
    while let record = try reader.next() { lines.append(text(record.bytes)) }
    #expect(
      lines == [
        #"{"image_path":"a.jpg","exif.model":"x","price":1.5,"id":9007199254740993,"when":"2024-01-02T03:04:05","#
          + #""nanos":"1970-01-01T00:00:00","day":"2020-02-29","tags":["a","b"],"labels":{"n":1.0},"flag":true,"raw":"abc"}"#,
        #"{"image_path":null,"exif.model":"y","price":null,"id":2,"when":null,"nanos":"1970-01-01T00:00:00","#
          + #""day":null,"tags":[],"labels":{"n":null},"flag":false,"raw":"ff"}"#,
        #"{"image_path":"cé\n\".jpg","exif.model":null,"price":null,"id":null,"when":"1999-12-31T00:00:00","#
          + #""nanos":null,"day":null,"tags":null,"labels":null,"flag":null,"raw":null}"#,
      ])
    // Nothing is replaced unasked, nothing half-written stays.
    let again = Python.run([Self.tool, folder.path])
    #expect(again.status == 1 && again.output.contains("exists already; add --force"), "\(again.output)")
    #expect(Python.run([Self.tool, folder.path, "--force", "--quiet"]).output == "")
    let one = Python.run([
      Self.tool, folder.path + "/metadata/metadata_0.parquet", "--output", folder.path + "/new/x.jsonl", "--columns",
      "id,exif.model",
    ])
    #expect(one.status == 0, "\(one.output)")
    #expect(
      try String(contentsOfFile: folder.path + "/new/x.jsonl", encoding: .utf8).hasPrefix(
        "{\"exif.model\":\"x\",\"id\":9007199254740993}\n"))
    let broken = Python.run([Self.tool, folder.path + "/broken.parquet"])
    #expect(broken.status == 1 && broken.output.contains("is no readable Parquet file"), "\(broken.output)")
    #expect(Python.run([Self.tool, folder.path + "/nothing"]).status == 1)
    let names = try disk.list(folder.path + "/metadata")
    #expect(names == ["metadata_0.jsonl", "metadata_0.parquet", "metadata_1.jsonl", "metadata_1.parquet"])
  }

  @Test(.enabled(if: Python.isThere && !Python.hasPyArrow, "pyarrow is installed, so its absence cannot be tried"))
  func withoutPyArrowTheToolSaysHowToInstallIt() {
    let result = Python.run([Self.tool, "x"])
    #expect(result.status == 2)
    #expect(result.output.contains("pip install pyarrow"))
  }

  @Test(.enabled(if: Python.isThere, "needs python3")) func wrongUsageHasItsOwnStatus() {
    #expect(Python.run([Self.tool]).status == 2)
    #expect(Python.run([Self.tool, "--help"]).status == 0)
  }
}
