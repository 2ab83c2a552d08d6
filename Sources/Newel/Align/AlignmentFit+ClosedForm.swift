internal import Alignment

/// What closed forms take when nothing else is asked. The numbers for many pairs were chosen on a part held out of the 39,072
/// training pairs of a catalogue, those for few on photos with captions.
extension AlignmentFit {
  /// The map without steps.
  func closedForm() -> AlignmentMethod {
    let side = settings.from.map { $0 == .images ? AlignedSide.images : .texts }
    let penalty = settings.penalty ?? (hasManyPairs ? 0.1 : 10)
    let textPenalty = settings.textPenalty ?? (hasManyPairs ? 0.1 : 3)
    let strength = settings.strength ?? 1
    switch method {
    case .automatic, .contrastive, .gatedBlocks, .reversibleConsistency, .adversarial, .ridgeBoth:
      return .ridgeBothWays(imagePenalty: penalty, textPenalty: textPenalty)
    case .leastSquares: return .leastSquares(from: side ?? .images)
    case .procrustes: return .procrustes(from: side ?? .texts)
    case .ridge: return .ridge(from: side ?? .images, penalty: penalty)
    case .correlation:
      return .correlation(
        regularisation: settings.regularisation ?? (hasManyPairs ? 0.01 : 1), rank: settings.rank,
        weightPower: settings.weightPower ?? (hasManyPairs ? 0.5 : 1))
    case .whitened:
      return .whitenedRotation(
        regularisation: settings.regularisation ?? (hasManyPairs ? 0.01 : 0.1),
        weightPower: settings.weightPower ?? 0.5)
    case .anchors:
      return .anchors(
        keep: settings.keep ?? (hasManyPairs ? 800 : 200), power: Float(settings.power ?? (hasManyPairs ? 8 : 1)))
    case .classRidge: return .classRidge(penalty: settings.penalty ?? 1)
    case .semantic: return .semantic(strength: strength)
    case .semanticCorrelation:
      return .semanticCorrelation(
        strength: strength, regularisation: settings.regularisation ?? 0.01, rank: settings.rank)
    }
  }

  /// How rows are prepared.
  func recipe() throws -> Preparation.Recipe {
    guard let name = settings.preparation else { return defaultRecipe }
    guard let recipe = Preparation.Recipe(rawValue: name) else {
      throw NewelError(
        .invalidArgument,
        "There is no preparation '\(name)'; it is one of "
          + Preparation.Recipe.allCases.map(\.rawValue).joined(separator: ", ") + ".")
    }
    return recipe
  }

  /// Columns of one size help a map that cannot scale the pictures' columns itself, once there are rows enough to know their
  /// deviations.
  private var defaultRecipe: Preparation.Recipe {
    guard hasManyPairs, pairs.texts != nil else { return .unitCentred }
    return switch method {
    case .procrustes, .whitened, .anchors, .ridgeBoth: .standardisedUnitCentred
    case .ridge where settings.from == .texts: .standardisedUnitCentred
    default: .unitCentred
    }
  }
}
