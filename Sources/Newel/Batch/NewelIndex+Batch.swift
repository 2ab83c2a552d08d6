internal import InvertedIndex

extension NewelIndex {
  /// Answers many requests on several threads, each request on one of them.
  ///
  /// Every answer is the one that ``search(_:threads:)`` would give, whatever the number of threads. A request that cannot be
  /// answered fails alone.
  ///
  /// - Parameter threads: how many threads take part; nil for one per core. More than there are cores gain nothing.
  /// - Returns: one result per request, in their order.
  public func searchBatch(
    _ requests: [SearchRequest], threads: Int? = nil
  ) -> [Result<BatchAnswer, NewelError>] {
    let threads = WorkerThreads.count(threads)
    return WorkerThreads.map(requests.count, threads: threads) { number in
      Result { () throws(NewelError) in
        try BatchAnswer(try rank(requests[number], threads: 1), offset: requests[number].offset, in: self)
      }
    }
  }

  /// Answers a stream of requests on several threads, in memory for a part of them only.
  ///
  /// - Parameters:
  ///   - threads: how many threads take part; nil for one per core.
  ///   - next: gives the next request and a name for it, nil after the last. Called on the calling thread.
  ///   - receive: gets the answers with the names of their requests, in order. Called on the calling thread.
  /// - Throws: what `next` or `receive` throws; requests not answered by then are dropped.
  public func searchBatch<Name>(
    threads: Int? = nil, next: () throws -> (name: Name, request: SearchRequest)?,
    receive: (_ name: Name, _ answer: Result<BatchAnswer, NewelError>) throws -> Void
  ) rethrows {
    let clock = ContinuousClock()
    var size = 8 * WorkerThreads.count(threads)
    var isAtEnd = false
    while !isAtEnd {
      var part: [(name: Name, request: SearchRequest)] = []
      var hits = 0
      while part.count < size, hits < Self.largestPartHits {
        guard let request = try next() else {
          isAtEnd = true
          break
        }
        part.append(request)
        hits += max(0, min(request.request.count, documentCount))
      }
      let start = clock.now
      let answers = searchBatch(part.map(\.request), threads: threads)
      let duration = clock.now - start
      for (request, answer) in zip(part, answers) { try receive(request.name, answer) }
      // Parts that last long enough for their ends, where threads wait, not to matter, and short enough to tell of progress.
      if duration < .milliseconds(150) { size = min(2 * size, Self.largestPart) }
      if duration > .milliseconds(600) { size = max(size / 2, WorkerThreads.count(threads)) }
    }
  }

  /// Most requests that are held at a time.
  private static let largestPart = 8192
  /// Most hits that are held at a time, but for those of one request.
  private static let largestPartHits = 1 << 20
}

extension BatchAnswer {
  /// The public form of what was found.
  init(
    _ ranking: RankedRequest, offset: Int, in index: NewelIndex
  ) throws(NewelError) {
    let (translated, result) = (ranking.translated, ranking.result)
    var hits: [RankedHit] = []
    hits.reserveCapacity(max(0, result.hits.count - offset))
    for (place, scored) in result.hits.enumerated().dropFirst(offset) {
      hits.append(
        RankedHit(
          rank: place + 1, key: try index.key(of: scored.position), score: scored.score,
          integerScore: scored.integerScore, reranked: scored.reranked))
    }
    self.init(
      hits: hits, unknownWords: translated.unknownWords, ignoredWords: translated.ignoredWords,
      substitutedWords: translated.substitutedWords, exact: result.exact,
      missedScoreBound: result.missedBound, reranking: ranking.reranking)
  }
}
