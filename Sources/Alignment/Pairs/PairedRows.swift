public import LinearAlgebra

/// Embeddings of pictures and of the texts that describe them, row for row.
public struct PairedRows: Sendable {
  /// `[pairs × image dimension]`.
  public let images: Matrix
  /// `[pairs × text dimension]`.
  public let texts: Matrix

  /// The number of pairs.
  public var count: Int { images.rows }

  /// Pairs of row i with row i.
  ///
  /// - Throws: ``AlignmentError/unpairedRows(images:texts:)``. Values are looked at when a map is fitted.
  public init(images: Matrix, texts: Matrix) throws(AlignmentError) {
    guard images.rows == texts.rows else { throw .unpairedRows(images: images.rows, texts: texts.rows) }
    self.images = images
    self.texts = texts
  }

  /// Pairs of every picture with each of its `textsPerImage` texts, which follow one another in `texts`: better than their
  /// mean for every closed-form map but anchors.
  ///
  /// - Throws: ``AlignmentError/unpairedRows(images:texts:)`` when there is another number of texts.
  /// - Complexity: the rows of the pictures are repeated in memory.
  public init(images: Matrix, texts: Matrix, textsPerImage: Int) throws(AlignmentError) {
    guard textsPerImage >= 1 else {
      throw .badOption(name: "number of texts per image", value: String(textsPerImage), range: "1 or more")
    }
    let (count, overflow) = images.rows.multipliedReportingOverflow(by: textsPerImage)
    guard !overflow, count == texts.rows else { throw .unpairedRows(images: images.rows, texts: texts.rows) }
    var values: [Float] = []
    values.reserveCapacity(count * images.columns)
    for row in 0..<images.rows {
      for _ in 0..<textsPerImage { values.append(contentsOf: images.row(row)) }
    }
    try self.init(images: Matrix(rows: count, columns: images.columns, values: values), texts: texts)
  }

  /// The rows of one side.
  func rows(_ side: AlignedSide) -> Matrix { side == .images ? images : texts }
}

/// Pairs with the preparation of both sides, and their sums of products in 64-bit floats.
struct PreparedPairs {
  let pairs: PairedRows
  let images: Preparation
  let texts: Preparation
  let count: Int
  /// `XᵀX`, all of it.
  let imageGram: DoubleMatrix
  /// `TᵀT`, all of it.
  let textGram: DoubleMatrix
  /// `TᵀX`, `[text dimension × image dimension]`.
  let cross: DoubleMatrix

  /// - Complexity: O(pairs · (d² + e² + d·e)), in batches of ``batchRowCount`` rows.
  init(_ pairs: PairedRows, _ recipe: Preparation.Recipe) throws(AlignmentError) {
    self.pairs = pairs
    images = try Preparation.fit(recipe, rows: pairs.images, side: .images)
    texts = try Preparation.fit(recipe, rows: pairs.texts, side: .texts)
    count = pairs.count
    let (d, e) = (pairs.images.columns, pairs.texts.columns)
    // Two tables of 2³¹ bytes each are as much as one machine should be asked for.
    for (side, width) in [(AlignedSide.images, d), (.texts, e)] where width > 1 << 14 {
      throw .badOption(name: "length of the \(side)' rows", value: String(width), range: "\(1 << 14) or less")
    }
    var imageGram = DoubleMatrix(rows: d, columns: d)
    var textGram = DoubleMatrix(rows: e, columns: e)
    var cross = DoubleMatrix(rows: e, columns: d)
    for range in batches(of: count) {
      let x = try images.apply(slice(pairs.images, range), side: .images, firstRow: range.lowerBound)
      let t = try texts.apply(slice(pairs.texts, range), side: .texts, firstRow: range.lowerBound)
      try computing { () throws(LinearAlgebraError) in
        try BLAS.dsyrk(x, beta: 1, intoUpper: &imageGram)
        try BLAS.dsyrk(t, beta: 1, intoUpper: &textGram)
        try BLAS.dgemm(t, transposeA: true, x, beta: 1, into: &cross)
      }
    }
    fillLower(&imageGram)
    fillLower(&textGram)
    self.imageGram = imageGram
    self.textGram = textGram
    self.cross = cross
  }

  func preparation(_ side: AlignedSide) -> Preparation { side == .images ? images : texts }

  func gram(_ side: AlignedSide) -> DoubleMatrix { side == .images ? imageGram : textGram }

  /// All prepared rows of a side.
  func rows(_ side: AlignedSide) throws(AlignmentError) -> DoubleMatrix {
    try preparation(side).apply(pairs.rows(side), side: side)
  }
}

/// Copies the upper triangle to the lower one.
func fillLower(_ a: inout DoubleMatrix) {
  for row in 0..<a.rows {
    for column in 0..<row { a[row, column] = a[column, row] }
  }
}
