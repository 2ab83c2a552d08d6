public import ByteStorage

/// A sparse matrix in compressed rows: a big-ann `.csr` file or a `.npz` of `scipy.sparse.save_npz`.
///
/// Opening checks the whole row directory; each row is checked as it is read.
public final class CSRMatrix: Sendable {
  /// One entry of a row that is not zero.
  public typealias Entry = (column: Int, weight: Float)

  /// The file.
  public let path: String
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The number of stored entries, zeros included.
  public let entryCount: Int
  private let starts: NumberBlock
  private let indices: NumberBlock
  private let weights: NumberBlock

  /// Opens `path`: ending in `.npz` it is read as scipy's, else as big-ann's.
  ///
  /// - Throws: ``DumpError/sparseMatrix(path:reason:)`` and the errors of the container.
  /// - Complexity: O(rows), for the check of the row directory.
  public static func open(_ path: String, fileSystem: any FileSystem) throws(DumpError) -> CSRMatrix {
    let file = try storing { () throws(StorageError) in try fileSystem.map(path) }
    return path.hasSuffix(".npz") ? try CSRMatrix(archive: try NpzArchive(file)) : try CSRMatrix(file)
  }

  /// Reads the big-ann layout: i64 rows, columns, entries; i64 starts[rows + 1]; i32 columns[entries]; f32
  /// weights[entries]; all little-endian.
  init(_ file: MappedFile) throws(DumpError) {
    let path = file.path
    guard file.byteCount >= 24 else {
      throw .sparseMatrix(path: path, reason: "it has only \(file.byteCount) bytes, less than a .csr header")
    }
    let sizes = try storing { () throws(StorageError) in
      var reader = try ByteReader(file, 0..<24)
      return try reader.u64Array(3).map { Int(truncatingIfNeeded: $0) }
    }
    guard sizes.allSatisfy({ $0 >= 0 && $0 < 1 << 56 }) else {
      throw .sparseMatrix(
        path: path, reason: "its header says \(sizes[0]) rows, \(sizes[1]) columns, \(sizes[2]) entries")
    }
    // No overflow below 2⁵⁶.
    let expected = 24 + 8 * (sizes[0] + 1) + 8 * sizes[2]
    guard file.byteCount == expected else {
      throw .sparseMatrix(
        path: path,
        reason: "\(sizes[0]) rows and \(sizes[2]) entries take \(expected) bytes, but the file has \(file.byteCount)")
    }
    let indexStart = 24 + 8 * (sizes[0] + 1)
    self.path = path
    rows = sizes[0]
    columns = sizes[1]
    entryCount = sizes[2]
    starts = NumberBlock(file, offset: 24, count: rows + 1, type: .integer(byteCount: 8, signed: true))
    indices = NumberBlock(file, offset: indexStart, count: entryCount, type: .integer(byteCount: 4, signed: true))
    weights = NumberBlock(file, offset: indexStart + 4 * entryCount, count: entryCount, type: .float(byteCount: 4))
    try checkColumns()
    try checkStarts()
  }

  /// Reads what `scipy.sparse.save_npz` writes: the members format, shape, indptr, indices, data.
  init(archive: NpzArchive) throws(DumpError) {
    let path = archive.file.path
    let format = try NumberBlock(archive, "format").text() ?? "unknown"
    guard format == "csr" else {
      throw .sparseMatrix(path: path, reason: "its format is '\(format)'; save it with matrix.tocsr()")
    }
    let shapeBlock = try NumberBlock(archive, "shape")
    guard shapeBlock.count == 2, let shape = try shapeBlock.integers(0..<2), shape.allSatisfy({ $0 >= 0 }) else {
      throw .sparseMatrix(path: path, reason: "its shape is not two lengths")
    }
    starts = try NumberBlock(archive, "indptr")
    indices = try NumberBlock(archive, "indices")
    weights = try NumberBlock(archive, "data")
    self.path = path
    rows = shape[0]
    columns = shape[1]
    entryCount = weights.count
    guard indices.count == entryCount else {
      throw .sparseMatrix(path: path, reason: "it has \(indices.count) column numbers for \(entryCount) weights")
    }
    guard starts.count - 1 == rows else {
      throw .sparseMatrix(path: path, reason: "it has \(starts.count) row starts for \(rows) rows")
    }
    guard case .integer = starts.type, case .integer = indices.type else {
      throw .sparseMatrix(path: path, reason: "its row starts or column numbers are not whole numbers")
    }
    switch weights.type {
    case .float, .integer: break
    case .bytes, .text: throw .sparseMatrix(path: path, reason: "its weights are text")
    }
    try checkColumns()
    try checkStarts()
  }

  private func checkColumns() throws(DumpError) {
    guard columns <= Int(Int32.max) else {
      throw .sparseMatrix(path: path, reason: "it has \(columns) columns (at most \(Int32.max) are read)")
    }
  }

  private func checkStarts() throws(DumpError) {
    var before = 0
    var row = 0
    while row <= rows {
      let end = min(rows + 1, row + 65_536)
      for start in try starts.integers(row..<end) ?? [] {
        guard row > 0 || start == 0 else {
          throw .sparseMatrix(path: path, reason: "row 0 starts at entry \(start) instead of 0")
        }
        guard start >= before, start <= entryCount else {
          throw .sparseMatrix(
            path: path, reason: "row \(row) starts at entry \(start), which is not within \(before)…\(entryCount)")
        }
        before = start
        row += 1
      }
    }
    guard before == entryCount else {
      throw .sparseMatrix(path: path, reason: "its rows end at entry \(before) of \(entryCount)")
    }
  }

  /// The entries of row `row` that are not zero, columns ascending.
  ///
  /// Traps when there is no such row. Unsorted rows are sorted.
  /// - Parameter name: the token a column stands for, for errors.
  /// - Throws: ``DumpError`` for a column out of range or twice in the row, and for a weight that is negative or not
  ///   finite.
  public func row(_ row: Int, named name: (Int) -> String = { String($0) }) throws(DumpError) -> [Entry] {
    precondition(row >= 0 && row < rows, "there is no such row")
    let bounds = try starts.integers(row..<row + 2) ?? []
    let range = bounds[0]..<bounds[1]
    guard let columnNumbers = try indices.integers(range), let values = try weights.floats(range) else { return [] }
    var entries: [Entry] = []
    entries.reserveCapacity(range.count)
    var isSorted = true
    for (column, weight) in zip(columnNumbers, values) {
      guard column >= 0, column < columns else {
        throw .sparseMatrix(path: path, reason: "row \(row) has column \(column) of \(columns)")
      }
      guard weight.isFinite, weight >= 0 else {
        throw .weight(path: path, place: "row \(row)", token: name(column), weight: "\(weight)")
      }
      if let last = entries.last, last.column >= column { isSorted = false }
      entries.append((column, weight))
    }
    if !isSorted { entries.sort { $0.column < $1.column } }
    for (a, b) in zip(entries, entries.dropFirst()) where a.column == b.column {
      throw .duplicateToken(path: path, place: "row \(row)", token: name(a.column))
    }
    entries.removeAll { $0.weight == 0 }
    return entries
  }
}
