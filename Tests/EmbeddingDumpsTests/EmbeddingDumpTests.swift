import ByteStorage
import Glibc
import LinearAlgebra
import Testing

@testable import EmbeddingDumps

@Suite struct EmbeddingDumpTests {
  private func ids(_ dump: EmbeddingDump, size: Int = 4, where conditions: [String]? = nil) throws -> [String] {
    let filter = try conditions.map { try MetadataFilter(parsing: $0) }
    var ids: [String] = []
    try dump.forEachBatch(size: size, where: filter) { batch in
      #expect(batch.rows.rows > 0 && batch.rows.rows <= size)
      #expect(batch.rows.rows == batch.records.count && batch.rowNumbers.count == batch.rows.rows)
      #expect(batch.firstRow == batch.rowNumbers[0])
      for at in 0..<batch.rows.rows {
        let record = batch.records[at]
        let id = record.object["id"]?.stringValue ?? "?"
        // The fixtures' elements are their id.
        #expect(batch.rows.row(at).allSatisfy { $0 == Float(id) }, "row \(batch.rowNumbers[at]) has the wrong line")
        #expect(record.row == batch.rowNumbers[at])
        ids.append(id)
      }
    }
    return ids
  }

  @Test func shardsArePairedByNumberWhateverThePadding() throws {
    let folder = TemporaryFolder()
    try folder.writeShard("img_emb/img_emb_2.npy", "metadata/metadata_002.jsonl", rows: 3, first: 0)
    try folder.writeShard("img_emb/img_emb_10.npy", "metadata/metadata_010.jsonl", rows: 2, first: 3, type: "<f4")
    try folder.writeShard("img_emb/img_emb_9.npy", "metadata/metadata_009.jsonl", rows: 0)
    try folder.writeShard("img_emb/img_emb_11.npy", "metadata/metadata_011.jsonl", rows: 4, first: 5)
    try folder.write("img_emb/._img_emb_2.npy", "x")
    try folder.write("stats/0.json", "x")
    let dump = try EmbeddingDump.open(images: folder.path, metadata: folder.path, fileSystem: disk)
    #expect(dump.rowCount == 9 && dump.dimension == 3 && dump.hasMetadata)
    for size in [1, 2, 4, 5, 100] { #expect(try ids(dump, size: size) == (0..<9).map { "\($0)" }) }
    #expect(try dump.rows(2..<6) == [2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5])
  }

  @Test func otherLayoutsAreFound() throws {
    let folder = TemporaryFolder()
    try folder.writeShard("one/text_emb/text_emb_0.npy", "one/metadata/metadata_0.jsonl", rows: 2)
    try folder.writeShard("two/pd12m.00.npy", "two/pd12m.00.jsonl", rows: 2)
    try folder.writeShard("two/pd12m.01.npy", "two/pd12m.01.jsonl", rows: 1, first: 2)
    try folder.writeShard("three/vectors-0.npy", "three/captions-0.jsonl", rows: 2)
    try folder.writeShard("three/vectors-1.npy", "three/captions-1.jsonl", rows: 1, first: 2)
    try folder.writeShard("four/img_emb/img_emb_0.npy", "four/metadata.jsonl", rows: 3)
    try folder.writeShard("five/a.npy", "five/b.jsonl", rows: 3)
    try folder.writeShard("six/x_0.npy", "six/metadata_0.jsonl", rows: 1)
    try folder.writeShard("six/y_0.npy", "six/y_0.jsonl", rows: 1, first: 1)
    for (name, count) in [("one", 2), ("two", 3), ("three", 3), ("four", 3), ("five", 3)] {
      let path = folder.path + "/" + name
      let dump = try EmbeddingDump.open(images: path, metadata: path, fileSystem: disk)
      #expect(try ids(dump) == (0..<count).map { "\($0)" }, "\(name)")
    }
    let file = try EmbeddingDump.open(
      images: folder.path + "/four/img_emb/img_emb_0.npy", metadata: folder.path + "/four/metadata.jsonl",
      fileSystem: disk)
    #expect(try ids(file) == ["0", "1", "2"])
    // The stems differ and so do the files: nothing is guessed.
    guard
      case .missingPartner? = thrown({
        _ = try EmbeddingDump.open(images: folder.path + "/six", metadata: folder.path + "/six", fileSystem: disk)
      })
    else {
      Issue.record("files of different stems were paired")
      return
    }
  }

  @Test func rowsAndLinesThatDifferAreOneErrorWithBothFilesAndCounts() throws {
    let folder = TemporaryFolder()
    try folder.writeShard("img_emb/img_emb_0.npy", "metadata/metadata_0.jsonl", rows: 3)
    try folder.writeShard("img_emb/img_emb_1.npy", nil, rows: 4)
    let metadata = try folder.write("metadata/metadata_1.jsonl", "not json\n{}\n\n{}\n")
    let error = try #require(
      thrown { _ = try EmbeddingDump.open(images: folder.path, metadata: folder.path, fileSystem: disk) })
    let images = folder.path + "/img_emb/img_emb_1.npy"
    #expect(error == .rowCounts(embeddings: images, rows: 4, metadata: metadata, lines: 3))
    #expect(
      error.description.hasPrefix("'\(images)' has 4 rows but '\(metadata)' has 3 lines; row i must belong to line i"))
  }

  @Test func missingPartnersAreNamed() throws {
    let folder = TemporaryFolder()
    try folder.writeShard("img_emb/img_emb_0.npy", "metadata/metadata_0.jsonl", rows: 1)
    try folder.writeShard("img_emb/img_emb_1.npy", "metadata/metadata_2.jsonl", rows: 1)
    #expect(
      throws: DumpError.missingPartner(path: folder.path + "/img_emb/img_emb_1.npy", folder: folder.path + "/metadata")
    ) { try EmbeddingDump.open(images: folder.path, metadata: folder.path, fileSystem: disk) }
    try folder.writeShard("img_emb/img_emb_2.npy", "metadata/metadata_1.jsonl", rows: 1)
    try folder.write("metadata/metadata_3.jsonl", "{}")
    #expect(
      throws: DumpError.missingPartner(
        path: folder.path + "/metadata/metadata_3.jsonl", folder: folder.path + "/img_emb")
    ) { try EmbeddingDump.open(images: folder.path, metadata: folder.path, fileSystem: disk) }
    let other = TemporaryFolder()
    try other.writeShard("img_emb/img_emb_0.npy", "metadata/metadata_1.jsonl", rows: 1)
    guard
      case .missingPartner? = thrown({
        _ = try EmbeddingDump.open(images: other.path, metadata: other.path, fileSystem: disk)
      })
    else {
      Issue.record("shards 0 and 1 were paired")
      return
    }
  }

  @Test func filesGivenByNameArePairedWhateverTheirNumbers() throws {
    let folder = TemporaryFolder()
    try folder.writeShard("a/clip336.npy", "b/captions_v2.jsonl", rows: 3)
    try folder.writeShard("a/img_emb_0.npy", "b/metadata_1.jsonl", rows: 2)
    for (images, metadata, rows) in [
      ("a/clip336.npy", "b/captions_v2.jsonl", 3), ("a/img_emb_0.npy", "b/metadata_1.jsonl", 2),
    ] {
      let dump = try EmbeddingDump.open(
        images: folder.path + "/" + images, metadata: folder.path + "/" + metadata, fileSystem: disk)
      #expect(dump.rowCount == rows)
    }
    // A number in a folder still says which shard it is.
    let other = TemporaryFolder()
    try other.writeShard("img_emb/img_emb_0.npy", "metadata/metadata_1.jsonl", rows: 2)
    guard
      case .missingPartner? = thrown({
        _ = try EmbeddingDump.open(
          images: other.path + "/img_emb/img_emb_0.npy", metadata: other.path + "/metadata", fileSystem: disk)
      })
    else {
      Issue.record("a file was paired with another shard of a folder")
      return
    }
  }

  @Test(.timeLimit(.minutes(1))) func whatIsNoFileIsRefusedAndNotLeftOut() throws {
    let folder = TemporaryFolder()
    try folder.writeShard("img_emb/img_emb_0.npy", "metadata/metadata_0.jsonl", rows: 2)
    let images = folder.path + "/img_emb/img_emb_1.npy"
    #expect(mkfifo(images, 0o600) == 0)
    for path in [images, folder.path] {
      #expect(throws: DumpError.storage(.notAFile(path: images, found: "a pipe"))) {
        try EmbeddingDump.open(images: path, metadata: nil, fileSystem: disk)
      }
    }
    #expect(throws: DumpError.storage(.notAFile(path: "/dev/zero", found: "a device"))) {
      try EmbeddingDump.open(images: "/dev/zero", metadata: folder.path, fileSystem: disk)
    }
    #expect(remove(images) == 0)
    #expect(symlink("nowhere", images) == 0)
    #expect(throws: DumpError.storage(.notFound(path: images))) {
      try EmbeddingDump.open(images: folder.path, metadata: nil, fileSystem: disk)
    }
    #expect(remove(images) == 0)
    let name = Array("/img_emb/img_emb_\u{1}.npy".utf8).map { $0 == 1 ? CChar(-1) : CChar(bitPattern: $0) }
    let descriptor = open(Array(folder.path.utf8).map { CChar(bitPattern: $0) } + name + [0], O_CREAT | O_WRONLY, 0o600)
    #expect(descriptor >= 0)
    close(descriptor)
    #expect(throws: DumpError.storage(.nameNotUTF8(path: folder.path + "/img_emb/img_emb_\u{FFFD}.npy"))) {
      try EmbeddingDump.open(images: folder.path, metadata: nil, fileSystem: disk)
    }
    let lines = folder.path + "/lines.jsonl"
    #expect(mkfifo(lines, 0o600) == 0)
    for work in [
      { _ = try MetadataReader.countRecords(lines, fileSystem: disk) },
      { _ = try SparseCollection.open(lines, fileSystem: disk) },
    ] as [() throws -> Void] {
      #expect(throws: DumpError.storage(.notAFile(path: lines, found: "a pipe"))) { try work() }
    }
  }

  @Test func oneNumberTwiceIsRefused() throws {
    let folder = TemporaryFolder()
    try folder.writeShard("img_emb/img_emb_1.npy", "metadata/metadata_1.jsonl", rows: 1)
    try folder.writeShard("img_emb/img_emb_01.npy", nil, rows: 1)
    guard
      case .ambiguousShards? = thrown({
        _ = try EmbeddingDump.open(images: folder.path, metadata: folder.path, fileSystem: disk)
      })
    else {
      Issue.record("1 and 01 were both taken")
      return
    }
  }

  @Test func dimensionsMustAgreeButEmptyShardsMayHaveNone() throws {
    let folder = TemporaryFolder()
    try folder.writeShard("img_emb/img_emb_0.npy", nil, rows: 2, columns: 3)
    try folder.write("img_emb/img_emb_1.npy", NpyFixture(shape: [0], values: []).bytes)
    #expect(try EmbeddingDump.open(images: folder.path, metadata: nil, fileSystem: disk).dimension == 3)
    try folder.writeShard("img_emb/img_emb_2.npy", nil, rows: 2, columns: 4)
    let base = folder.path + "/img_emb/img_emb_"
    #expect(throws: DumpError.dimensions(path: base + "2.npy", columns: 4, first: base + "0.npy", firstColumns: 3)) {
      try EmbeddingDump.open(images: folder.path, metadata: nil, fileSystem: disk)
    }
  }

  @Test func filtersTakeRowsWithTheirLines() throws {
    let folder = TemporaryFolder()
    try folder.writeShard("img_emb/img_emb_0.npy", "metadata/metadata_0.jsonl", rows: 7)
    try folder.writeShard("img_emb/img_emb_1.npy", "metadata/metadata_1.jsonl", rows: 4, first: 7)
    let dump = try EmbeddingDump.open(images: folder.path, metadata: folder.path, fileSystem: disk)
    for size in [1, 2, 3, 50] {
      #expect(try ids(dump, size: size, where: ["split=a"]) == ["0", "2", "4", "6", "7", "9"])
      #expect(try ids(dump, size: size, where: ["split=a", "id!=4"]) == ["0", "2", "6", "7", "9"])
      #expect(try ids(dump, size: size, where: ["split=c"]) == [])
      #expect(try ids(dump, size: size, where: ["id!=5"]).count == 10)
    }
    var reader = dump.batches(size: 3)
    var progress: [Int] = []
    while try reader.next() != nil { progress.append(reader.rowsRead) }
    #expect(progress == [3, 6, 9, 11])
  }

  @Test func embeddingsAloneAreReadInBatches() throws {
    let folder = TemporaryFolder()
    try folder.writeShard("0.npy", nil, rows: 5)
    try folder.writeShard("1.npy", nil, rows: 2, first: 5)
    let dump = try EmbeddingDump.open(images: folder.path, metadata: nil, fileSystem: disk)
    var values: [Float] = []
    try dump.forEachBatch(size: 3) { batch in
      #expect(batch.records.isEmpty)
      values += batch.rows.values
    }
    #expect(values == (0..<21).map { Float($0 / 3) })
    #expect(!dump.hasMetadata)
  }

  @Test func metadataThatChangesAfterOpeningIsNoticed() throws {
    let folder = TemporaryFolder()
    try folder.writeShard("0.npy", "m.jsonl", rows: 3)
    let dump = try EmbeddingDump.open(
      images: folder.path + "/0.npy", metadata: folder.path + "/m.jsonl", fileSystem: disk)
    for content in ["{}\n{}\n", "{}\n{}\n{}\n{}\n"] {
      try folder.write("m.jsonl", content)
      guard case .rowCounts? = thrown({ try dump.forEachBatch(size: 10) { _ in } }) else {
        Issue.record("\(content.count / 3) lines were read")
        continue
      }
    }
  }

  @Test func valuesThatAreNotFiniteNameFileAndRow() throws {
    let folder = TemporaryFolder()
    let path = try folder.write("a.npy", NpyFixture(descr: "<f2", shape: [3, 2], values: [1, 2, 3, 4, .nan, 6]).bytes)
    try folder.write("m.jsonl", "{}\n{}\n{}\n")
    let dump = try EmbeddingDump.open(images: path, metadata: folder.path + "/m.jsonl", fileSystem: disk)
    #expect(throws: DumpError.notFinite(path: path, row: 2, column: 0)) { try dump.forEachBatch(size: 2) { _ in } }
  }

  @Test(
    "Names give the stem and number they are paired by",
    arguments: [
      ("img_emb_007", "", "7"), ("metadata_7", "", "7"), ("pd12m.00", "pd12m", "0"), ("12", "", "12"),
      ("metadata", "", ""), ("x", "x", ""), ("part-3_00", "part-3", "0"), ("", "", ""),
      ("a99999999999999999999999999", "a", "99999999999999999999999999"),
    ])
  func names(_ base: String, _ stem: String, _ number: String) {
    let name = ShardName(base)
    #expect(name.stem == stem && name.number == number)
  }
}
