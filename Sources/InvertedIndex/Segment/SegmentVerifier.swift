extension SegmentIndex {
  /// Decodes the whole segment and checks every promise of FORMAT.md §7.1 and §7.2: documents ascend, postings and
  /// forward vectors hold the same, maxima and k-th impacts are the true ones, every structure follows the one before.
  ///
  /// - Throws: the first contradiction found.
  /// - Complexity: O(postings) time, 5 bytes of memory per posting.
  public func verifyDeep() throws(InvertedIndexError) {
    let expected = try gatherFromForward()
    try forward.verifyFineImpacts()
    guard expected.tokens == terms.map(\.token) else {
      throw inconsistent(section: "TERM", detail: "the terms are not those of the forward vectors")
    }
    var next = TermPlaces()
    for slot in terms.indices {
      let list = try PostingList(segment: self, slot: slot)
      try verifyPlace(of: list, &next)
      var documents: [UInt32] = []
      expected.expand(slot: slot, into: &documents)
      let impacts = expected.impacts[expected.starts[slot]..<expected.starts[slot + 1]]
      try verifyPostings(of: list, documents, impacts)
      try verifyStatistics(of: list, impacts)
      switch list.storage {
      case .strips(let row):
        next.refinement += try verifyStrips(row, of: list, documents, impacts)
      case .rare(let rare): try verifyMarks(rare, of: list, documents, impacts)
      }
    }
    try verifyRefinements(inStrips: next.refinement)
    guard next.postings == postingCount else {
      throw inconsistent(section: "TERM", detail: "the terms hold \(next.postings) postings, not \(postingCount)")
    }
    guard next.strip == stripBytes.count, next.rare * SegmentLayout.rarePostingSize == rareBytes.count,
      next.maximum == maximaBytes.count,
      cellMaximaBytes.count == Int(next.row) * windowCount * SegmentLayout.cellsPerWindow
    else { throw inconsistent(section: "POST", detail: "there are bytes behind the last term") }
  }

  /// Where the next term's structures must begin.
  private struct TermPlaces {
    var postings = 0
    var strip = 0
    var rare = 0
    var row: UInt32 = 0
    var maximum = 0
    /// Bytes of refinements in strips.
    var refinement = 0
  }

  private func verifyPlace(of list: PostingList, _ next: inout TermPlaces) throws(InvertedIndexError) {
    let term = list.term
    let isRare = list.count < SegmentLayout.rareLimit(documentCount: documentCount)
    switch list.storage {
    case .strips(let row):
      guard !isRare, Int(term.start) == next.strip, term.row == next.row, Int(term.firstMaximum) == next.maximum else {
        throw inconsistent(section: "TERM", detail: "token \(term.token) does not follow the one before it")
      }
      next.strip += row.byteCount
      next.row += 1
      for window in 0..<windowCount { next.maximum += row.blocks(inWindow: window).nonzeroBitCount }
    case .rare:
      guard isRare, Int(term.start) == next.rare, term.firstMaximum == 0 else {
        throw inconsistent(section: "TERM", detail: "token \(term.token) does not follow the one before it")
      }
      next.rare += list.count
    }
    next.postings += list.count
  }

  private func gatherFromForward() throws(InvertedIndexError) -> InvertedLists {
    var vectors = ForwardVectors()
    for document in 0..<documentCount {
      let postings = try forwardVector(of: document)
      for (position, posting) in postings.enumerated() {
        let ascends = position == 0 || postings[position - 1].token < posting.token
        guard ascends, Int(posting.token) < vocabularyCount, posting.impact > 0 else {
          throw inconsistent(section: "FVEC", detail: "the vector of document \(document) is not a sparse vector")
        }
      }
      vectors.append(postings)
    }
    if let heads = forward.heads {
      try HeadListSerializer(vectors, vocabularyCount: vocabularyCount, options: heads.options).verify(heads)
    }
    return InvertedLists(inverting: vectors, vocabularyCount: vocabularyCount, order: try verifiedOrder())
  }

  /// The order of the postings' documents, proved to be a permutation.
  private func verifiedOrder() throws(InvertedIndexError) -> [UInt32]? {
    guard let order = try documentOrder() else { return nil }
    var seen = [Bool](repeating: false, count: documentCount)
    for document in order {
      guard Int(document) < documentCount, !seen[Int(document)] else {
        throw inconsistent(section: "ORDR", detail: "document \(document) is outside the segment or comes twice")
      }
      seen[Int(document)] = true
    }
    return order
  }

  private func verifyPostings(
    of list: PostingList, _ documents: [UInt32], _ impacts: ArraySlice<UInt8>
  ) throws(InvertedIndexError) {
    var number = 0
    var postings = WindowPostings()
    for window in 0..<windowCount {
      list.decode(window: window, into: &postings)
      for (place, impact) in zip(postings.places, postings.impacts) {
        guard number < documents.count, documents[number] == UInt32(window << 12) | UInt32(place),
          impacts[impacts.startIndex + number] == impact
        else {
          throw inconsistent(
            section: "POST", detail: "posting \(number) of token \(list.term.token) differs from its document's vector")
        }
        number += 1
      }
    }
    guard number == documents.count else {
      throw inconsistent(
        section: "POST",
        detail: "token \(list.term.token) has \(number) postings, its documents \(documents.count)")
    }
  }

  private func verifyStatistics(of list: PostingList, _ impacts: ArraySlice<UInt8>) throws(InvertedIndexError) {
    let statistics = TermStatistics(impacts: impacts)
    let kth = statistics.kth.indices.map { list.term.kth($0) }
    guard statistics.maximum == list.term.maximum, statistics.kth == kth else {
      throw inconsistent(section: "TERM", detail: "the largest impacts of token \(list.term.token) are others")
    }
  }

  /// Lays the postings out again and compares: which blocks are dense, and every maximum.
  ///
  /// - Returns: bytes of refinements in the strips.
  private func verifyStrips(
    _ row: StripRow, of list: PostingList, _ documents: [UInt32], _ impacts: ArraySlice<UInt8>
  ) throws(InvertedIndexError) -> Int {
    var serializer = StripSerializer(documentCount: documentCount)
    var refinements: [UInt8] = []
    if hasRefinements { list.forEachRefinement { refinements.append($1) } }
    let strips = serializer.append(documents: documents, impacts: impacts, refinements: refinements[...])
    guard strips.count == row.byteCount else {
      throw inconsistent(section: "POST", detail: "the strips of token \(list.term.token) are laid out otherwise")
    }
    for (number, maximum) in serializer.maxima.enumerated() where row.maximum(number) != maximum {
      throw inconsistent(
        section: "BMAX",
        detail: "maximum \(number) of token \(list.term.token) is \(row.maximum(number)), the true one is \(maximum)")
    }
    return serializer.refinementByteCount
  }

  private func verifyMarks(
    _ rare: RareList, of list: PostingList, _ documents: [UInt32], _ impacts: ArraySlice<UInt8>
  ) throws(InvertedIndexError) {
    var expected: [UInt32] = []
    PostingsSerializer.appendRare(documents, impacts, to: &expected)
    for (number, posting) in expected.enumerated()
    where rare.isLargestOfBlock(number) != (posting & SegmentLayout.largestOfBlock != 0) {
      throw inconsistent(
        section: "RARE", detail: "posting \(number) of token \(list.term.token) is marked wrongly")
    }
  }
}
