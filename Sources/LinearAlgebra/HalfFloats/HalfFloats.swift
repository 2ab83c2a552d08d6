import CSparseKernels

/// Conversion between 16-bit (IEEE 754 binary16) and 32-bit floats, with the SIMD level the CPU has.
public enum HalfFloats {
  /// Widens `count` little-endian halves from the start of `source` into `destination[offset...]`; exact.
  ///
  /// Traps when `source` has fewer than `2 * count` bytes or the range lies outside `destination`.
  ///
  /// - Invariant: both ranges are checked before the kernel runs, so it reads and writes inside its buffers.
  public static func decode(_ source: RawSpan, count: Int, into destination: inout [Float], at offset: Int) {
    precondition(count >= 0 && count <= source.byteCount / 2, "the source holds fewer halves than asked for")
    precondition(offset >= 0 && offset <= destination.count && count <= destination.count - offset, "no room")
    guard count > 0 else { return }
    unsafe source.withUnsafeBytes { bytes in
      unsafe destination.withUnsafeMutableBufferPointer { floats in
        guard let from = bytes.baseAddress, let to = floats.baseAddress else { return }
        unsafe newel_half_to_float(from, to + offset, count)
      }
    }
  }

  /// The nearest halves (ties to even) of `source`; what is too large becomes infinite.
  ///
  /// - Invariant: the destination is allocated with exactly `source.count` elements.
  public static func encode(_ source: ArraySlice<Float>) -> [UInt16] {
    unsafe [UInt16](unsafeUninitializedCapacity: source.count) { halves, initialised in
      unsafe source.withUnsafeBufferPointer { floats in
        guard let from = floats.baseAddress, let to = halves.baseAddress else { return }
        unsafe newel_float_to_half(from, to, floats.count)
      }
      initialised = source.count
    }
  }
}
