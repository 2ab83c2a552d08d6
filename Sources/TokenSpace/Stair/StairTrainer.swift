import EmbeddingDumps
import Learning
import LinearAlgebra

/// The loop of a training: stages, epochs and steps, validations between them, and the state that can be written and taken
/// up again at any step.
struct StairTrainer {
  let options: StairOptions
  let corpus: StairCorpus
  let batches: StairBatches
  let plans: [StairPlan]
  let exporter: StairExporter
  let judge: StairValidator
  /// Where to write; nil for nowhere.
  let checkpoint: StairCheckpoint?
  /// Whether to write after every epoch, and not only when stopped.
  let savesEveryEpoch: Bool
  let settings: [String: String]

  private typealias Group = StairModel<Float>.Group

  var model: StairModel<Float>
  var state = StairState()
  /// The averaged parameters of the best validation of the running stage; empty before the first.
  var best: [[Float]] = []

  /// The tokens of a picture in the last step; nil before the first, also after resuming.
  var lastTokens: Double?

  /// How much the bias of a token that was silent for an epoch is raised.
  private static let revivalStep: Float = 0.5

  /// Trains to the end of the last stage; the parameters are then those to serve.
  ///
  /// - Parameter progress: called after every step; returns false to stop.
  /// - Throws: ``StairError/stopped(checkpoint:)`` when asked to, ``StairError/diverged(stage:epoch:step:)`` and what reading
  ///   the dump throws.
  mutating func train(_ progress: (StairProgress) -> Bool) throws(TokenSpaceError) {
    while state.stage < plans.count {
      let plan = plans[state.stage]
      if state.epoch == 0, state.step == 0 { try begin(plan) }
      while state.epoch < plan.epochs {
        let order = batches.order(stage: state.stage, epoch: state.epoch)
        while state.step < plan.stepCount {
          guard progress(self.progress(plan)) else {
            try save()
            throw .stair(.stopped(checkpoint: checkpoint?.path))
          }
          try step(plan, order)
        }
        try endEpoch(plan)
        if savesEveryEpoch { try save() }
      }
      _ = progress(self.progress(plan))
      end(plan)
    }
  }

  /// Throws when the state just read cannot be one of this training.
  func checkState(path: String) throws(TokenSpaceError) {
    var isPossible = state.stage <= plans.count && state.activity.count == corpus.vocabulary.count
    if state.stage < plans.count {
      let plan = plans[state.stage]
      isPossible = isPossible && state.epoch <= plan.epochs && state.step < plan.stepCount
    }
    if !isPossible { throw .stair(.badCheckpoint(path: path, reason: "its place is not one of this training")) }
  }

  private func progress(_ plan: StairPlan) -> StairProgress {
    let rows = batches.bags.rowCount
    let inEpoch = state.epoch < plan.epochs ? batches.range(of: min(state.step, plan.stepCount - 1)).lowerBound : 0
    var progress = StairProgress(
      stage: plan.stage, done: state.epoch * rows + inEpoch, total: plan.epochs * rows)
    progress.loss =
      state.pending.count > 0 ? state.pending.total / Double(state.pending.count) : state.history.losses.last?.total
    progress.quality = state.history.validations.last?.quality
    return progress
  }

  private func save() throws(TokenSpaceError) {
    try checkpoint?.save(settings: settings, state: state, best: best, parameters: model.parameters)
  }

  // MARK: - Stages

  private mutating func begin(_ plan: StairPlan) throws(TokenSpaceError) {
    state.bestScore = nil
    state.bestQuality = nil
    state.sinceBest = 0
    best = []
    state.activity = [Int](repeating: 0, count: corpus.vocabulary.count)
    // What both sides already reach must not get worse.
    if plan.stage == .joining { try validate(plan) }
  }

  private mutating func end(_ plan: StairPlan) {
    if best.isEmpty { best = averages }
    adopt(best)
    best = []
    for group in [Group.image, Group.table, Group.words, Group.rows] { model.parameters.forgetMoments(of: group) }
    state.history.stageEnds.append(state.stepsDone)
    state.stage += 1
    state.epoch = 0
    state.step = 0
  }

  private var averages: [[Float]] {
    model.parameters.indices.map { model.parameters[$0].averagedValues.values }
  }

  /// Makes these the values and the running means of all parameters.
  private mutating func adopt(_ values: [[Float]]) {
    for index in model.parameters.indices { model.parameters[index].values.values = values[index] }
    model.parameters.exchangeAverages()
    for index in model.parameters.indices { model.parameters[index].values.values = values[index] }
  }

  // MARK: - Steps

  private mutating func step(_ plan: StairPlan, _ order: [UInt32]) throws(TokenSpaceError) {
    let step = state.epoch * plan.stepCount + state.step
    let batch = try batches.batch(
      order, stage: state.stage, epoch: state.epoch, step: state.step,
      noise: plan.trainsImages ? Float(options.noise) : 0, shortens: plan.stage == .expanding)
    let terms = self.terms(plan, step)
    let losses: StairLosses
    do {
      losses = try model.backpropagate(batch, terms)
    } catch {
      guard case .notFinite = error else { throw .learning(error) }
      throw .stair(.diverged(stage: plan.stage.name, epoch: state.epoch + 1, step: state.step + 1))
    }
    // The first means are over few steps, so that the random start is soon forgotten.
    let decay = min(options.averageDecay, Double(1 + step) / Double(10 + step))
    AdamW(beta1: plan.momentum(step: step), weightDecay: options.weightDecay).step(
      &model.parameters, rates: rates(plan, terms, step), averageDecay: decay)
    lastTokens = losses.meanImageTokens
    if plan.trainsImages {
      for (token, sum) in model.step.columnSums.enumerated() where sum > 0 { state.activity[token] += 1 }
    }
    count(losses, plan)
    state.step += 1
    state.stepsDone += 1
  }

  private func terms(_ plan: StairPlan, _ step: Int) -> StairTerms {
    var random = SplitMix64(seed: StairRandom.seed(options.seed, .expansion, state.stage, step))
    let isMasked = random.uniform() < plan.maskProbability(step: step)
    var terms = StairTerms()
    switch plan.stage {
    case .expanding: terms.words = isMasked ? .masked : .expanded
    case .joining: terms.words = isMasked ? .table : .expanded
    default: terms.words = .table
    }
    if batches.texts != nil, plan.trainsTexts { terms.rows = isMasked ? .masked : .expanded }
    terms.imageFlops = plan.trainsImages ? plan.imageFlops(step: step) : 0
    terms.textFlops = plan.trainsTexts ? plan.textFlops(step: step) : 0
    if plan.trainsImages {
      terms.said = options.say
      terms.gate = options.gate
      terms.unsaid = options.unsaid
    }
    terms.antiZero = options.antiZero
    terms.trainsImage = plan.trainsImages
    terms.trainsTable = plan.trainsImages
    terms.trainsText = plan.trainsTexts
    return terms
  }

  /// A group without a part in the step has no gradient of it, and so no rate.
  private func rates(_ plan: StairPlan, _ terms: StairTerms, _ step: Int) -> [String: Double] {
    let rate = plan.rate(step: step)
    var rates: [String: Double] = [:]
    if plan.trainsImages {
      rates[Group.image] = options.learningRate * rate
      rates[Group.table] = options.tableLearningRate * rate
    }
    if plan.trainsTexts {
      if terms.words != .table { rates[Group.words] = options.learningRate * rate }
      if terms.rows != .off { rates[Group.rows] = options.learningRate * rate }
    }
    return rates
  }

  /// Adds to the curve, which has some hundred points however long the training is.
  private mutating func count(_ losses: StairLosses, _ plan: StairPlan) {
    state.pending.count += 1
    state.pending.total += losses.total
    state.pending.contrastive += losses.contrastive
    let steps = plans.reduce(0) { $0 + $1.totalSteps }
    guard state.pending.count >= max(1, steps / 300) else { return }
    let count = Double(state.pending.count)
    state.history.losses.append(
      .init(
        step: state.stepsDone + 1, total: state.pending.total / count,
        contrastive: state.pending.contrastive / count))
    state.pending = (0, 0, 0)
  }

  // MARK: - Epochs

  private mutating func endEpoch(_ plan: StairPlan) throws(TokenSpaceError) {
    state.epoch += 1
    state.step = 0
    if plan.trainsImages {
      if plan.isFull(step: state.epoch * plan.stepCount), let lastTokens, lastTokens < 0.1 {
        throw .stair(.collapsed(stage: plan.stage.name, epoch: state.epoch))
      }
      if plan.stage == .grounding, state.epoch < plan.epochs { revive() }
      state.activity = [Int](repeating: 0, count: corpus.vocabulary.count)
    }
    guard corpus.validation.rowCount > 1 else { return }
    try validate(plan)
    if let patience = options.patience, patience > 0, state.sinceBest >= patience { state.epoch = plan.epochs }
  }

  /// Raises the bias of tokens that no picture of the epoch had although captions have them: without a positive logit the
  /// contrastive loss cannot reach them.
  private mutating func revive() {
    let dead = state.activity.indices.filter { state.activity[$0] == 0 && exporter.frequencies[$0] > 0 }
    guard !dead.isEmpty, let bias = model.image.output.bias else { return }
    state.revivals += dead.count
    // Once in the values, once in their means.
    for _ in 0..<2 {
      for token in dead { model.parameters[bias].values.values[token] += Self.revivalStep }
      model.parameters.exchangeAverages()
    }
  }

  private mutating func validate(_ plan: StairPlan) throws(TokenSpaceError) {
    guard corpus.validation.rowCount > 1 else { return }
    model.parameters.exchangeAverages()
    let quality: ServingQuality
    do {
      quality = try judge.quality(of: model, expands: plan.trainsTexts)
    } catch {
      model.parameters.exchangeAverages()
      guard case .damagedHead = error else { throw error }
      throw .stair(.diverged(stage: plan.stage.name, epoch: state.epoch, step: plan.stepCount))
    }
    model.parameters.exchangeAverages()
    state.history.validations.append(.init(step: state.stepsDone, quality: quality))
    guard plan.isFull(step: state.epoch * plan.stepCount) else { return }
    let score = Self.score(quality, plan.stage)
    if score > state.bestScore ?? -.infinity {
      state.bestScore = score
      state.bestQuality = quality
      state.sinceBest = 0
      best = averages
    } else {
      state.sinceBest += 1
    }
  }

  /// What a stage is to make large: finding by words, and words that are true; with expansions where they are learned.
  private static func score(_ quality: ServingQuality, _ stage: StairStage) -> Double {
    let found = (quality.textToImage.mean + quality.imageToText.mean) / 2
    switch stage {
    case .expanding: return quality.expanded?.mean ?? found
    case .joining: return found + quality.precision + (quality.expanded?.mean ?? 0)
    default: return found + quality.precision
    }
  }
}
