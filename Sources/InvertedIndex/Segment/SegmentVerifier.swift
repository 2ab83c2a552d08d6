extension SegmentIndex {
  /// Decodes the whole segment and checks every promise of FORMAT.md §7.1 and §7.2: documents ascend, postings and
  /// forward vectors hold the same, bounds and k-th impacts are the true maxima, directories point at their runs.
  ///
  /// - Throws: the first contradiction found.
  /// - Complexity: O(postings + bounds) time, 5 bytes of memory per posting.
  public func verifyDeep() throws(InvertedIndexError) {
    let expected = try gatherFromForward()
    try forward.verifyFineImpacts()
    guard expected.tokens == terms.map(\.token) else {
      throw inconsistent(section: "TERM", detail: "the terms are not those of the forward vectors")
    }
    var firstPosting = 0
    for slot in terms.indices {
      let list = try PostingList(segment: self, slot: slot)
      guard Int(list.entry.firstPosting) == firstPosting else {
        throw inconsistent(section: "TERM", detail: "token \(list.entry.token) does not follow the one before it")
      }
      firstPosting += list.count
      let documents = try verifyPostings(of: list, slot: slot, against: expected)
      if let bounds = list.bounds {
        try verifyBounds(bounds, of: list, documents: documents)
        try verifyDirectory(bounds, of: list, documents: documents)
      } else if list.count >= SegmentLayout.coldLimit {
        throw inconsistent(section: "TERM", detail: "token \(list.entry.token) lacks bounds")
      }
    }
    guard firstPosting == postingCount else {
      throw inconsistent(section: "TERM", detail: "the terms hold \(firstPosting) postings, not \(postingCount)")
    }
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
    of list: PostingList, slot: Int, against expected: InvertedLists
  ) throws(InvertedIndexError) -> [UInt32] {
    var documents: [UInt32] = []
    expected.expand(slot: slot, into: &documents)
    guard documents.count == list.count else {
      throw inconsistent(
        section: "POST",
        detail: "token \(list.entry.token) has \(list.count) postings, its documents \(documents.count)")
    }
    let first = expected.starts[slot]
    for number in 0..<list.count
    where list.local(number) != UInt32(expected.documents[first + number])
      || list.impact(number) != UInt32(expected.impacts[first + number])
    {
      throw inconsistent(
        section: "POST", detail: "posting \(number) of token \(list.entry.token) differs from its document's vector")
    }
    for window in 0..<windowCount
    where list.end(ofWindow: window) != Int(expected.windowEnds[slot * windowCount + window]) {
      throw inconsistent(section: "WEND", detail: "window \(window) of token \(list.entry.token) ends elsewhere")
    }
    let statistics = TermStatistics(impacts: expected.impacts[first..<first + list.count])
    let kth = statistics.kth.indices.map { list.entry.kth($0) }
    guard statistics.maximum == list.entry.maximum, statistics.kth == kth else {
      throw inconsistent(section: "TERM", detail: "the largest impacts of token \(list.entry.token) are others")
    }
    return documents
  }

  private func verifyBounds(
    _ bounds: BoundRow, of list: PostingList, documents: [UInt32]
  ) throws(InvertedIndexError) {
    let levels: [(shift: Int, count: Int, name: String, read: (Int) -> UInt32)] = [
      (SegmentLayout.level1Shift, bounds.level1Count, "BND1", bounds.level1),
      (SegmentLayout.level2Shift, bounds.level2Count, "BND2", bounds.level2),
      (SegmentLayout.level3Shift, bounds.level3Count, "BN3D", bounds.level3),
    ]
    for level in levels {
      var maxima = [UInt32](repeating: 0, count: level.count)
      for (number, document) in documents.enumerated() {
        let cell = Int(document) >> level.shift
        maxima[cell] = max(maxima[cell], list.impact(number))
      }
      for (cell, maximum) in maxima.enumerated() where level.read(cell) != maximum {
        throw inconsistent(
          section: level.name,
          detail: "cell \(cell) of token \(list.entry.token) is \(level.read(cell)), the maximum is \(maximum)")
      }
    }
  }

  private func verifyDirectory(
    _ bounds: BoundRow, of list: PostingList, documents: [UInt32]
  ) throws(InvertedIndexError) {
    var frequencies: [Int: Int] = [:]
    for document in documents { frequencies[Int(document) >> SegmentLayout.quarterShift, default: 0] += 1 }
    for window in 0..<windowCount {
      guard bounds.postingRange(ofWindow: window) == list.start(ofWindow: window)..<list.end(ofWindow: window) else {
        throw inconsistent(section: "WDIR", detail: "window \(window) of token \(list.entry.token) lies elsewhere")
      }
      let quarters = (window * 4..<window * 4 + 4).filter {
        frequencies[$0, default: 0] >= SegmentLayout.directoryThreshold
      }
      let records = bounds.recordRange(ofWindow: window)
      guard records.map({ window * 4 + bounds.record($0).quarter }) == quarters else {
        throw inconsistent(section: "RUNR", detail: "the quarters of token \(list.entry.token) are others")
      }
      for (record, quarter) in zip(records, quarters) {
        try verifyRuns(bounds, record: record, quarter: quarter, of: list, documents: documents)
      }
    }
  }

  private func verifyRuns(
    _ bounds: BoundRow, record: Int, quarter: Int, of list: PostingList, documents: [UInt32]
  ) throws(InvertedIndexError) {
    var place = documents.firstIndex { Int($0) >> SegmentLayout.quarterShift == quarter } ?? documents.count
    guard bounds.record(record).base == place else {
      throw inconsistent(section: "RUNR", detail: "a record of token \(list.entry.token) begins elsewhere")
    }
    for run in 0..<64 {
      let block = (quarter << (SegmentLayout.quarterShift - SegmentLayout.level3Shift)) + run
      let begin = place
      while place < documents.count, Int(documents[place]) >> SegmentLayout.level3Shift == block { place += 1 }
      guard bounds.runLength(record, run: run) == place - begin else {
        throw inconsistent(section: "RUNR", detail: "run \(run) of token \(list.entry.token) has another length")
      }
    }
  }
}
