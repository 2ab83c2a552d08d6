import Learning

/// What one of the three stages trains, how long, and how its weights and rates move.
struct StairPlan: Sendable, Equatable {
  let stage: StairStage
  let epochs: Int
  /// Steps of an epoch.
  let stepCount: Int
  private let options: StairOptions.Terms
  private let rateShare: Double

  /// The stages that `options` ask for, which must be resolved.
  static func plans(_ options: StairOptions, stepCount: Int) -> [StairPlan] {
    let epochs = [options.epochs ?? 1, options.textEpochs ?? 1, options.jointEpochs ?? 1]
    return zip(StairStage.training, epochs).prefix(options.stages).map { stage, epochs in
      StairPlan(
        stage: stage, epochs: epochs, stepCount: stepCount, options: StairOptions.Terms(options),
        rateShare: stage == .joining ? options.jointRateShare : 1)
    }
  }

  /// Steps of the stage.
  var totalSteps: Int { epochs * stepCount }
  var trainsImages: Bool { stage != .expanding }
  var trainsTexts: Bool { stage != .grounding }

  /// How much of the FLOPs weights counts at a step: a quadratic ramp over the first third of the stage that begins them.
  func ramp(_ stage: StairStage, step: Int) -> Double {
    guard stage == self.stage else { return 1 }
    let share = min(1, Double(step) / max(1, Double(totalSteps) / 3))
    return share * share
  }

  /// Whether the regularisers have their full weight after `step` steps, so that a validation tells what will be served.
  func isFull(step: Int) -> Bool { stage != .grounding || 3 * step >= totalSteps }

  func imageFlops(step: Int) -> Double { options.flops * ramp(.grounding, step: step) }
  func textFlops(step: Int) -> Double { options.textFlops * ramp(.expanding, step: step) }

  /// The probability that the texts of a step are masked to their own tokens.
  ///
  /// - Source: Nguyen et al., "Multimodal learned sparse retrieval with probabilistic expansion control" (ECIR 2024).
  func maskProbability(step: Int) -> Double {
    switch stage {
    case .expanding where options.controlsExpansion:
      return max(0, 1 - Double(step) / max(1, 0.95 * Double(totalSteps)))
    case .expanding: return 0
    // Queries are words of a table first of all, so half of the steps stay with them.
    case .joining: return 0.5
    default: return 1
    }
  }

  private var cycle: OneCycle { OneCycle(stepCount: max(1, totalSteps), rise: 0.2) }

  /// The learning rate at a step, as a share of the highest: it rises over the first fifth and falls to nearly nothing.
  func rate(step: Int) -> Double { cycle.rate(at: step) * rateShare }

  /// The decay of the mean gradient, which goes the opposite way.
  func momentum(step: Int) -> Double { cycle.momentum(at: step) }
}

extension StairOptions {
  /// The weights a plan needs.
  struct Terms: Sendable, Equatable {
    let flops: Double
    let textFlops: Double
    let controlsExpansion: Bool

    init(_ options: StairOptions) {
      flops = options.flops
      textFlops = options.textFlops ?? 0
      controlsExpansion = options.controlsExpansion
    }
  }
}
