import Glibc

/// What a grade is worth in the numerator of nDCG.
public enum GainFunction: Sendable, Equatable {
  /// The grade itself (Järvelin and Kekäläinen 2002; trec_eval).
  case linear

  /// 2^grade − 1, which favours the highest grades (Burges and others 2005).
  case exponential

  func gain(of grade: Int) -> Double {
    switch self {
    case .linear: Double(grade)
    case .exponential: exp2(Double(grade)) - 1
    }
  }
}

/// What the sum of precisions is divided by in average precision. Never compare numbers of different denominators.
public enum AveragePrecisionDenominator: Sendable, Equatable {
  /// All relevant documents of the query, found or not: trec_eval's AP and AP@k.
  case relevant

  /// The relevant documents inside the first k ranks only: the custom of cross-modal class retrieval (mAP@50, mAP@all).
  /// What was missed costs nothing, so mAP@50 is often *larger* than mAP@all.
  case relevantWithinDepth

  /// min(relevant documents, k): the best reachable AP@k is 1.
  case reachable
}

/// The measures of one query. All lie in 0...1, larger is better, and are 0 for a query without relevant documents
/// (which an average should leave out: see ``RetrievalSummary``).
extension JudgedRanking {
  /// R@k as image-text retrieval and CLIP papers report it: 1 when *any* relevant document is among the first k, else 0.
  ///
  /// - Parameter depth: k, at least 1.
  public func hit(at depth: Int) -> Double {
    relevantCount(withinChecked: depth) > 0 ? 1 : 0
  }

  /// True recall: the share of all relevant documents that are among the first k. trec_eval's `recall_k`.
  ///
  /// - Parameter depth: k, at least 1.
  public func recall(at depth: Int) -> Double {
    guard relevantCount > 0 else { return 0 }
    return Double(relevantCount(withinChecked: depth)) / Double(relevantCount)
  }

  /// The share of the first k ranks that are relevant; ranks that stayed empty count as non-relevant. trec_eval's `P_k`.
  ///
  /// - Parameter depth: k, at least 1.
  public func precision(at depth: Int) -> Double {
    Double(relevantCount(withinChecked: depth)) / Double(depth)
  }

  /// One over the rank of the first relevant document; 0 when there is none, or none within `depth`.
  ///
  /// - Parameter depth: k of MRR@k, at least 1; nil for the whole ranking.
  public func reciprocalRank(at depth: Int? = nil) -> Double {
    precondition(depth.map { $0 >= 1 } ?? true, "the depth of a measure is at least 1")
    guard let rank = firstRelevantRank, rank <= depth ?? rank else { return 0 }
    return 1 / Double(rank)
  }

  /// Normalised discounted cumulated gain: Σ gain / log2(rank + 1), over that of the best possible ranking.
  ///
  /// The best possible ranking holds *all* relevant documents, found or not, and is cut at the same depth.
  ///
  /// - Parameters:
  ///   - depth: k, at least 1; nil for the whole ranking.
  ///   - gain: what a grade is worth. ``GainFunction/linear`` is trec_eval's.
  /// - Source: Järvelin and Kekäläinen (2002), ACM TOIS 20(4), doi:10.1145/582415.582418.
  public func normalisedDiscountedGain(at depth: Int? = nil, gain: GainFunction = .linear) -> Double {
    precondition(depth.map { $0 >= 1 } ?? true, "the depth of a measure is at least 1")
    let ideal = Self.discountedGain(idealGrades, depth: depth, gain: gain)
    guard ideal > 0 else { return 0 }
    return Self.discountedGain(grades, depth: depth, gain: gain) / ideal
  }

  /// Average precision: the precision at the rank of each relevant document found, summed and divided.
  ///
  /// - Parameters:
  ///   - depth: k, at least 1; nil for the whole ranking.
  ///   - denominator: what the sum is divided by; say it beside the number.
  public func averagePrecision(
    at depth: Int? = nil,
    denominator: AveragePrecisionDenominator = .relevant
  ) -> Double {
    precondition(depth.map { $0 >= 1 } ?? true, "the depth of a measure is at least 1")
    var sum = 0.0
    var hits = 0
    for (index, grade) in grades.prefix(depth ?? grades.count).enumerated() where grade > 0 {
      hits += 1
      sum += Double(hits) / Double(index + 1)
    }
    let divisor =
      switch denominator {
      case .relevant: relevantCount
      case .relevantWithinDepth: hits
      case .reachable: min(relevantCount, depth ?? relevantCount)
      }
    return hits > 0 ? sum / Double(divisor) : 0
  }

  private func relevantCount(withinChecked depth: Int) -> Int {
    precondition(depth >= 1, "the depth of a measure is at least 1")
    return relevantCount(within: depth)
  }

  private static func discountedGain(_ grades: [Int], depth: Int?, gain: GainFunction) -> Double {
    var sum = 0.0
    for (index, grade) in grades.prefix(depth ?? grades.count).enumerated() where grade > 0 {
      sum += gain.gain(of: grade) / log2(Double(index + 2))
    }
    return sum
  }
}
