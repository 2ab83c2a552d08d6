/// How the frequent terms of a query are cut into stages: after each it is looked at what the rest can still change.
///
/// The terms come in descending order of what they can add (``SegmentQuery/positiveStrips``). With 43 terms, 5 of them are
/// enough to drop two windows of three and nine blocks of ten.
struct TermStages {
  /// Where each stage ends; from the last on the number of terms. One stage at least, which may be empty.
  private var ends: SIMD4<Int>
  private(set) var count = 1
  let termCount: Int

  /// The most stages that there can be.
  static let limit = 4
  private static let shortShares = [0.35]
  private static let longShares = [0.12, 0.25, 0.5]
  /// Up to so many terms are two stages, up to four a single one: looking more often costs more than it saves.
  static let shortQuery = 16

  init(termCount: Int) {
    self.termCount = termCount
    ends = SIMD4(repeating: termCount)
    if termCount <= 4 { return }
    for share in termCount <= Self.shortQuery ? Self.shortShares : Self.longShares {
      ends[count - 1] = Int((share * Double(termCount)).rounded(.up))
      count += 1
    }
  }

  /// The terms of a stage.
  @inline(__always)
  subscript(stage: Int) -> Range<Int> { (stage == 0 ? 0 : ends[stage - 1])..<ends[stage] }
}
