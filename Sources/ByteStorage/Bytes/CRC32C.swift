import CSparseKernels

/// CRC-32C (Castagnoli; reflected polynomial 0x82F63B78), the checksum of every file of an index.
///
/// - Source: RFC 3720 (2004), appendix B.4, has the test vectors.
public enum CRC32C {
  /// The checksum of `bytes`; with `continuing`, that of the bytes behind that checksum followed by `bytes`.
  ///
  /// - Invariant: the kernel reads exactly `byteCount` bytes and keeps no pointer.
  public static func checksum(_ bytes: RawSpan, continuing checksum: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe newel_crc32c(checksum, $0.baseAddress, $0.count) }
  }

  /// The checksum of an array of bytes.
  public static func checksum(_ bytes: [UInt8], continuing checksum: UInt32 = 0) -> UInt32 {
    Self.checksum(bytes.rawBytes, continuing: checksum)
  }
}
