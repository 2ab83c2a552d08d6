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
    try Self.cosines(of: range, in: texts, with: documents)
  }

  /// The cosines of some documents, by their places in the gallery, with all texts: one row per document.
  package func cosines(ofDocuments range: Range<Int>) throws(NewelError) -> [[Double]] {
    try Self.cosines(of: range, in: documents, with: texts)
  }

  private static func cosines(of range: Range<Int>, in left: Matrix, with right: Matrix) throws(NewelError)
    -> [[Double]]
  {
    let width = left.columns
    let part = Matrix(
      rows: range.count, columns: width,
      values: Array(left.values[range.lowerBound * width..<range.upperBound * width]))
    var products = Matrix(rows: range.count, columns: right.rows)
    do { try BLAS.sgemm(part, right, transposeB: true, into: &products) } catch {
      throw NewelError(.invalidArgument, error.description, cause: error)
    }
    return (0..<range.count).map { row in products.row(row).map { Double($0) } }
  }
}

extension NewelIndex {
  /// Most bytes of both sides together.
  private static let largestDenseBytes = 6 << 30

  /// Why cosines cannot be compared at all; nil when the index has dense rows.
  package var denseObstacle: String? {
    snapshot.configuration.denseDimension == nil ? "the index keeps no dense rows" : nil
  }

  /// Reads the embeddings of the texts, and the dense rows of the gallery beside them.
  ///
  /// - Parameters:
  ///   - path: `.npy`, `.npz` or a dump folder with `text_emb/`; one row for each document of the index, or one for each
  ///     query that was read, in their order.
  /// - Throws: `invalidArgument` or `invalidInput` when rows are missing, of another length, or not of this evaluation.
  package func denseComparison(
    texts path: String, queries: JudgedQueries, gallery: Gallery
  ) throws(NewelError) -> DenseComparison {
    guard let dimension = snapshot.configuration.denseDimension else {
      throw NewelError(
        .invalidArgument,
        "'\(self.path)' keeps no dense rows to compare '\(path)' with; build it again from embeddings and without --no-dense-rows."
      )
    }
    do {
      let fileSystem = PosixFileSystem()
      // A dump has pictures and texts; a file or a folder of texts is taken as it is.
      let inner = joinedPath(path, "text_emb")
      let isDump = try fileSystem.kind(of: path) == .folder && fileSystem.kind(of: inner) == .folder
      let dump = try EmbeddingDump.open(images: isDump ? inner : path, metadata: nil, fileSystem: fileSystem)
      guard dump.dimension == dimension else {
        throw NewelError(
          .invalidInput,
          "The rows of '\(path)' have \(dump.dimension) numbers and the dense rows of '\(self.path)' have \(dimension), so "
            + "they are no vectors of one space and have no cosine; give texts embedded by the model of the pictures.")
      }
      let bytes = (queries.queries.count + gallery.count).multipliedReportingOverflow(by: 4 * dimension)
      guard !bytes.overflow, bytes.partialValue <= Self.largestDenseBytes else {
        throw NewelError(
          .invalidArgument,
          "Comparing \(queries.queries.count) texts with \(gallery.count) documents of \(dimension) numbers needs more than "
            + "\(Self.largestDenseBytes >> 30) GiB of memory; take fewer with --where.")
      }
      let rows = try rowNumbers(of: queries, in: dump.rowCount, path: path)
      var texts = Matrix(rows: rows.count, columns: dimension)
      for (number, row) in rows.enumerated() {
        Self.putUnit(try dump.rows(row..<row + 1), into: &texts, row: number)
      }
      var documents = Matrix(rows: gallery.count, columns: dimension)
      for (place, ordinal) in gallery.ordinals.enumerated() {
        Self.putUnit(try snapshot.denseRow(of: UInt64(ordinal)) ?? [], into: &documents, row: place)
      }
      return DenseComparison(texts: texts, documents: documents)
    } catch {
      throw NewelError(wrapping: error)
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
  private static func putUnit(_ values: [Float], into matrix: inout Matrix, row: Int) {
    let norm = values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    let start = row * matrix.columns
    for (column, value) in values.enumerated() {
      matrix.values[start + column] = norm > 1e-12 ? Float(Double(value) / norm) : 0
    }
  }
}
