import LinearAlgebra

extension AlignmentMap {
  /// Fits a map to pairs, in closed form or, for classes, by a convex problem; the same pairs give the same map.
  ///
  /// - Parameters:
  ///   - method: how.
  ///   - pairs: training rows; means, deviations and covariances come from these alone.
  ///   - labels: the class of each pair, for the methods that learn from classes.
  ///   - recipe: how rows are prepared. Anything but a centred recipe is for comparisons.
  /// - Throws: ``AlignmentError`` for what is wrong with the pairs or the settings.
  /// - Complexity: O(pairs · (d + e)² + (d + e)³) for dimensions d and e.
  public static func fit(
    _ method: AlignmentMethod, to pairs: PairedRows, labels: ClassLabels? = nil,
    recipe: Preparation.Recipe = .unitCentred
  ) throws(AlignmentError) -> AlignmentMap {
    if let labels, labels.numbers.count != pairs.count {
      throw .unpairedLabels(rows: pairs.count, labels: labels.numbers.count)
    }
    let prepared = try PreparedPairs(pairs, recipe)
    let parts = try Parts(method, prepared, labels)
    var provenance = method.settings
    provenance["pairs"] = String(pairs.count)
    provenance["classes"] = labels.map { String($0.names.count) }
    return try AlignmentMap(
      method: method.name, images: Side(prepared.images, parts.images), texts: Side(prepared.texts, parts.texts),
      partWeights: [Float](repeating: 1 / Float(parts.images.count), count: parts.images.count),
      provenance: provenance)
  }
}

/// The projections of both sides.
private struct Parts {
  let images: [Projection]
  let texts: [Projection]

  init(_ method: AlignmentMethod, _ pairs: PreparedPairs, _ labels: ClassLabels?) throws(AlignmentError) {
    switch method {
    case .leastSquares(let side):
      try self.init(from: side, RidgeMap.leastSquares(pairs, from: side))
    case .ridge(let side, let penalty):
      try self.init(from: side, RidgeMap.fit(pairs, from: side, penalty: penalty))
    case .ridgeBothWays(let imagePenalty, let textPenalty):
      let forth = try Parts(.ridge(from: .images, penalty: imagePenalty), pairs, nil)
      let back = try Parts(.ridge(from: .texts, penalty: textPenalty), pairs, nil)
      self.init(images: forth.images + back.images, texts: forth.texts + back.texts)
    case .procrustes(let side):
      let rotation = try ProcrustesMap.rotation(cross: pairs.cross)
      try self.init(from: side, side == .images ? rotation : transposed(rotation))
    case .correlation(let regularisation, let rank, let weightPower):
      try self.init(
        CorrelationMap.canonical(pairs, regularisation: regularisation, rank: rank, weightPower: weightPower))
    case .whitenedRotation(let regularisation, let weightPower):
      try self.init(
        CorrelationMap.whitenedRotation(pairs, regularisation: regularisation, weightPower: weightPower))
    case .anchors(let keep, let power):
      try self.init(anchors: pairs, keep: keep, power: power)
    case .classRidge(let penalty):
      let targets = try Self.targets(method, pairs, labels)
      func project(_ side: AlignedSide) throws(AlignmentError) -> [Projection] {
        guard penalty.isFinite, penalty > 0 else {
          throw .badOption(name: "penalty", value: "\(penalty)", range: "a number above 0")
        }
        let cross = try product(targets, transposeA: true, try pairs.rows(side))
        return [
          try Projection(
            RidgeMap.primal(gram: pairs.gram(side), cross: cross, crossIsTransposed: true, penalty: penalty))
        ]
      }
      self.init(images: try project(.images), texts: try project(.texts))
    case .semantic(let strength):
      guard let labels else { throw .noLabels(method: method.name) }
      func project(_ side: AlignedSide) throws(AlignmentError) -> [Projection] {
        let regression = try LogisticRegression(try pairs.rows(side), labels, strength: strength)
        return [try Projection(regression.weights, bias: regression.bias, activation: .posteriors)]
      }
      self.init(images: try project(.images), texts: try project(.texts))
    case .semanticCorrelation(let strength, let regularisation, let rank):
      guard let labels else { throw .noLabels(method: method.name) }
      let map = try CorrelationMap.canonical(pairs, regularisation: regularisation, rank: rank, weightPower: 0)
      func project(_ side: AlignedSide, _ directions: DoubleMatrix) throws(AlignmentError) -> [Projection] {
        let coordinates = try product(try pairs.rows(side), directions, transposeB: true)
        let regression = try LogisticRegression(coordinates, labels, strength: strength)
        return [
          try Projection(
            product(regression.weights, directions), bias: regression.bias, activation: .posteriors)
        ]
      }
      self.init(images: try project(.images, map.images), texts: try project(.texts, map.texts))
    }
  }

  private init(images: [Projection], texts: [Projection]) {
    self.images = images
    self.texts = texts
  }

  /// One side is mapped and the other stays as it is.
  private init(from side: AlignedSide, _ weights: DoubleMatrix) throws(AlignmentError) {
    let mapped = [try Projection(weights)]
    let same = [Projection(weights: nil)]
    self.init(images: side == .images ? mapped : same, texts: side == .images ? same : mapped)
  }

  private init(_ map: CorrelationMap) throws(AlignmentError) {
    self.init(images: [try Projection(map.images)], texts: [try Projection(map.texts)])
  }

  /// Cosines to the prepared training rows, of which both sides keep the strongest.
  ///
  /// - Source: Norelli and others, "ASIF: coupled data turns unimodal models to multimodal without training" (NeurIPS 2023);
  ///   similarities below 0 count as 0 here.
  private init(anchors pairs: PreparedPairs, keep: Int, power: Float) throws(AlignmentError) {
    guard keep >= 1 else { throw .badOption(name: "number of anchors kept", value: "\(keep)", range: "1 or more") }
    guard power.isFinite, power > 0 else {
      throw .badOption(name: "power", value: "\(power)", range: "a number above 0")
    }
    let activation = Projection.Activation.strongest(count: keep, power: power)
    func project(_ side: AlignedSide) throws(AlignmentError) -> [Projection] {
      var rows = try pairs.rows(side)
      try computing { () throws(LinearAlgebraError) in _ = try BLAS.unitRows(&rows) }
      return [try Projection(rows, activation: activation)]
    }
    self.init(images: try project(.images), texts: try project(.texts))
  }

  /// `[pairs × classes]`: 1 in the column of the pair's class, minus the mean of the column.
  private static func targets(
    _ method: AlignmentMethod, _ pairs: PreparedPairs, _ labels: ClassLabels?
  ) throws(AlignmentError) -> DoubleMatrix {
    guard let labels else { throw .noLabels(method: method.name) }
    var targets = DoubleMatrix(rows: pairs.count, columns: labels.names.count)
    for (row, label) in labels.numbers.enumerated() { targets[row, label] = 1 }
    let sums = try computing { () throws(LinearAlgebraError) in try BLAS.columnSums(targets) }
    try computing { () throws(LinearAlgebraError) in
      try BLAS.addToRows(-1 / Double(pairs.count), sums, of: &targets)
    }
    return targets
  }
}
