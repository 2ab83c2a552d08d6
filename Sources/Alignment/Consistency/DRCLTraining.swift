import Learning
import LinearAlgebra

/// The two stages of reversible consistency: a prior for both sides, then a network for each.
struct DRCLTraining {
  let options: DRCLOptions
  private let images: LabelledSide
  private let texts: LabelledSide
  private let layers: [LayerPlan]
  private let optimiser = AdamW(beta1: 0.5, beta2: 0.999, weightDecay: 0)
  private var random: SplitMix64
  private let progress: (LabelledProgress) throws -> Void

  init(
    images: LabelledSide, texts: LabelledSide, options: DRCLOptions, random: SplitMix64,
    progress: @escaping (LabelledProgress) throws -> Void
  ) {
    (self.images, self.texts, self.options, self.random, self.progress) = (images, texts, options, random, progress)
    layers = PriorModel<Float>.layers(options)
  }

  /// What came of it.
  struct Outcome {
    let images: ParameterSet<Float>
    let texts: ParameterSet<Float>
    /// The side whose prior was taken, or nil for a random one.
    let priorSide: AlignedSide?
    /// The mean chance of the true class that either prior gave.
    let certainties: [AlignedSide: Double]
    /// The epoch whose networks are returned, and their precision on held-out rows.
    let epoch: Int
    let precision: Double?
  }

  mutating func run() throws -> Outcome {
    let (prior, side, certainties) = try selectPrior()
    return try consistency(prior, side, certainties)
  }

  /// The epochs of all stages.
  private var epochs: Int { (options.priorChoice == .orthogonal ? 1 : 3) * options.epochs }

  // MARK: - The prior

  private mutating func selectPrior() throws -> (Matrix, AlignedSide?, [AlignedSide: Double]) {
    let start = try orthogonalPrior(images.classCount, dimension: options.dimension, random: &random)
    guard options.priorChoice != .orthogonal else { return (start, nil, [:]) }
    var best: (certainty: Double, prior: Matrix, side: AlignedSide)?
    var certainties: [AlignedSide: Double] = [:]
    let (optimiser, rate) = (optimiser, options.priorRate)
    for (number, side) in [images, texts].enumerated() {
      var model = PriorModel<Float>(inputs: side.rows.columns, layers: layers, prior: start, random: &random)
      for epoch in 0..<options.epochs {
        let exponent = min(1, 0.01 * Double(epoch))
        let loss = try Self.pass(over: side, options.batchSize, &random) {
          (rows, targets, _) throws(LearningError) in
          let loss = try model.backpropagate(rows, targets: targets, exponent: exponent)
          optimiser.step(&model.parameters, rates: [PriorModel<Float>.group: rate])
          return loss
        }
        try progress(
          LabelledProgress(
            stage: "prior of the \(side.side)", epoch: number * options.epochs + epoch + 1, epochs: epochs, loss: loss,
            precision: nil))
      }
      let judgesHeldOut = options.priorChoice == .validation && side.heldOutRows.rows > 0
      let certainty = try learning { () throws(LearningError) in
        try model.certainty(
          judgesHeldOut ? side.heldOutRows : side.rows, judgesHeldOut ? side.heldOutClasses : side.classes)
      }
      certainties[side.side] = certainty
      // A copy: what is trained later does not change it.
      if certainty > best?.certainty ?? -1 { best = (certainty, model.prior, side.side) }
    }
    guard let best else { throw AlignmentError.learning(.notFinite(what: "certainty of the priors")) }
    return (best.prior, best.side, certainties)
  }

  // MARK: - The networks

  private mutating func consistency(
    _ prior: Matrix, _ priorSide: AlignedSide?, _ certainties: [AlignedSide: Double]
  ) throws -> Outcome {
    let inverse = try rightInverse(prior)
    func model(_ side: LabelledSide) -> ConsistencyModel<Float> {
      ConsistencyModel(
        inputs: side.rows.columns, layers: layers, prior: prior, inverse: inverse, options: options, random: &random)
    }
    var (imageModel, textModel) = (model(images), model(texts))
    var best: (precision: Double, epoch: Int, images: ParameterSet<Float>, texts: ParameterSet<Float>)?
    for epoch in 0..<options.epochs {
      let exponent = min(1, 0.01 * Double(epoch + 1))
      let loss =
        try self.epoch(images, &imageModel, exponent, options.imageRate)
        + self.epoch(texts, &textModel, exponent, options.textRate)
      try checkFinite(loss, imageModel.parameters, textModel.parameters, method: "drcl")
      let precision = try self.precision(imageModel, textModel)
      if let precision, precision > best?.precision ?? -1 {
        best = (precision, epoch + 1, imageModel.parameters, textModel.parameters)
      }
      try progress(
        LabelledProgress(
          stage: "networks", epoch: epochs - options.epochs + epoch + 1, epochs: epochs, loss: loss,
          precision: precision))
    }
    return Outcome(
      images: best?.images ?? imageModel.parameters, texts: best?.texts ?? textModel.parameters, priorSide: priorSide,
      certainties: certainties, epoch: best?.epoch ?? options.epochs, precision: best?.precision)
  }

  private mutating func epoch(
    _ side: LabelledSide, _ model: inout ConsistencyModel<Float>, _ exponent: Double, _ rate: Double
  ) throws(AlignmentError) -> Double {
    let optimiser = optimiser
    return try Self.pass(over: side, options.batchSize, &random) {
      (rows, targets, random) throws(LearningError) in
      let partners = (0..<rows.rows).shuffled(using: &random)
      let loss = try model.backpropagate(rows, targets: targets, partners: partners, exponent: exponent)
      optimiser.step(&model.parameters, rates: [PriorModel<Float>.group: rate])
      return loss
    }
  }

  /// One pass over the rows of a side; returns the mean loss.
  private static func pass(
    over side: LabelledSide, _ batchSize: Int, _ random: inout SplitMix64,
    _ step: (Matrix, Matrix, inout SplitMix64) throws(LearningError) -> Double
  ) throws(AlignmentError) -> Double {
    let batches = side.epochBatches(batchSize, random: &random)
    var sum = 0.0
    for numbers in batches {
      let (rows, targets) = side.batch(numbers)
      let loss = try learning { () throws(LearningError) in try step(rows, targets, &random) }
      try checkFinite(loss, method: "drcl")
      sum += loss
    }
    return sum / Double(batches.count)
  }

  /// The mean of both directions over held-out rows; nil without any.
  private func precision(
    _ imageModel: ConsistencyModel<Float>, _ textModel: ConsistencyModel<Float>
  ) throws(AlignmentError) -> Double? {
    guard images.heldOutRows.rows > 0, texts.heldOutRows.rows > 0 else { return nil }
    let (x, t) = try learning { () throws(LearningError) in
      (try imageModel.coordinates(images.heldOutRows), try textModel.coordinates(texts.heldOutRows))
    }
    let forth = try ClassPrecision(queries: x, images.heldOutClasses, items: t, texts.heldOutClasses)
    let back = try ClassPrecision(queries: t, texts.heldOutClasses, items: x, images.heldOutClasses)
    return (forth.all + back.all) / 2
  }
}
