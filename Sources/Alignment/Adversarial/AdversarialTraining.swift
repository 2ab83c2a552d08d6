import Learning
import LinearAlgebra

/// The state of an adversarial training between epochs.
struct AdversarialTraining: ResumableTraining {
  let options: MASLNOptions
  private let preparations: (images: Preparation, texts: Preparation)
  private let images: Matrix
  private let texts: Matrix
  private let labels: ClassLabels
  /// `[classes × length of an embedding]`.
  private let embeddings: Matrix
  private let optimiser = AdamW(beta1: 0.5, beta2: 0.999, weightDecay: 0)
  private(set) var model: AdversarialModel<Float>
  var random: SplitMix64
  /// Epochs that were trained: the strength of the reversal depends on them.
  var step = 0

  /// - Parameter embeddings: a row for each class in the order of ``ClassLabels/names``, or nil for one 1 in each.
  init(
    _ pairs: PairedRows, _ labels: ClassLabels, embeddings: Matrix?, options: MASLNOptions
  ) throws(AlignmentError) {
    try options.check()
    guard labels.numbers.count == pairs.count else {
      throw .unpairedLabels(rows: pairs.count, labels: labels.numbers.count)
    }
    let classes = labels.names.count
    self.embeddings = embeddings ?? classTargets(Array(0..<classes), classes: classes)
    guard self.embeddings.rows == classes, self.embeddings.columns > 0, Float.allFinite(self.embeddings.values) else {
      throw .badOption(
        name: "number of finite class embeddings", value: "\(self.embeddings.rows)", range: "\(classes)")
    }
    self.options = options
    self.labels = labels
    preparations = (
      try Preparation.fit(options.recipe, rows: pairs.images, side: .images),
      try Preparation.fit(options.recipe, rows: pairs.texts, side: .texts)
    )
    images = try preparations.images.narrowed(pairs.images, side: .images)
    texts = try preparations.texts.narrowed(pairs.texts, side: .texts)
    random = SplitMix64(seed: options.seed)
    model = AdversarialModel(
      imageDimension: images.columns, textDimension: texts.columns, classes: classes,
      embedding: self.embeddings.columns, options: options, random: &random)
  }

  /// One pass over all pairs; returns the means of the losses.
  ///
  /// - Parameter reversal: the strength of the reversal, or nil for its schedule.
  mutating func epoch(reversal strength: Double?) throws(AlignmentError) -> AdversarialModel<Float>.Losses {
    let order = (0..<images.rows).shuffled(using: &random)
    let count = max(1, (order.count + options.batchSize / 2) / options.batchSize)
    let scheduled = GradientReversal<Float>.strength(after: Double(step) / Double(options.epochs))
    let reversal = GradientReversal<Float>(strength: strength ?? scheduled)
    var sums = AdversarialModel<Float>.Losses()
    for batch in 0..<count {
      let chosen = Array(order[batch * order.count / count..<(batch + 1) * order.count / count])
      let classes = chosen.map { labels.numbers[$0] }
      let losses: AdversarialModel<Float>.Losses
      do {
        losses = try model.backpropagate(
          images: images.gathered(chosen), texts: texts.gathered(chosen),
          targets: classTargets(classes, classes: labels.names.count), embeddings: embeddings.gathered(classes),
          reversal: reversal)
      } catch {
        throw .learning(error)
      }
      try checkFinite(total(losses) + losses.adversarial, method: "masln")
      optimiser.step(
        &model.parameters,
        rates: [
          AdversarialModel<Float>.group: options.rate,
          AdversarialModel<Float>.rival: options.rate * options.discriminatorRateFactor,
        ])
      sums.classes += losses.classes / Double(count)
      sums.reconstruction += losses.reconstruction / Double(count)
      sums.correlation += losses.correlation / Double(count)
      sums.adversarial += losses.adversarial / Double(count)
    }
    try checkFinite(total(sums), model.parameters, method: "masln")
    step += 1
    return sums
  }

  mutating func epoch() throws(AlignmentError) -> Double { total(try epoch(reversal: nil)) }

  var parameters: ParameterSet<Float> {
    get { model.parameters }
    set { model.parameters = newValue }
  }

  var identity: [String: String] {
    var identity = options.settings
    identity["method"] = "masln"
    identity["images"] = images.fingerprint
    identity["texts"] = texts.fingerprint
    identity["classes"] = labels.names.joined(separator: " ")
    identity["class-embeddings"] = embeddings.fingerprint
    return identity
  }

  /// The loss without the discriminator's.
  func total(_ losses: AdversarialModel<Float>.Losses) -> Double {
    options.classWeight * losses.classes + options.reconstructionWeight * losses.reconstruction
      + options.correlationWeight * losses.correlation
  }

  /// The share of these pairs' rows whose side the discriminator tells.
  func sideAccuracy(_ pairs: PairedRows) throws(AlignmentError) -> Double {
    let x = try preparations.images.narrowed(pairs.images, side: .images)
    let t = try preparations.texts.narrowed(pairs.texts, side: .texts)
    return try learning { () throws(LearningError) in try model.sideAccuracy(images: x, texts: t) }
  }

  /// The alignment as trained so far.
  func map() throws(AlignmentError) -> AlignmentMap {
    func side(_ side: AlignedSide, _ preparation: Preparation) throws(AlignmentError) -> AlignmentMap.Side {
      AlignmentMap.Side(
        preparation, [Projection(weights: nil)],
        network: try SideNetwork(
          inputs: preparation.dimension, layers: AdversarialModel<Float>.layers(side, options),
          from: model.parameters, name: side.rawValue, source: "the training"))
    }
    var provenance = options.settings
    provenance["pairs"] = String(images.rows)
    provenance["classes"] = String(labels.names.count)
    return try AlignmentMap(
      method: "masln", images: side(.images, preparations.images), texts: side(.texts, preparations.texts),
      provenance: provenance, source: "the trained alignment")
  }
}
