public import LinearAlgebra

/// Maps that bring images and texts, or images and words, into one space, where the nearer are the more alike.
///
/// A row is prepared, projected by every part, and each part is brought to length 1. Side by side, each with the root of its
/// weight, they are the coordinates of the row: of length 1, so that the dot product of an image and a text is the weighted
/// mean of the cosines of the parts.
public struct AlignmentMap: Sendable, Equatable {
  /// How rows of one side become coordinates.
  public struct Side: Sendable, Equatable {
    /// What is done to a row first.
    public let preparation: Preparation
    /// Layers behind the preparation; nil for none.
    public let network: SideNetwork?
    /// One projection for each part.
    public let projections: [Projection]

    init(_ preparation: Preparation, _ projections: [Projection], network: SideNetwork? = nil) {
      self.preparation = preparation
      self.network = network
      self.projections = projections
    }

    /// The length of the rows that are projected.
    var width: Int { network?.outputs ?? preparation.dimension }
  }

  /// How it was fitted.
  public let method: String
  /// The maps of image rows.
  public let images: Side
  /// The maps of text rows; nil for a map that was made from captions only.
  public let texts: Side?
  /// What stands for text rows when a query is typed words; nil for a map without.
  public let words: WordSide?
  /// Coordinates of some queries that were fitted, `[queries × coordinateCount]`: those that tell which images are near to
  /// everything; nil for a map without.
  public let querySample: Matrix?
  /// What the cosine of each part counts; positive, with a sum of 1.
  public let partWeights: [Float]
  /// Where the map comes from, for people.
  public var provenance: [String: String]
  /// What was measured on pairs that were not fitted, for people.
  public var validation: [String: String]

  /// Checks that the parts of all sides fit together.
  init(
    method: String, images: Side, texts: Side?, words: WordSide? = nil, querySample: Matrix? = nil,
    partWeights: [Float] = [1], provenance: [String: String] = [:],
    validation: [String: String] = [:], source: String = "the alignment"
  ) throws(AlignmentError) {
    func refuse(_ reason: String) -> AlignmentError {
      .damagedAlignment(source: source, section: "parts", reason: reason)
    }
    guard !partWeights.isEmpty, images.projections.count == partWeights.count,
      texts.map({ $0.projections.count == partWeights.count }) ?? true
    else { throw refuse("the sides have different numbers of parts") }
    guard partWeights.allSatisfy({ $0 > 0 && $0.isFinite }), abs(partWeights.reduce(0, +) - 1) < 1e-4 else {
      throw refuse("the weights of the parts are not positive with the sum 1")
    }
    for part in partWeights.indices {
      let sides = [images, texts].compactMap { $0 }
      for side in sides {
        guard side.network.map({ $0.inputs == side.preparation.dimension }) ?? true else {
          throw refuse("the layers take rows of another length than the prepared ones")
        }
        let projection = side.projections[part]
        guard projection.weights.map({ $0.columns == side.width && $0.rows > 0 }) ?? true else {
          throw refuse("part \(part) projects rows of another length than the prepared ones")
        }
        guard (projection.weights?.values ?? []).allSatisfy(\.isFinite), projection.bias.allSatisfy(\.isFinite) else {
          throw refuse("part \(part) holds a number that is not finite")
        }
      }
      let counts = sides.map { $0.projections[part].outputCount($0.width) }
      guard counts.allSatisfy({ $0 == counts[0] }) else {
        throw refuse("part \(part) gives \(counts[0]) coordinates for images and \(counts[1]) for texts")
      }
    }
    guard texts != nil || words != nil else { throw refuse("it has neither texts nor words") }
    self.method = method
    self.images = images
    self.texts = texts
    self.words = words
    self.querySample = querySample
    self.partWeights = partWeights
    self.provenance = provenance
    self.validation = validation
    if let words, words.table.columns != coordinateCount {
      throw .damagedAlignment(
        source: source, section: "words_weight",
        reason: "it gives \(words.table.columns) coordinates and the images have \(coordinateCount)")
    }
    if let querySample, let reason = Self.obstacle(querySample, coordinateCount) {
      throw .damagedAlignment(source: source, section: "query_sample", reason: reason)
    }
  }

  /// The number of coordinates.
  public var coordinateCount: Int {
    images.projections.reduce(0) { $0 + $1.outputCount(images.width) }
  }

  /// The length of the rows of a side; nil for texts of a map without them.
  public func dimension(_ side: AlignedSide) -> Int? { self[side]?.preparation.dimension }

  /// The maps of one side; nil for texts of a map without them.
  public subscript(_ side: AlignedSide) -> Side? { side == .images ? images : texts }

  /// The coordinates of rows, `[rows × coordinateCount]`, each row of length 1 (0 for a row that says nothing).
  ///
  /// - Throws: ``AlignmentError`` for rows of another length, rows of zeros, NaN, numbers too large for the map, and texts
  ///   that a map made from captions cannot read.
  /// - Complexity: O(rows · dimension · coordinates).
  public func coordinates(_ rows: Matrix, of side: AlignedSide) throws(AlignmentError) -> Matrix {
    var result = Matrix(rows: rows.rows, columns: coordinateCount)
    result.values.removeAll(keepingCapacity: true)
    for range in batches(of: rows.rows) {
      let part = range.count == rows.rows ? rows : slice(rows, range)
      result.values += try batchCoordinates(part, side, firstRow: range.lowerBound)
    }
    return result
  }

  private func batchCoordinates(
    _ rows: Matrix, _ side: AlignedSide, firstRow: Int
  ) throws(AlignmentError) -> [Float] {
    guard let maps = self[side] else { throw .noTexts(method: method) }
    let wide = try maps.preparation.apply(rows, side: side, firstRow: firstRow)
    let narrowed = try narrow(wide, side, firstRow)
    let prepared = try maps.network?.apply(narrowed) ?? narrowed
    var parts: [Matrix] = []
    for (number, projection) in maps.projections.enumerated() {
      let raw = try projection.apply(prepared)
      var unit = try checked(raw, side, firstRow: firstRow)
      try computing { () throws(LinearAlgebraError) in
        _ = try BLAS.unitRows(&unit)
        if partWeights.count > 1 {
          let root = Double(partWeights[number]).squareRoot()
          try BLAS.scaleRows(&unit, by: [Double](repeating: root, count: unit.rows))
        }
      }
      parts.append(try narrow(unit, side, firstRow))
    }
    if parts.count == 1 { return parts[0].values }
    return (0..<rows.rows).flatMap { row in parts.flatMap { $0.row(row) } }
  }

  private func narrow(
    _ rows: DoubleMatrix, _ side: AlignedSide, _ firstRow: Int
  ) throws(AlignmentError) -> Matrix {
    do {
      return try LAPACK.narrowed(rows)
    } catch {
      let limit = Double(Float.greatestFiniteMagnitude)
      let place = rows.values.firstIndex { !(abs($0) <= limit) } ?? 0
      throw .overflow(side: side, row: firstRow + place / max(1, rows.columns))
    }
  }
}
