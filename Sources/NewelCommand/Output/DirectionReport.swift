import Evaluation

/// How well queries of one kind find answers of the other.
struct DirectionReport: Encodable {
  let queries: Int
  /// What could be found: pictures for texts, texts for pictures.
  let gallery: Int
  let recallAt1: Double
  let recallAt5: Double
  let recallAt10: Double
  let meanReciprocalRank: Double
  let medianRank: Int
  let meanRank: Double
  let misses: Int

  init(_ summary: RetrievalSummary) {
    queries = summary.queryCount
    gallery = summary.documentCount
    recallAt1 = summary.hitRate(at: 1)
    recallAt5 = summary.hitRate(at: 5)
    recallAt10 = summary.hitRate(at: 10)
    meanReciprocalRank = summary.meanReciprocalRank()
    medianRank = summary.medianRank
    meanRank = summary.meanRank
    misses = summary.missCount
  }

  static let columns: [TextTable.Column] = [
    .init(""), .init("R@1", .right), .init("R@5", .right), .init("R@10", .right), .init("MRR", .right),
    .init("median rank", .right), .init("mean rank", .right), .init("misses", .right),
  ]

  func cells(_ name: String) -> [String] {
    [
      name, NumberText.percent(recallAt1), NumberText.percent(recallAt5), NumberText.percent(recallAt10),
      NumberText.fixed(meanReciprocalRank, decimals: 3), NumberText.grouped(medianRank),
      NumberText.fixed(meanRank, decimals: 1), NumberText.grouped(misses),
    ]
  }
}

/// Measures that know grades.
struct GradedReport: Encodable {
  /// k of the measures at k.
  let cutoff: Int
  let normalisedDiscountedGain: Double
  let meanAveragePrecision: Double
  let meanAveragePrecisionAtCutoff: Double
  /// Divided by the relevant documents among the first k only.
  let meanAveragePrecisionWithinCutoff: Double
  let recallAtCutoff: Double

  init(_ summary: RetrievalSummary) {
    cutoff = summary.cutoff
    normalisedDiscountedGain = summary.meanDiscountedGain
    meanAveragePrecision = summary.meanAveragePrecision
    meanAveragePrecisionAtCutoff = summary.meanAveragePrecisionAtCutoff
    meanAveragePrecisionWithinCutoff = summary.meanAveragePrecisionWithinCutoff
    recallAtCutoff = summary.meanRecallAtCutoff
  }

  static func columns(_ cutoff: Int) -> [TextTable.Column] {
    [
      .init(""), .init("nDCG@\(cutoff)", .right), .init("mAP@all", .right), .init("mAP@\(cutoff)", .right),
      .init("mAP@\(cutoff) of found", .right), .init("recall@\(cutoff)", .right),
    ]
  }

  func cells(_ name: String) -> [String] {
    [name]
      + [
        normalisedDiscountedGain, meanAveragePrecision, meanAveragePrecisionAtCutoff, meanAveragePrecisionWithinCutoff,
        recallAtCutoff,
      ].map { NumberText.fixed($0, decimals: 4) }
  }
}
