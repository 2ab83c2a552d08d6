import ByteStorage

/// Writes the sparse matrix layout of the big-ann benchmarks, which ``CSRMatrix`` reads.
public enum CSRWriter {
  /// The whole file for `rows`, each a list of columns below `columns` with their weights; columns are sorted.
  ///
  /// Traps when a column is out of range.
  public static func encode(rows: [[CSRMatrix.Entry]], columns: Int) -> [UInt8] {
    precondition(columns >= 0 && columns <= Int(Int32.max), "a column number has 32 bits")
    let entryCount = rows.reduce(0) { $0 + $1.count }
    var writer = ByteWriter()
    for size in [rows.count, columns, entryCount] { writer.u64(UInt64(size)) }
    var start = 0
    writer.u64(0)
    for row in rows {
      start += row.count
      writer.u64(UInt64(start))
    }
    let sorted = rows.map { row in row.sorted { $0.column < $1.column } }
    for row in sorted {
      for entry in row {
        precondition(entry.column >= 0 && entry.column < columns, "a column lies outside the matrix")
        writer.u32(UInt32(entry.column))
      }
    }
    for row in sorted { for entry in row { writer.f32(entry.weight) } }
    return writer.bytes
  }
}
