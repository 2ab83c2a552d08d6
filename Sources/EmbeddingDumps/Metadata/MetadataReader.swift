public import ByteStorage

/// One line of metadata: a JSON object and where it stands.
public struct MetadataRecord: Sendable, Equatable {
  /// The file.
  public let path: String
  /// The line, from 1.
  public let line: Int
  /// The row over all files, from 0: the number of records before it.
  public let row: Int
  /// The object.
  public let object: JSONObject
  /// The line as it stands in the file, UTF-8 without line end: exactly one JSON object.
  public let bytes: [UInt8]
}

/// Streams the metadata of a dump, record by record, in bounded memory.
///
/// Not for use from several threads at once.
public struct MetadataReader {
  /// The files, in the order they are read.
  public let paths: [String]
  private let fileSystem: any FileSystem
  private var nextFile = 0
  private var lines: LineReader?
  private var row = 0

  /// Reads `path`: a `.jsonl` or `.jsonl.gz` file, a folder of such files, or a dump with a `metadata` folder.
  ///
  /// Files of a folder are read in the order of the numbers their names end in.
  /// - Throws: ``DumpError`` when nothing is found; a folder with Parquet only says what to do.
  public init(_ path: String, fileSystem: any FileSystem) throws(DumpError) {
    self.init(paths: try DumpLayout(fileSystem: fileSystem).metadataFiles(path).map(\.path), fileSystem: fileSystem)
  }

  init(paths: [String], fileSystem: any FileSystem, firstRow: Int = 0) {
    self.paths = paths
    self.fileSystem = fileSystem
    self.row = firstRow
  }

  /// The next record; `nil` after the last.
  ///
  /// - Throws: ``DumpError`` naming file and line.
  public mutating func next() throws(DumpError) -> MetadataRecord? {
    while true {
      if lines == nil {
        guard nextFile < paths.count else { return nil }
        lines = try LineReader(paths[nextFile], fileSystem: fileSystem)
        nextFile += 1
      }
      guard let bytes = try lines?.next(), let lines else {
        lines = nil
        continue
      }
      let object = try MetadataReader.parse(bytes, path: lines.path, line: lines.line)
      defer { row += 1 }
      return MetadataRecord(path: lines.path, line: lines.line, row: row, object: object, bytes: bytes)
    }
  }

  /// Calls `body` with each record that `filter` accepts.
  public mutating func forEach(where filter: MetadataFilter? = nil, _ body: (MetadataRecord) throws -> Void) throws {
    while let record = try next() {
      if filter?.accepts(record.object) ?? true { try body(record) }
    }
  }

  /// How many records the file has: its lines that are not empty.
  ///
  /// - Complexity: O(bytes), without parsing.
  public static func countRecords(_ path: String, fileSystem: any FileSystem) throws(DumpError) -> Int {
    var lines = try LineReader(path, fileSystem: fileSystem)
    return try lines.countRemaining()
  }

  static func parse(_ bytes: [UInt8], path: String, line: Int) throws(DumpError) -> JSONObject {
    let value: JSONValue
    do {
      value = try JSONValue.parse(bytes)
    } catch {
      throw .json(path: path, line: line, error: error)
    }
    guard case .object(let object) = value else {
      throw .line(path: path, line: line, reason: "the line is JSON but no object; write one {…} per line")
    }
    return object
  }
}
