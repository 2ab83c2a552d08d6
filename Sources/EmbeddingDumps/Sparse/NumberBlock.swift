import ByteStorage

/// Numbers of one type that lie side by side in a file.
struct NumberBlock: Sendable {
  let file: MappedFile
  /// Where the first lies; `count` of them fit into the file, which whoever makes a block has checked.
  let offset: Int
  let count: Int
  let type: NpyType
  let isBigEndian: Bool

  /// A block of little-endian numbers.
  init(_ file: MappedFile, offset: Int, count: Int, type: NpyType) {
    self.file = file
    self.offset = offset
    self.count = count
    self.type = type
    isBigEndian = false
  }

  /// The one-dimensional array `name` of an archive.
  init(_ archive: NpzArchive, _ name: String) throws(DumpError) {
    let member = try archive.member(name)
    let path = archive.file.path + "#" + name
    let header = try NpyHeader.read(member.file, member.range, path: path)
    guard header.shape.count <= 1 else {
      throw .sparseMatrix(path: path, reason: "it has \(header.shape.count) dimensions instead of one")
    }
    file = member.file
    offset = member.range.lowerBound + header.dataOffset
    count = header.shape.first ?? 1
    type = header.type
    isBigEndian = header.isBigEndian
  }

  /// The whole numbers at `range`; unsigned ones beyond 63 bits become negative. `nil` when they are not whole.
  func integers(_ range: Range<Int>) throws(DumpError) -> [Int]? {
    guard case .integer(let byteCount, let signed) = type else { return nil }
    let words = try words(range)
    switch (byteCount, signed) {
    case (1, true): return words.map { Int(Int8(truncatingIfNeeded: $0)) }
    case (2, true): return words.map { Int(Int16(truncatingIfNeeded: $0)) }
    case (4, true): return words.map { Int(Int32(truncatingIfNeeded: $0)) }
    default: return words.map { Int(truncatingIfNeeded: $0) }
    }
  }

  /// The numbers at `range`, rounded to float32. `nil` when they are no numbers.
  func floats(_ range: Range<Int>) throws(DumpError) -> [Float]? {
    switch type {
    case .float(2): return try words(range).map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) }
    case .float(4): return try words(range).map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }
    case .float: return try words(range).map { Float(Double(bitPattern: $0)) }
    case .integer(8, signed: false): return try words(range).map { Float($0) }
    case .integer: return try integers(range)?.map { Float($0) }
    case .bytes, .text: return nil
    }
  }

  /// Text of one element, without the zeros that fill it up; `nil` when it is no text.
  func text() throws(DumpError) -> String? {
    guard count == 1 else { return nil }
    let range = offset..<offset + type.byteCount
    let bytes = try storing { () throws(StorageError) in
      var reader = try ByteReader(file, range, section: "an array")
      return try reader.bytes(range.count)
    }
    switch type {
    case .bytes, .text: return String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)  // only ASCII is compared
    default: return nil
    }
  }

  private func words(_ range: Range<Int>) throws(DumpError) -> [UInt64] {
    let size = type.byteCount
    let bytes = offset + range.lowerBound * size..<offset + range.upperBound * size
    return try storing { () throws(StorageError) in
      var reader = try ByteReader(file, bytes, section: "an array")
      switch size {
      case 1: return try reader.bytes(range.count).map { UInt64($0) }
      case 2: return try reader.u16Array(range.count).map { UInt64(isBigEndian ? $0.byteSwapped : $0) }
      case 4: return try reader.u32Array(range.count).map { UInt64(isBigEndian ? $0.byteSwapped : $0) }
      default: return try reader.u64Array(range.count).map { isBigEndian ? $0.byteSwapped : $0 }
      }
    }
  }
}
