#if _endian(big)
  #error("Newel stores little-endian numbers by copying memory and supports little-endian hosts only.")
#endif

/// Builds little-endian bytes in memory.
///
/// - Invariant: only whole values of fixed-size numeric types are copied as memory.
public struct ByteWriter: Sendable {
  /// What was written so far.
  public private(set) var bytes: [UInt8] = []

  public init() {}

  /// The number of bytes written so far.
  public var count: Int { bytes.count }

  /// Forgets what was written, keeps the memory.
  public mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// Drops the first `count` bytes, which were passed on elsewhere; keeps the memory.
  mutating func removeFirst(_ count: Int) { bytes.removeSubrange(0..<count) }

  /// Prepares room for `count` bytes in all.
  public mutating func reserveCapacity(_ count: Int) { bytes.reserveCapacity(count) }

  public mutating func u8(_ value: UInt8) { bytes.append(value) }
  public mutating func u16(_ value: UInt16) { integer(value) }
  public mutating func u32(_ value: UInt32) { integer(value) }
  public mutating func u64(_ value: UInt64) { integer(value) }
  public mutating func f32(_ value: Float) { integer(value.bitPattern) }
  public mutating func f64(_ value: Double) { integer(value.bitPattern) }

  /// An unsigned LEB128 number: seven bits a byte, low bits first, the high bit says that more follow.
  public mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Appends bytes as they are.
  public mutating func append(_ values: [UInt8]) { bytes.append(contentsOf: values) }
  /// Appends bytes as they are.
  public mutating func append(_ values: ArraySlice<UInt8>) { bytes.append(contentsOf: values) }
  /// Appends the UTF-8 bytes of a text, without a length.
  public mutating func append(utf8 text: String) { bytes.append(contentsOf: text.utf8) }
  /// Appends `count` zero bytes.
  public mutating func zeros(_ count: Int) { bytes.append(contentsOf: repeatElement(0, count: count)) }

  /// Appends memory as it is.
  public mutating func append(_ span: RawSpan) {
    unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  private mutating func integer<T: FixedWidthInteger>(_ value: T) {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
  }
}

/// A number whose memory is its stored form: fixed size, no padding, little-endian on the supported hosts.
public protocol PlainNumber: BitwiseCopyable, Sendable {}

extension UInt8: PlainNumber {}
extension UInt16: PlainNumber {}
extension UInt32: PlainNumber {}
extension UInt64: PlainNumber {}
extension Int64: PlainNumber {}
extension Float: PlainNumber {}
extension Double: PlainNumber {}

extension Array where Element: PlainNumber {
  /// The memory of the elements, without a copy.
  ///
  /// - Invariant: `PlainNumber` types have no padding, so every byte is initialised.
  public var rawBytes: RawSpan {
    @_lifetime(borrow self)
    get { unsafe span.bytes }
  }
}
