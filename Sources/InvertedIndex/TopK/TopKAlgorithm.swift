/// How the best k documents are found. All give the same answer to the bit; they differ in what they skip.
public enum TopKAlgorithm: String, Sendable, CaseIterable {
  /// The engine chooses.
  case auto
  /// Scores every posting of every query term: ``ExhaustiveOr``, the oracle of the others.
  case exhaustive
  /// ``WAND`` (Broder et al. 2003).
  case wand
  /// ``BlockMaxWAND`` (Ding and Suel 2011).
  case bmw
  /// ``MaxScore`` (Turtle and Flood 1995).
  case maxscore
  /// ``BlockMaxMaxScore`` (Dimopoulos, Nepomnyachiy and Suel 2013).
  case bmm
  /// ``WindowedScan``: every posting, by kernels.
  case windowed
  /// ``SuperblockSearch``: the blocks that their bounds leave over, the best first.
  case superblock
  /// Documents one by one, by their own vectors: for filters that leave few.
  case forward
}

/// Work that a search did; counts repeat exactly where times do not.
public struct SearchCounters: Sendable, Equatable {
  /// Postings whose impact was added to a score.
  public internal(set) var postingsScored = 0
  /// Documents whose score was computed to the end or given up half-way.
  public internal(set) var documentsScored = 0
  /// Block bounds that were summed.
  public internal(set) var blocksChecked = 0
  /// Windows of 4,096 documents that were visited in bound order.
  public internal(set) var windowsVisited = 0
  /// 64-document blocks that were scored.
  public internal(set) var blocksScored = 0
  public internal(set) var segmentsSearched = 0

  public init() {}
}
