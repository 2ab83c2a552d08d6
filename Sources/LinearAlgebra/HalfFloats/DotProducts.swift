import CSparseKernels

/// Products of one query with many stored rows, with the SIMD level the CPU has. The same bits on every CPU.
public enum DotProducts {
  /// The longest rows of bytes whose sums fit in 32 bits.
  public static let longestByteRow = 131_071

  /// Products with rows of 16-bit floats.
  ///
  /// Traps when `rows` is shorter than a row of `numbers` needs.
  ///
  /// - Parameters:
  ///   - query: one row.
  ///   - rows: little-endian halves, `query.count` a row.
  ///   - numbers: the rows to multiply, in any order.
  ///   - products: gets one product for each of `numbers`.
  /// - Complexity: O(numbers · query).
  /// - Invariant: the kernel reads rows below the largest of `numbers`, which lie inside `rows`, and writes as many products.
  public static func halves(_ query: [Float], rows: RawSpan, numbers: [UInt32], into products: inout [Float]) {
    check(numbers, size: 2 * query.count, byteCount: rows.byteCount)
    products = unsafe [Float](unsafeUninitializedCapacity: numbers.count) { out, initialised in
      unsafe query.withUnsafeBufferPointer { query in
        unsafe rows.withUnsafeBytes { rows in
          unsafe numbers.withUnsafeBufferPointer { numbers in
            unsafe newel_half_dots(
              query.baseAddress, rows.baseAddress?.assumingMemoryBound(to: UInt8.self), query.count,
              numbers.baseAddress, numbers.count, out.baseAddress)
          }
        }
      }
      initialised = numbers.count
    }
  }

  /// Products with rows of bytes, exact.
  ///
  /// - Parameters: as of ``halves(_:rows:numbers:into:)``; `query` has at most ``longestByteRow`` numbers.
  /// - Complexity: O(numbers · query).
  /// - Invariant: as of ``halves(_:rows:numbers:into:)``.
  public static func bytes(_ query: [Int8], rows: RawSpan, numbers: [UInt32], into products: inout [Int32]) {
    precondition(query.count <= longestByteRow, "the sums would not fit in 32 bits")
    check(numbers, size: query.count, byteCount: rows.byteCount)
    products = unsafe [Int32](unsafeUninitializedCapacity: numbers.count) { out, initialised in
      unsafe query.withUnsafeBufferPointer { query in
        unsafe rows.withUnsafeBytes { rows in
          unsafe numbers.withUnsafeBufferPointer { numbers in
            unsafe newel_byte_dots(
              query.baseAddress, rows.baseAddress?.assumingMemoryBound(to: Int8.self), query.count,
              numbers.baseAddress, numbers.count, out.baseAddress)
          }
        }
      }
      initialised = numbers.count
    }
  }

  private static func check(_ numbers: [UInt32], size: Int, byteCount: Int) {
    let rowCount = size == 0 ? Int.max : byteCount / size
    precondition(numbers.allSatisfy { Int($0) < rowCount }, "a row lies outside the rows")
  }
}
