import ByteStorage

/// The central directory of a ZIP archive, read and checked; nothing is extracted, and names are only labels.
///
/// - Source: PKWARE APPNOTE.TXT 6.3 (structure, ZIP64).
struct ZipDirectory {
  /// One member.
  struct Entry: Equatable {
    let name: String
    let isDeflated: Bool
    let crc: UInt32
    let compressedByteCount: Int
    let byteCount: Int
    /// Where its local header begins.
    let headerOffset: Int
  }

  static let maximumEntryCount = 1000
  let entries: [Entry]

  private struct End {
    var entryCount: Int
    var byteCount: Int
    var offset: Int
    /// Where the record that names these begins: the directory must end before it.
    var position: Int
  }

  /// Reads the directory of the archive that is all of `file`.
  static func read(_ file: MappedFile) throws(DumpError) -> ZipDirectory {
    func bad(_ reason: String) -> DumpError { .archive(path: file.path, member: "", reason: reason) }
    do throws(ZipFailure) {
      guard let end = try findEnd(file) else {
        throw ZipFailure.reason("it has no ZIP directory, as when a copy was cut short")
      }
      guard end.entryCount <= maximumEntryCount else {
        throw ZipFailure.reason("it has \(end.entryCount) members (at most \(maximumEntryCount) are read)")
      }
      guard end.offset <= end.position, end.byteCount <= end.position - end.offset else {
        throw ZipFailure.reason("its directory lies outside the file")
      }
      var reader = try ZipFailure.wrap { () throws(StorageError) in
        try ByteReader(file, end.offset..<end.offset + end.byteCount, section: "the ZIP directory")
      }
      var entries: [Entry] = []
      for _ in 0..<end.entryCount { entries.append(try readEntry(&reader, fileByteCount: end.offset)) }
      guard reader.isAtEnd else { throw ZipFailure.reason("its directory is longer than its entries") }
      guard Set(entries.map(\.name)).count == entries.count else {
        throw ZipFailure.reason("two members have the same name")
      }
      return ZipDirectory(entries: entries)
    } catch {
      throw bad(error.text)
    }
  }

  /// Finds the record at the end of the archive, which a comment of up to 64 KiB may follow.
  private static func findEnd(_ file: MappedFile) throws(ZipFailure) -> End? {
    let tailStart = max(0, file.byteCount - 22 - 65_535)
    let tail = try ZipFailure.wrap { () throws(StorageError) in
      var reader = try ByteReader(file, tailStart..<file.byteCount)
      return try reader.bytes(reader.remaining)
    }
    guard tail.count >= 22 else { return nil }
    for at in stride(from: tail.count - 22, through: 0, by: -1)
    where tail[at] == 0x50 && tail[at + 1] == 0x4B && tail[at + 2] == 5 && tail[at + 3] == 6 {
      let commentLength = Int(tail[at + 20]) | Int(tail[at + 21]) << 8
      guard at + 22 + commentLength == tail.count else { continue }
      return try readEnd(file, at: tailStart + at)
    }
    return nil
  }

  private static func readEnd(_ file: MappedFile, at position: Int) throws(ZipFailure) -> End {
    let (end, needs64) = try ZipFailure.wrap { () throws(StorageError) in
      var reader = try ByteReader(file, position..<file.byteCount, section: "the end of the ZIP directory")
      try reader.skip(4)
      let disk = try reader.u16()
      let directoryDisk = try reader.u16()
      let entriesHere = try reader.u16()
      let entries = try reader.u16()
      let size = try reader.u32()
      let offset = try reader.u32()
      let end = End(entryCount: Int(entries), byteCount: Int(size), offset: Int(offset), position: position)
      let needs64 = entries == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF
      return (disk == 0 && directoryDisk == 0 && entriesHere == entries ? end : nil, needs64)
    }
    guard let end else {
      if needs64, let end = try readEnd64(file, before: position) { return end }
      throw ZipFailure.reason("it is part of an archive in several files")
    }
    return needs64 ? try readEnd64(file, before: position) ?? end : end
  }

  /// The ZIP64 record, found through its locator in the 20 bytes before the ordinary one; `nil` without locator.
  private static func readEnd64(_ file: MappedFile, before position: Int) throws(ZipFailure) -> End? {
    guard position >= 20 else { return nil }
    return try ZipFailure.wrap { () throws(StorageError) -> End? in
      var locator = try ByteReader(file, position - 20..<position, section: "the ZIP64 locator")
      guard try locator.u32() == 0x0706_4B50 else { return nil }
      try locator.skip(4)
      let at = try locator.length()
      guard at <= position - 20 else {
        throw .truncated(path: file.path, section: "the ZIP64 directory end", expected: at, found: position - 20)
      }
      var reader = try ByteReader(file, at..<position - 20, section: "the ZIP64 directory end")
      guard try reader.u32() == 0x0606_4B50 else {
        throw .damaged(
          path: file.path, section: "the ZIP64 directory end", offset: at, expected: "its signature",
          found: "other bytes"
        )
      }
      try reader.skip(8 + 2 + 2 + 4 + 4 + 8)
      return End(
        entryCount: try reader.length(), byteCount: try reader.length(), offset: try reader.length(), position: at)
    }
  }

  private static func readEntry(_ reader: inout ByteReader, fileByteCount: Int) throws(ZipFailure) -> Entry {
    let fields = try ZipFailure.wrap { () throws(StorageError) in try EntryFields(&reader) }
    guard fields.signature == 0x0201_4B50 else { throw ZipFailure.reason("its directory is damaged") }
    guard let name = String(validating: fields.name, as: UTF8.self), !name.isEmpty else {
      throw ZipFailure.reason("a member's name is not UTF-8")
    }
    guard fields.flags & 0x2041 == 0 else { throw ZipFailure.reason("member '\(name)' is encrypted") }
    guard fields.method == 0 || fields.method == 8 else {
      throw ZipFailure.reason("member '\(name)' is compressed by method \(fields.method) (stored and deflate are read)")
    }
    var size = UInt64(fields.byteCount)
    var compressed = UInt64(fields.compressedByteCount)
    var offset = UInt64(fields.offset)
    var extra = fields.extra[...]
    if fields.byteCount == .max || fields.compressedByteCount == .max || fields.offset == .max {
      guard var wide = zip64Field(&extra) else { throw ZipFailure.reason("member '\(name)' has no ZIP64 sizes") }
      // Present in this order, each only where the 32-bit field is full.
      for (isFull, keyPath) in [
        (fields.byteCount == .max, 0), (fields.compressedByteCount == .max, 1), (fields.offset == .max, 2),
      ]
      where isFull {
        guard wide.count >= 8 else { throw ZipFailure.reason("member '\(name)' has no ZIP64 sizes") }
        let value = wide.prefix(8).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        wide = wide.dropFirst(8)
        switch keyPath {
        case 0: size = value
        case 1: compressed = value
        default: offset = value
        }
      }
    }
    guard offset <= UInt64(fileByteCount), compressed <= UInt64(fileByteCount) - offset,
      let byteCount = Int(exactly: size)
    else { throw ZipFailure.reason("member '\(name)' lies outside the file") }
    guard fields.method == 8 || size == compressed else {
      throw ZipFailure.reason("member '\(name)' is stored but its two sizes differ")
    }
    return Entry(
      name: name, isDeflated: fields.method == 8, crc: fields.crc, compressedByteCount: Int(compressed),
      byteCount: byteCount, headerOffset: Int(offset))
  }

  /// The content of the extra field with id 1.
  private static func zip64Field(_ extra: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    while extra.count >= 4 {
      let header = Array(extra.prefix(4))
      let length = Int(header[2]) | Int(header[3]) << 8
      extra = extra.dropFirst(4)
      guard length <= extra.count else { return nil }
      if header[0] == 1 && header[1] == 0 { return extra.prefix(length) }
      extra = extra.dropFirst(length)
    }
    return nil
  }
}

/// The raw fields of one directory entry.
private struct EntryFields {
  let signature: UInt32
  let flags: UInt16
  let method: UInt16
  let crc: UInt32
  let compressedByteCount: UInt32
  let byteCount: UInt32
  let offset: UInt32
  let name: [UInt8]
  let extra: [UInt8]

  init(_ reader: inout ByteReader) throws(StorageError) {
    signature = try reader.u32()
    try reader.skip(4)
    flags = try reader.u16()
    method = try reader.u16()
    try reader.skip(4)
    crc = try reader.u32()
    compressedByteCount = try reader.u32()
    byteCount = try reader.u32()
    let nameLength = Int(try reader.u16())
    let extraLength = Int(try reader.u16())
    let commentLength = Int(try reader.u16())
    try reader.skip(8)
    offset = try reader.u32()
    name = try reader.bytes(nameLength)
    extra = try reader.bytes(extraLength)
    try reader.skip(commentLength)
  }
}

/// Why an archive cannot be read, before the path is added.
enum ZipFailure: Error {
  case reason(String)
  case storage(StorageError)

  var text: String {
    switch self {
    case .reason(let reason): return reason
    case .storage(.truncated(_, let section, _, _)): return "it ends inside \(section)"
    case .storage(.damaged(_, let section, _, _, _)): return "\(section) is damaged"
    case .storage(let error): return error.description
    }
  }

  static func wrap<R>(_ body: () throws(StorageError) -> R) throws(ZipFailure) -> R {
    do {
      return try body()
    } catch {
      throw .storage(error)
    }
  }
}
