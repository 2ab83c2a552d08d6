/// Which segments a merge puts together.
public enum MergeGoal: Sendable, Equatable {
  /// As few segments as their limits allow.
  case fewest
  /// At most this many segments, if their limits allow; the smallest neighbours first.
  case segments(Int)
  /// What an index that grows by small appends needs: eight segments of a size at its end become one.
  case tiers
}

/// Chooses runs of neighbouring segments. Only neighbours are merged, so that documents keep their numbers.
enum MergePlan {
  /// What counts of a segment.
  struct Size: Equatable {
    var documents: Int
    var postings: Int
    var keyBytes = 0
    /// Deleted documents, whose bytes a merge would get rid of.
    var dead = 0

    static func + (one: Size, other: Size) -> Size {
      Size(
        documents: one.documents + other.documents, postings: one.postings + other.postings,
        keyBytes: one.keyBytes + other.keyBytes, dead: one.dead + other.dead)
    }

    /// Whether so many documents are deleted that the segment is written again by itself: a quarter, as one in four of its bytes
    /// is read for nothing then.
    var isWorthRewriting: Bool { dead > 0 && dead >= documents / 3 }
  }

  /// So many neighbours of a size become one segment.
  static let tierWidth = 8
  /// Segments below this many documents are of the lowest tier; every further tier is eight times as large.
  static let lowestTier = 4096

  /// The runs of segments to be merged, ascending; a run of one is a segment that is written again without its deleted documents.
  ///
  /// - Parameter limits: what a segment may hold at most.
  static func runs(_ sizes: [Size], goal: MergeGoal, limits: Size) -> [Range<Int>] {
    let runs =
      switch goal {
      case .fewest: fewest(sizes, limits)
      case .segments(let count): smallest(sizes, count, limits)
      case .tiers: tiers(sizes, limits)
      }
    return runs.filter { run in
      if run.count > 1 { return true }
      let size = sizes[run.lowerBound]
      return goal == .tiers ? size.isWorthRewriting : size.dead > 0
    }
  }

  private static func fits(_ size: Size, _ limits: Size) -> Bool {
    size.documents <= limits.documents && size.postings <= limits.postings && size.keyBytes <= limits.keyBytes
  }

  /// From the front, each run as long as possible: no division into fewer runs exists.
  private static func fewest(_ sizes: [Size], _ limits: Size) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var first = 0
    var total = Size(documents: 0, postings: 0)
    for (number, size) in sizes.enumerated() {
      if number > first, !fits(total + size, limits) {
        runs.append(first..<number)
        first = number
        total = Size(documents: 0, postings: 0)
      }
      total = total + size
    }
    if first < sizes.count { runs.append(first..<sizes.count) }
    return runs
  }

  /// Merges the two neighbours with the fewest documents until few enough are left.
  private static func smallest(_ sizes: [Size], _ count: Int, _ limits: Size) -> [Range<Int>] {
    var runs = sizes.indices.map { $0..<$0 + 1 }
    var totals = sizes
    while runs.count > max(1, count) {
      let pairs = (1..<runs.count).filter { fits(totals[$0 - 1] + totals[$0], limits) }
      guard
        let pair = pairs.min(by: { (totals[$0 - 1] + totals[$0]).documents < (totals[$1 - 1] + totals[$1]).documents })
      else { break }
      runs[pair - 1] = runs[pair - 1].lowerBound..<runs[pair].upperBound
      totals[pair - 1] = totals[pair - 1] + totals[pair]
      runs.remove(at: pair)
      totals.remove(at: pair)
    }
    return runs
  }

  /// Looks at the end only: when the last segments of one tier, and smaller ones among them, are eight, they become one;
  /// that one may complete the next tier. Every document is merged once per tier at most, and fewer than eight segments
  /// of each tier stay.
  private static func tiers(_ sizes: [Size], _ limits: Size) -> [Range<Int>] {
    var segments = zip(sizes.indices, sizes).map { (range: $0..<$0 + 1, size: $1) }
    var limit = lowestTier
    while limit / tierWidth <= limits.documents {
      var first = segments.count
      while first > 0, segments[first - 1].size.documents < limit { first -= 1 }
      let tier = segments[first...].filter { $0.size.documents >= limit / tierWidth || limit == lowestTier }
      if tier.count >= tierWidth {
        let total = segments[first...].reduce(Size(documents: 0, postings: 0)) { $0 + $1.size }
        guard fits(total, limits) else { break }
        segments.replaceSubrange(first..., with: [(range: segments[first].range.lowerBound..<sizes.count, size: total)])
      }
      limit *= tierWidth
    }
    return segments.map(\.range)
  }
}
