internal import InvertedIndex
internal import Synchronization

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
    let work = BatchWork(requests, in: self)
    WorkerThreads.run(min(WorkerThreads.count(threads), max(1, requests.count))) { _ in work.run() }
    return work.results()
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
    while true {
      var part: [(name: Name, request: SearchRequest)] = []
      while part.count < size, let request = try next() { part.append(request) }
      let start = clock.now
      let answers = searchBatch(part.map(\.request), threads: threads)
      let duration = clock.now - start
      for (request, answer) in zip(part, answers) { try receive(request.name, answer) }
      if part.count < size { return }
      // Parts that last long enough for their ends, where threads wait, not to matter, and short enough to tell of progress.
      if duration < .milliseconds(100) { size = min(2 * size, Self.largestPart) }
      if duration > .milliseconds(400) { size = max(size / 2, WorkerThreads.count(threads)) }
    }
  }

  /// Most requests that are held at a time.
  private static let largestPart = 8192

  /// The keys and scores of the best documents.
  func batchAnswer(_ request: SearchRequest) throws(NewelError) -> BatchAnswer {
    let (translated, result) = try rank(request, threads: 1)
    var hits: [RankedHit] = []
    for (position, scored) in result.hits.enumerated().dropFirst(request.offset) {
      hits.append(
        RankedHit(
          rank: position + 1, key: try key(of: scored.ordinal), score: Double(scored.score) * translated.scoreUnit,
          integerScore: scored.score))
    }
    return BatchAnswer(
      hits: hits, unknownWords: translated.unknownWords, ignoredWords: translated.ignoredWords, exact: result.isExact,
      missedScoreBound: result.isExact ? nil : Double(result.missedBound) * translated.scoreUnit)
  }
}

/// Requests that several workers answer, each taking the next one when it is free.
private final class BatchWork: Sendable {
  private typealias Answer = Result<BatchAnswer, NewelError>

  private let index: NewelIndex
  private let requests: [SearchRequest]
  private let next = Atomic(0)
  private let answers = Mutex<[(number: Int, answer: Answer)]>([])

  init(_ requests: [SearchRequest], in index: NewelIndex) {
    self.requests = requests
    self.index = index
  }

  /// Answers requests until none is left.
  func run() {
    var mine: [(number: Int, answer: Answer)] = []
    while true {
      let number = next.add(1, ordering: .relaxed).oldValue
      guard number < requests.count else { break }
      mine.append((number, Answer { () throws(NewelError) in try index.batchAnswer(requests[number]) }))
    }
    answers.withLock { $0 += mine }
  }

  /// All answers in order, when all workers have returned.
  func results() -> [Result<BatchAnswer, NewelError>] {
    answers.withLock { $0.sorted { $0.number < $1.number }.map(\.answer) }
  }
}
