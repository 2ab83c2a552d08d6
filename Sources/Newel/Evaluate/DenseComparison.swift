internal import Alignment
internal import ByteStorage
internal import EmbeddingDumps
internal import IndexStore
internal import LinearAlgebra

/// Texts and documents as unit vectors of one space, for cosines between all of them.
package struct DenseComparison: Sendable {
  /// One unit row per query of the evaluation.
  private let texts: Matrix
  /// One unit row per document of the gallery.
  private let documents: Matrix

  fileprivate init(texts: Matrix, documents: Matrix) {
    self.texts = texts
    self.documents = documents
  }

  /// How many rows of one side to take at a time, so that their cosines fit in memory.
  package static func blockSize(against count: Int) -> Int { max(1, min(512, (32 << 20) / max(1, 4 * count))) }

  /// The cosines of some texts with all documents of the gallery: one row per text.
  package func cosines(ofTexts range: Range<Int>) throws(NewelError) -> [[Double]] {
    try Self.cosines(of: Array(range), in: texts, with: documents)
  }

  /// The cosines of some documents, by their places in the gallery, with all texts: one row per document.
  package func cosines(ofDocuments places: [Int]) throws(NewelError) -> [[Double]] {
    try Self.cosines(of: places, in: documents, with: texts)
  }

  private static func cosines(of rows: [Int], in left: Matrix, with right: Matrix) throws(NewelError) -> [[Double]] {
    let width = left.columns
    var part = Matrix(rows: rows.count, columns: width)
    for (number, row) in rows.enumerated() {
      part.values.replaceSubrange(number * width..<(number + 1) * width, with: left.row(row))
    }
    var products = Matrix(rows: rows.count, columns: right.rows)
    do { try BLAS.sgemm(part, right, transposeB: true, into: &products) } catch {
      throw NewelError(.invalidArgument, error.description, cause: error)
    }
    return (0..<rows.count).map { row in products.row(row).map { Double($0) } }
  }
}

/// The embeddings of the texts of an evaluation, one row per query.
package struct TextRows: Sendable {
  fileprivate let path: String
  let rows: Matrix

  /// The length of a row.
  package var dimension: Int { rows.columns }
}

extension NewelIndex {
  /// Most bytes of one side.
  private static let largestDenseBytes = 4 << 30

  /// The length of the dense rows; nil for an index without.
  package var denseDimension: Int? { snapshot.configuration.denseDimension }

  /// Reads the embeddings of texts.
  ///
  /// - Parameter path: `.npy`, `.npz` or a dump folder with `text_emb/`; one row for each document of the index, or one for
  ///   each query that was read, in their order.
  /// - Throws: `invalidInput` when rows are missing, or neither as long as the dense rows nor as what the head's text side
  ///   reads; `invalidArgument` when they do not fit in memory.
  package func textRows(_ path: String, queries: JudgedQueries) throws(NewelError) -> TextRows {
    do {
      let fileSystem = PosixFileSystem()
      // A dump has pictures and texts; a file or a folder of texts is taken as it is.
      let inner = joinedPath(path, "text_emb")
      let isDump = try fileSystem.kind(of: path) == .folder && fileSystem.kind(of: inner) == .folder
      let dump = try EmbeddingDump.open(images: isDump ? inner : path, metadata: nil, fileSystem: fileSystem)
      try check(dimension: dump.dimension, of: path)
      try check(count: queries.queries.count, dimension: dump.dimension)
      var rows = Matrix(rows: queries.queries.count, columns: dump.dimension)
      for (number, row) in try rowNumbers(of: queries, in: dump.rowCount, path: path).enumerated() {
        let start = number * dump.dimension
        rows.values.replaceSubrange(start..<start + dump.dimension, with: try dump.rows(row..<row + 1))
      }
      return TextRows(path: path, rows: rows)
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// Why texts and documents have no cosines; nil when they have.
  package func denseObstacle(_ texts: TextRows?) -> String? {
    guard let denseDimension else { return "the index keeps no dense rows" }
    guard let texts else { return "--texts gives no embeddings of the texts" }
    if texts.dimension == denseDimension { return nil }
    return
      "the texts' rows have \(texts.dimension) numbers and the dense rows \(denseDimension): no vectors of one space"
  }

  /// The texts' rows and the dense rows of the gallery beside them.
  ///
  /// - Returns: nil when there is a ``denseObstacle(_:)``.
  package func denseComparison(_ texts: TextRows, gallery: Gallery) throws(NewelError) -> DenseComparison? {
    guard denseObstacle(texts) == nil else { return nil }
    try check(count: gallery.count, dimension: texts.dimension)
    var units = Matrix(rows: texts.rows.rows, columns: texts.dimension)
    for row in 0..<units.rows { Self.putUnit(texts.rows.row(row), into: &units, row: row) }
    var documents = Matrix(rows: gallery.count, columns: texts.dimension)
    for (place, position) in gallery.positions.enumerated() {
      do {
        Self.putUnit((try snapshot.denseRow(of: position) ?? [])[...], into: &documents, row: place)
      } catch {
        throw NewelError(wrapping: error)
      }
    }
    return DenseComparison(texts: units, documents: documents)
  }

  /// The same queries as embeddings for the head's text side.
  ///
  /// - Returns: nil when the head has no text side, or one for other embeddings.
  package func textSideQueries(_ texts: TextRows, queries: JudgedQueries) -> [JudgedQuery]? {
    guard textDimension == texts.dimension else { return nil }
    return queries.queries.enumerated().map { number, query in
      JudgedQuery(
        id: query.id, query: .embedding(Array(texts.rows.row(number))), judgements: query.judgements,
        number: query.number, document: query.document)
    }
  }

  private func check(dimension: Int, of path: String) throws(NewelError) {
    let aligned = try alignment()?.dimension(.texts)
    guard dimension != denseDimension, dimension != textDimension, dimension != aligned else { return }
    let dense =
      denseDimension.map { "the dense rows of '\(self.path)' have \($0)" } ?? "'\(self.path)' keeps no dense rows"
    let side = textDimension.map { "its head reads texts of \($0)" } ?? "its head has no text side"
    let map = aligned.map { ", its alignment reads texts of \($0)" } ?? ""
    throw NewelError(
      .invalidInput,
      "The rows of '\(path)' have \(dimension) numbers, but \(dense)\(map) and \(side); give texts embedded by the model of the "
        + "pictures, or of the head's training.")
  }

  private func check(count: Int, dimension: Int) throws(NewelError) {
    let bytes = count.multipliedReportingOverflow(by: 4 * dimension)
    guard !bytes.overflow, bytes.partialValue <= Self.largestDenseBytes else {
      throw NewelError(
        .invalidArgument,
        "\(count) rows of \(dimension) numbers need more than \(Self.largestDenseBytes >> 30) GiB of memory; take fewer with "
          + "--where.")
    }
  }

  /// Which row of the file belongs to each query.
  private func rowNumbers(of queries: JudgedQueries, in count: Int, path: String) throws(NewelError) -> [Int] {
    if count == queries.readCount { return queries.queries.map(\.number) }
    if count == documentCount, queries.queries.allSatisfy({ $0.document != nil }) {
      return queries.queries.map { Int($0.document ?? 0) }
    }
    throw NewelError(
      .invalidInput,
      "'\(path)' has \(count) rows, but there are \(queries.readCount) queries and \(documentCount) documents; give one row "
        + "for each query in their order, or with --captions one for each document.")
  }

  /// Puts a row of length 1 into a matrix; one of zeros stays so.
  private static func putUnit(_ values: ArraySlice<Float>, into matrix: inout Matrix, row: Int) {
    let norm = values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    let start = row * matrix.columns
    for (column, value) in values.enumerated() {
      matrix.values[start + column] = norm > 1e-12 ? Float(Double(value) / norm) : 0
    }
  }
}
