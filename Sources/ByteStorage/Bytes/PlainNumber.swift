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
