/// How a map between two spaces is fitted in closed form.
public enum AlignmentMethod: Sendable, Equatable {
  /// Least squares from one side to the other, without a penalty; needs at least as many pairs as dimensions.
  case leastSquares(from: AlignedSide)
  /// Least squares with a penalty, above 0 and not scaled by the number of pairs.
  case ridge(from: AlignedSide, penalty: Double)
  /// Both ridge maps; their cosines count one half each.
  case ridgeBothWays(imagePenalty: Double, textPenalty: Double)
  /// A rotation from one side to the other.
  case procrustes(from: AlignedSide)
  /// Regularised canonical correlation, directions weighted by their correlation to a power.
  case correlation(regularisation: Double, rank: Int? = nil, weightPower: Double = 1)
  /// Whitening, rotation, weighting, and the whitening undone.
  case whitenedRotation(regularisation: Double, weightPower: Double = 0.5)
  /// Cosines to the training pairs: the strongest `keep` of them, raised to `power`.
  case anchors(keep: Int, power: Float)
  /// Ridge regression of both sides onto the classes of labelled pairs.
  case classRidge(penalty: Double)
  /// Logistic regression of both sides onto the classes; a row becomes how likely each class is.
  case semantic(strength: Double)
  /// The same over the canonical directions of both sides.
  case semanticCorrelation(strength: Double, regularisation: Double, rank: Int?)

  /// What it is called in files and on the command line.
  public var name: String {
    switch self {
    case .leastSquares: "least-squares"
    case .ridge: "ridge"
    case .ridgeBothWays: "ridge-both"
    case .procrustes: "procrustes"
    case .correlation: "cca"
    case .whitenedRotation: "whitened"
    case .anchors: "asif"
    case .classRidge: "class-ridge"
    case .semantic: "sm"
    case .semanticCorrelation: "scm"
    }
  }

  /// Its settings by name, for the provenance of a map.
  public var settings: [String: String] {
    switch self {
    case .leastSquares(let side), .procrustes(let side): ["from": side.rawValue]
    case .ridge(let side, let penalty): ["from": side.rawValue, "penalty": "\(penalty)"]
    case .ridgeBothWays(let image, let text): ["image-penalty": "\(image)", "text-penalty": "\(text)"]
    case .correlation(let r, let rank, let p):
      ["regularisation": "\(r)", "rank": rank.map { "\($0)" } ?? "all", "weight-power": "\(p)"]
    case .whitenedRotation(let r, let p): ["regularisation": "\(r)", "weight-power": "\(p)"]
    case .anchors(let keep, let power): ["keep": "\(keep)", "power": "\(power)"]
    case .classRidge(let penalty): ["penalty": "\(penalty)"]
    case .semantic(let strength): ["strength": "\(strength)"]
    case .semanticCorrelation(let strength, let r, let rank):
      ["strength": "\(strength)", "regularisation": "\(r)", "rank": rank.map { "\($0)" } ?? "all"]
    }
  }
}
