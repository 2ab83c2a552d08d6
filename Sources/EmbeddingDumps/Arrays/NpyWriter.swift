import ByteStorage
public import LinearAlgebra

/// Writes `.npy` files, version 1.0, C order, little-endian.
public enum NpyWriter {
  /// The type of the elements written.
  public enum ElementType: String, Sendable {
    /// IEEE 754 binary16, rounded to nearest even.
    case float16 = "<f2"
    /// IEEE 754 binary32.
    case float32 = "<f4"
  }

  /// The bytes before the elements; their number is a multiple of 64.
  public static func header(rows: Int, columns: Int, type: ElementType) -> [UInt8] {
    let text = "{'descr': '\(type.rawValue)', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    let padding = (64 - (10 + text.utf8.count + 1) % 64) % 64
    var writer = ByteWriter()
    writer.append([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
    writer.u16(UInt16(text.utf8.count + padding + 1))
    writer.append(Array(text.utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0A])
    return writer.bytes
  }

  /// The whole file for `matrix`.
  public static func encode(_ matrix: Matrix, as type: ElementType) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(header(rows: matrix.rows, columns: matrix.columns, type: type))
    switch type {
    case .float16: for half in HalfFloats.encode(matrix.values[...]) { writer.u16(half) }
    case .float32: for value in matrix.values { writer.f32(value) }
    }
    return writer.bytes
  }
}
