/// Reads little-endian values one after the other from a part of a file; every read is checked against the end.
///
/// A value type: a copy reads on from the same place on its own. Keeps the file alive.
///
/// - Invariant: `start <= offset <= end <= file.byteCount`; bytes are only touched inside `offset ..< end`.
public struct ByteReader: Sendable {
  /// The bytes being read.
  public let file: MappedFile
  /// What is being read, for errors.
  public let section: String
  /// The next byte to be read, counted from the start of the file.
  public private(set) var offset: Int
  /// The end of the part, counted from the start of the file.
  public let end: Int
  private let start: Int

  /// Reads `range` of `file` (all of it by default).
  ///
  /// - Throws: ``StorageError/truncated(path:section:expected:found:)`` when the range goes beyond the file.
  public init(_ file: MappedFile, _ range: Range<Int>? = nil, section: String = "the file") throws(StorageError) {
    let range = range ?? 0..<file.byteCount
    guard range.lowerBound >= 0, range.upperBound <= file.byteCount else {
      throw .truncated(path: file.path, section: section, expected: range.upperBound, found: file.byteCount)
    }
    self.file = file
    self.section = section
    self.start = range.lowerBound
    self.offset = range.lowerBound
    self.end = range.upperBound
  }

  /// Reads a copy of an array; `path` names it in errors.
  public init(_ bytes: [UInt8], path: String, section: String = "the file") {
    self.file = MappedFile(copying: bytes, path: path)
    self.section = section
    self.start = 0
    self.offset = 0
    self.end = bytes.count
  }

  /// The number of bytes left.
  public var remaining: Int { end - offset }
  /// Whether everything has been read.
  public var isAtEnd: Bool { offset == end }

  /// Moves over `count` bytes.
  public mutating func skip(_ count: Int) throws(StorageError) { _ = try advance(count) }

  /// Continues at `position`, counted from the start of the part.
  public mutating func seek(to position: Int) throws(StorageError) {
    guard position >= 0, position <= end - start else {
      throw .truncated(path: file.path, section: section, expected: position, found: end - start)
    }
    offset = start + position
  }

  public mutating func u8() throws(StorageError) -> UInt8 { try integer(UInt8.self) }
  public mutating func u16() throws(StorageError) -> UInt16 { try integer(UInt16.self) }
  public mutating func u32() throws(StorageError) -> UInt32 { try integer(UInt32.self) }
  public mutating func u64() throws(StorageError) -> UInt64 { try integer(UInt64.self) }
  public mutating func f32() throws(StorageError) -> Float { Float(bitPattern: try u32()) }
  public mutating func f64() throws(StorageError) -> Double { Double(bitPattern: try u64()) }

  /// A `u64` that must fit in `Int`, for lengths and offsets.
  public mutating func length() throws(StorageError) -> Int {
    let at = offset
    let value = try u64()
    guard let length = Int(exactly: value) else {
      throw .damaged(path: file.path, section: section, offset: at, expected: "a length", found: "\(value)")
    }
    return length
  }

  /// An unsigned LEB128 number of at most ten bytes.
  public mutating func varint() throws(StorageError) -> UInt64 {
    let at = offset
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try u8()
      let bits = UInt64(byte & 0x7f)
      if shift == 63 && byte > 1 { break }
      value |= bits << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
      if shift > 63 { break }
    }
    throw .damaged(
      path: file.path, section: section, offset: at, expected: "a varint of at most 64 bits", found: "a longer one")
  }

  /// The next `count` bytes, copied.
  public mutating func bytes(_ count: Int) throws(StorageError) -> [UInt8] {
    let at = try advance(count)
    return unsafe file.bytes.extracting(at..<at + count).withUnsafeBytes { unsafe [UInt8]($0) }
  }

  /// The next `count` 16-bit numbers.
  public mutating func u16Array(_ count: Int) throws(StorageError) -> [UInt16] { try array(count, zero: 0) }
  /// The next `count` 32-bit numbers.
  public mutating func u32Array(_ count: Int) throws(StorageError) -> [UInt32] { try array(count, zero: 0) }
  /// The next `count` 64-bit numbers.
  public mutating func u64Array(_ count: Int) throws(StorageError) -> [UInt64] { try array(count, zero: 0) }
  /// The next `count` 32-bit floats.
  public mutating func f32Array(_ count: Int) throws(StorageError) -> [Float] { try array(count, zero: 0) }

  private mutating func advance(_ count: Int) throws(StorageError) -> Int {
    guard count >= 0, count <= end - offset else {
      let needed = (offset - start).addingReportingOverflow(max(count, 0))
      throw .truncated(
        path: file.path, section: section, expected: needed.overflow ? .max : needed.partialValue, found: end - start)
    }
    let at = offset
    offset += count
    return at
  }

  private mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) throws(StorageError) -> T {
    let at = try advance(MemoryLayout<T>.size)
    return T(littleEndian: unsafe file.bytes.unsafeLoadUnaligned(fromByteOffset: at, as: T.self))
  }

  /// Copies `count` fixed-size numbers; the hosts Newel runs on are little-endian.
  private mutating func array<T: PlainNumber>(_ count: Int, zero: T) throws(StorageError) -> [T] {
    let size = max(count, 0).multipliedReportingOverflow(by: MemoryLayout<T>.stride)
    let at = try advance(size.overflow || count < 0 ? .max : size.partialValue)
    var values = [T](repeating: zero, count: count)
    unsafe values.withUnsafeMutableBytes { target in
      unsafe file.bytes.extracting(at..<at + size.partialValue).withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
    return values
  }
}
