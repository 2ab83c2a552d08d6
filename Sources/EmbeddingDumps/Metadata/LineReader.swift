import ByteStorage

/// The lines of a text file, plain or gzip, one after the other in bounded memory.
///
/// Lines end in LF or CR LF; the last may end with the file. Lines of white space only are passed over but counted,
/// and a UTF-8 byte order mark at the start is ignored.
struct LineReader {
  /// The longest line that is read, in bytes.
  static let maximumLineByteCount = 16 << 20
  /// The longest decompressed content of a `.gz` file: a guard against bombs of more than a disk.
  static let maximumContentByteCount = 1 << 42

  let path: String
  /// The number of the line returned last, from 1.
  private(set) var line = 0
  private let file: MappedFile
  /// Set for gzip; else the file is read as it is, from `offset`.
  private let inflating: InflateReader?
  private var offset = 0
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false
  private var isAtStart = true

  /// Opens `path`; gzip is recognised by its first bytes, whatever the name.
  init(_ path: String, fileSystem: any FileSystem) throws(DumpError) {
    try self.init(try storing { () throws(StorageError) in try fileSystem.map(path) })
  }

  init(_ file: MappedFile) throws(DumpError) {
    self.path = file.path
    self.file = file
    inflating = try storing { () throws(StorageError) in
      guard file.byteCount >= 2 else { return nil }
      var reader = try ByteReader(file)
      guard try reader.u16() == 0x8B1F else { return nil }
      return try InflateReader(file, format: .gzip, limit: LineReader.maximumContentByteCount)
    }
    file.advise(.sequential)
  }

  /// The next line that is not empty, without its end; `nil` after the last.
  mutating func next() throws(DumpError) -> [UInt8]? {
    while true {
      guard let range = try nextRange() else { return nil }
      line += 1
      var end = range.upperBound
      if end > range.lowerBound, buffer[end - 1] == 0x0D { end -= 1 }
      var start = range.lowerBound
      while start < end, [0x20, 0x09, 0x0D].contains(buffer[start]) { start += 1 }
      if start < end { return Array(buffer[range.lowerBound..<end]) }
    }
  }

  /// Counts the lines that ``next()`` would return, without copying them; uses the reader up.
  mutating func countRemaining() throws(DumpError) -> Int {
    var count = 0
    // A line counts once a byte of it is neither white space nor a line end.
    var hasContent = false
    var lineByteCount = 0
    while true {
      if position == buffer.count {
        guard try refill() else { break }
      }
      for byte in buffer[position...] {
        lineByteCount += 1
        if byte == 0x0A {
          if hasContent { count += 1 }
          hasContent = false
          line += 1
          lineByteCount = 0
        } else if byte != 0x20 && byte != 0x09 && byte != 0x0D {
          hasContent = true
        }
      }
      position = buffer.count
      guard lineByteCount <= LineReader.maximumLineByteCount else {
        throw .lineTooLong(path: path, line: line + 1, limit: LineReader.maximumLineByteCount)
      }
    }
    return hasContent ? count + 1 : count
  }

  /// The next line in `buffer`, without LF.
  private mutating func nextRange() throws(DumpError) -> Range<Int>? {
    var scanned = position
    while true {
      if let end = buffer[scanned...].firstIndex(of: 0x0A) {
        guard end - position <= LineReader.maximumLineByteCount else { throw tooLong() }
        defer { position = end + 1 }
        return position..<end
      }
      guard buffer.count - position <= LineReader.maximumLineByteCount else { throw tooLong() }
      // Keep the beginning of the line and read on.
      if position > 0 {
        buffer.removeSubrange(..<position)
        position = 0
      }
      scanned = buffer.count
      guard try refill() else {
        guard !buffer.isEmpty else { return nil }
        defer { position = buffer.count }
        return 0..<buffer.count
      }
    }
  }

  private func tooLong() -> DumpError {
    .lineTooLong(path: path, line: line + 1, limit: LineReader.maximumLineByteCount)
  }

  /// Appends the next piece to `buffer` (or replaces it when all of it is used up); `false` at the end.
  private mutating func refill() throws(DumpError) -> Bool {
    if isAtEnd { return false }
    if position == buffer.count {
      buffer.removeAll(keepingCapacity: true)
      position = 0
    }
    do {
      if let inflating {
        guard let piece = try inflating.next() else {
          isAtEnd = true
          return false
        }
        buffer.append(contentsOf: piece)
      } else {
        let end = min(file.byteCount, offset + 262_144)
        guard end > offset else {
          isAtEnd = true
          return false
        }
        var reader = try ByteReader(file, offset..<end)
        buffer.append(contentsOf: try reader.bytes(end - offset))
        offset = end
      }
    } catch {
      throw inflating == nil ? .storage(error) : compressedError(error)
    }
    if isAtStart {
      isAtStart = false
      if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }
    return true
  }

  private func compressedError(_ error: StorageError) -> DumpError {
    switch error {
    case .truncated: return .compressed(path: path, reason: "the gzip data end too early")
    case .damaged(_, _, let offset, _, let found):
      return .compressed(path: path, reason: "the gzip data are damaged at byte \(offset) (\(found))")
    case .limit(_, _, let limit): return .compressed(path: path, reason: "it holds more than \(limit) bytes")
    default: return .storage(error)
    }
  }
}
