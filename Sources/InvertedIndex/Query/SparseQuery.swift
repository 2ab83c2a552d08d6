/// A query ready for the index: tokens with 16-bit integer weights.
///
/// A document's score is `Σ weight · impact` over the plain and required tokens minus the same over the negative ones.
/// A document is a hit when it holds every required token and its score is positive.
///
/// Weights are scaled so that the largest possible sum stays below 2³¹: every score fits 32 bits, integer addition does
/// not depend on order, and so every algorithm, segmentation and thread count finds the same answer to the bit.
public struct SparseQuery: Sendable, Equatable {
  public enum Role: Sendable, Equatable {
    /// Adds to the score.
    case plain
    /// Adds to the score, and a hit must have it.
    case required
    /// Subtracts from the score.
    case negative
  }

  public struct Term: Sendable, Equatable {
    public let token: UInt32
    /// 1...65,535.
    public let weight: UInt32
    /// The real weight that ``weight`` stands for, without its sign; positive.
    public let magnitude: Double
    public let role: Role
  }

  /// Largest number of different tokens.
  public static let maximumTerms = 65_536
  /// Sum of all weights: with impacts up to 255 every sum stays below 2³¹.
  static let maximumWeightSum = Double(Int32.max / 255)
  static let maximumWeight = 65_535.0

  /// Tokens ascending, each once.
  public let terms: [Term]
  /// What one unit of a real weight became: `integer weight ≈ real weight · factor`.
  public let factor: Double

  /// Quantises real weights.
  ///
  /// - Parameters:
  ///   - weights: negative weights subtract; a token given several times counts with the sum; weights that sum to zero
  ///     are dropped. Whole-numbered weights that fit are kept as they are, so that integer models score exactly.
  ///   - required: tokens that a hit must have. One without a positive weight counts with the smallest weight there is.
  /// - Throws: ``InvertedIndexError/invalidQueryWeight(token:weight:)`` for NaN or infinity,
  ///   ``InvertedIndexError/tooManyTerms(found:limit:)``.
  public init(weights: [(token: UInt32, weight: Float)], required: [UInt32] = []) throws(InvertedIndexError) {
    var sums: [UInt32: Double] = [:]
    for (token, weight) in weights {
      guard weight.isFinite else { throw .invalidQueryWeight(token: token, weight: weight) }
      sums[token, default: 0] += Double(weight)
    }
    let requiredTokens = Set(required)
    for token in requiredTokens where sums[token, default: 0] <= 0 { sums[token] = .leastNonzeroMagnitude }
    let kept = sums.filter { $0.value != 0 }.sorted { $0.key < $1.key }
    guard kept.count <= Self.maximumTerms else { throw .tooManyTerms(found: kept.count, limit: Self.maximumTerms) }

    let factor = Self.factor(for: kept.map { abs($0.value) })
    self.factor = factor
    terms = kept.map { token, weight in
      // A weight is never rounded to nothing: a token the user typed takes part.
      let integer = UInt32(min(Self.maximumWeight, max(1, (abs(weight) * factor).rounded())))
      let role: Role = requiredTokens.contains(token) ? .required : weight < 0 ? .negative : .plain
      return Term(token: token, weight: integer, magnitude: abs(weight), role: role)
    }
  }

  private static func factor(for magnitudes: [Double]) -> Double {
    guard let largest = magnitudes.max(), largest > .leastNonzeroMagnitude else { return 1 }
    // Rounding adds at most a half per term, the smallest weight one: keep room for one each.
    let room = maximumWeightSum - Double(magnitudes.count)
    let sum = magnitudes.reduce(0, +)
    let whole = magnitudes.allSatisfy { $0 == $0.rounded() || $0 == .leastNonzeroMagnitude }
    if whole, largest <= maximumWeight, sum <= room { return 1 }
    return min(maximumWeight / largest, room / sum)
  }

  /// Whether a document can have a positive score at all.
  public var hasPositiveTerms: Bool { terms.contains { $0.role != .negative } }
}
