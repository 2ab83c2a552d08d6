import CSparseKernels

/// Numbers of arrays from and to bytes, in the byte order of the machine (little-endian on all that are supported).
public enum ArrayBytes {
  /// Fills `values` from the start of `bytes`.
  ///
  /// Traps when there are fewer bytes than the values take.
  ///
  /// - Invariant: both lengths are compared before the bytes are copied.
  public static func copy<Scalar: BitwiseCopyable>(_ bytes: RawSpan, into values: inout [Scalar]) {
    unsafe values.withUnsafeMutableBytes { target in
      precondition(target.count <= bytes.byteCount, "fewer bytes than the values take")
      unsafe bytes.withUnsafeBytes { unsafe target.copyMemory(from: .init(rebasing: $0[..<target.count])) }
    }
  }

  /// Appends all of `piece` to `bytes`.
  ///
  /// - Invariant: the span is read from its start to its end.
  public static func append(_ piece: RawSpan, to bytes: inout [UInt8]) {
    unsafe piece.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// The CRC-32C of `bytes`, continuing from that of what comes before (0 at the start).
  ///
  /// - Invariant: the kernel reads the bytes of the span and no others.
  public static func checksum(_ bytes: RawSpan, continuing sum: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe newel_crc32c(sum, $0.baseAddress, $0.count) }
  }
}
