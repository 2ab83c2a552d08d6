/// A query bound to the postings of one segment.
struct SegmentQuery {
  struct Weighted {
    let list: PostingList
    let weight: UInt32
  }

  /// A frequent term as the kernels want it: bare pointers and a weight, negative for a negative term.
  struct StripLane {
    let row: StripRow
    let weight: Int32
    /// What the term can add or take away at most, in any document.
    let most: UInt32
  }

  struct RareLane {
    let list: RareList
    let weight: Int32
  }

  /// Plain and required terms that have postings here.
  let positive: [Weighted]
  let required: [PostingList]
  let negative: [Weighted]
  /// The same terms by the way they are kept. The lists above keep their memory alive. The terms that can add most come first:
  /// after a few of them it shows which documents the others can still lift over the threshold.
  private(set) var positiveStrips: [StripLane] = []
  private(set) var negativeStrips: [StripLane] = []
  private(set) var positiveRare: [RareLane] = []
  private(set) var negativeRare: [RareLane] = []
  /// Rare terms, positive and negative.
  var rare: [RareLane] { positiveRare + negativeRare }
  let documentCount: Int
  let windowCount: Int
  let positions: PositionMap
  /// The only documents that may be hits, by their places in the postings; nil when all may.
  let places: AcceptedPlaces?

  /// - Returns: nil when no document of the segment can be a hit: no positive term, a required one absent, none accepted.
  /// - Throws: when a list of the query, or the order of the segment, is damaged.
  init?(_ query: SparseQuery, in placed: PlacedSegment) throws(InvertedIndexError) {
    if placed.acceptedCount == 0 { return nil }
    let segment = placed.index
    var positive: [Weighted] = []
    var required: [PostingList] = []
    var negative: [Weighted] = []
    for term in query.terms {
      guard let list = try segment.postingList(of: term.token) else {
        if term.role == .required { return nil }
        continue
      }
      switch term.role {
      case .plain: positive.append(Weighted(list: list, weight: term.weight))
      case .negative: negative.append(Weighted(list: list, weight: term.weight))
      case .required:
        positive.append(Weighted(list: list, weight: term.weight))
        required.append(list)
      }
    }
    if positive.isEmpty { return nil }
    self.positive = positive
    self.required = required
    self.negative = negative
    documentCount = segment.documentCount
    windowCount = segment.windowCount
    positions = try PositionMap(segment, firstPosition: placed.firstPosition)
    places = try placed.accepted?.places(in: segment)
    for term in positive {
      switch term.list.storage {
      case .strips(let row):
        positiveStrips.append(
          StripLane(row: row, weight: Int32(term.weight), most: term.weight * UInt32(term.list.term.maximum)))
      case .rare(let list): positiveRare.append(RareLane(list: list, weight: Int32(term.weight)))
      }
    }
    positiveStrips.sort { $0.most > $1.most }
    for term in negative {
      switch term.list.storage {
      case .strips(let row):
        negativeStrips.append(
          StripLane(row: row, weight: -Int32(term.weight), most: term.weight * UInt32(term.list.term.maximum)))
      case .rare(let list): negativeRare.append(RareLane(list: list, weight: -Int32(term.weight)))
      }
    }
  }

  /// Those of a window's blocks in which every required term is.
  @inline(__always)
  func keepingRequired(_ blocks: UInt64, _ window: Int) -> UInt64 {
    required.isEmpty || blocks == 0 ? blocks : required.reduce(blocks) { $0 & $1.blocks(inWindow: window) }
  }

  /// Asks for the strips of some positive terms in a window that is about to be visited.
  ///
  /// - Parameter blocks: strips with none of them are not needed.
  @inline(__always)
  func prefetch(_ terms: Range<Int>, window: Int, _ blocks: UInt64) {
    for term in terms where positiveStrips[term].row.blocks(inWindow: window) & blocks != 0 {
      positiveStrips[term].row.prefetchStrip(ofWindow: window)
    }
  }

  /// Whether the filter, if there is one, lets the document at a place be a hit.
  @inline(__always)
  func accepts(_ place: UInt32) -> Bool { places?.contains(place) ?? true }

  /// Whether a 65,536-document chunk has documents that may be hits.
  func accepts(chunk: Int) -> Bool { places?.hasAny(inChunk: chunk) ?? true }

  func makeCursors() -> [PostingCursor] {
    positive.map { PostingCursor($0.list, weight: $0.weight) }
  }

  func makeCheck() -> CandidateCheck {
    CandidateCheck(
      places: places, required: required.map { PostingCursor($0, weight: 1) },
      negative: negative.map { PostingCursor($0.list, weight: $0.weight) })
  }
}

/// The part of a query that bounds know nothing of: the filter, required terms and negative ones, looked up for each candidate.
///
/// Negative terms only lower a score, so a bound on the positive part stays a bound.
struct CandidateCheck {
  private let places: AcceptedPlaces?
  private var required: [PostingCursor]
  private var negative: [PostingCursor]
  private let isEmpty: Bool

  init(places: AcceptedPlaces?, required: [PostingCursor], negative: [PostingCursor]) {
    self.places = places
    self.required = required
    self.negative = negative
    isEmpty = places == nil && required.isEmpty && negative.isEmpty
  }

  /// The document's final score, or 0 (no hit) when the filter rejects it, a required term is missing or negative terms
  /// outweigh the rest.
  ///
  /// - Parameters:
  ///   - document: not before the document of any earlier call.
  ///   - positive: the sum over plain and required terms.
  @inline(__always)
  mutating func finalScore(of document: UInt32, positive: UInt32) -> UInt32 {
    isEmpty ? positive : checkedScore(of: document, positive: positive)
  }

  private mutating func checkedScore(of document: UInt32, positive: UInt32) -> UInt32 {
    if let places, !places.contains(document) { return 0 }
    for index in required.indices {
      required[index].advance(to: document)
      if required[index].document != document { return 0 }
    }
    var score = positive
    for index in negative.indices {
      negative[index].advance(to: document)
      guard negative[index].document == document else { continue }
      let loss = negative[index].score
      if loss >= score { return 0 }
      score -= loss
    }
    return score
  }
}
