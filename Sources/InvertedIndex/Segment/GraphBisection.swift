internal import Dispatch
internal import Synchronization

/// Recursive graph bisection: orders documents so that those with the same tokens are near each other.
///
/// The documents are halved again and again. In each halving every document gets one signed number, how much better its
/// tokens fit the right half than the left, and the half with the larger numbers becomes the right one; a few rounds of
/// that settle it. Halves know nothing of each other, so several threads share them. Deterministic, for any number of
/// threads: the arithmetic is in integers, and documents that fit equally well stay in the order they came in.
///
/// - Complexity: O(rounds · postings · log(documents / smallest part)) time; memory at most twice 2 bytes per posting
///   that takes part (4 with more than 65,536 tokens), and 24 bytes per document.
/// - Source: Dhulipala et al. (2016), "Compressing graphs and indexes with recursive graph bisection", KDD; the bias
///   and its annealed stop after Mackenzie, Petri and Moffat (2022), "Tradeoff options for bipartite graph partitioning",
///   IEEE TKDE.
struct GraphBisection {
  /// How hard to try.
  struct Effort {
    /// Rounds per halving, at most.
    var rounds: Int
    /// Parts are not halved below twice this size.
    var smallestPart: Int
    /// Tokens in fewer documents, or in a larger share of them, are ignored.
    var minimumFrequency: Int
    var maximumShare: Double

    /// Measured on 1 M documents of 119 tokens, in seconds of processor time and bits of log2 gap per posting: parts of
    /// 128, 64 and 32 take 5.6, 6.0 and 6.4 s for 3.816, 3.767 and 3.735 bits; more rounds or tokens gain nothing here.
    static let light = Effort(rounds: 4, smallestPart: 32, minimumFrequency: 256, maximumShare: 0.15)
    /// 8.8 s for 3.700 bits.
    static let full = Effort(rounds: 12, smallestPart: 16, minimumFrequency: 64, maximumShare: 0.35)

    func divides(_ documentCount: Int) -> Bool { documentCount / 2 >= smallestPart }
  }

  private let effort: Effort
  private let vectors: ForwardVectors
  /// New numbers of the tokens that take part, the most frequent first; `UInt32.max` for the others.
  private let numbers: [UInt32]
  private let tokenCount: Int

  init(_ effort: Effort, _ vectors: ForwardVectors, vocabularyCount: Int) {
    self.effort = effort
    self.vectors = vectors
    let documentCount = vectors.documentCount
    var frequencies = [Int](repeating: 0, count: vocabularyCount)
    for token in vectors.tokens { frequencies[Int(token)] += 1 }
    // A small collection has no frequent tokens; a sixteenth of its documents is enough then.
    let minimum = min(effort.minimumFrequency, max(2, documentCount / 1024))
    let maximum = Int(effort.maximumShare * Double(documentCount))
    let present = frequencies.indices.filter { frequencies[$0] >= minimum && frequencies[$0] <= maximum }
    // Numbers of one another's neighbourhood are looked up together, and the frequent ones most often.
    let ranked = present.sorted { (frequencies[$0], $1) > (frequencies[$1], $0) }
    var numbers = [UInt32](repeating: .max, count: vocabularyCount)
    for (number, token) in ranked.enumerated() { numbers[token] = UInt32(number) }
    self.numbers = numbers
    tokenCount = ranked.count
  }

  /// Documents times halvings: the unit of progress.
  var workCount: Int {
    var sizes = [vectors.documentCount: 1]
    var work = 0
    while !sizes.isEmpty {
      var halves: [Int: Int] = [:]
      for (size, count) in sizes where effort.divides(size) {
        work += size * count
        halves[size / 2, default: 0] += count
        halves[size - size / 2, default: 0] += count
      }
      sizes = halves
    }
    return work
  }

  /// The document at each place.
  ///
  /// It begins with the order of `vectors`. Beginning with the orders of segments that are merged, one behind the other or
  /// interleaved, gains nothing (1 M documents: 5.2 to 5.4 s against 5.4 to 6.0, the same bits per posting).
  ///
  /// - Parameter progress: called about ten times a second on the caller's thread with the work done of ``workCount``;
  ///   `false` stops the work.
  /// - Returns: nil when the work was stopped.
  func order(
    threads: Int = 1, progress: (_ done: Int) -> Bool = { _ in true }
  ) -> [UInt32]? {
    let documents = (0..<UInt32(vectors.documentCount)).map { $0 }
    return tokenCount <= 1 << 16
      ? order(BisectionPart<UInt16>(vectors, documents, numbers, tokenCount: tokenCount), threads, progress)
      : order(BisectionPart<UInt32>(vectors, documents, numbers, tokenCount: tokenCount), threads, progress)
  }

  private func order<Token>(
    _ whole: consuming BisectionPart<Token>, _ threads: Int, _ progress: (Int) -> Bool
  ) -> [UInt32]? {
    let crew = BisectionCrew(threads: max(1, threads))
    let logarithms = BisectionLogarithms()
    var parts = [whole]
    // Level by level until there is enough for every thread, …
    while parts.count < 8 * crew.threads, parts.contains(where: { effort.divides($0.documents.count) }) {
      let halves = crew.map(&parts, progress) { [effort] part, crew -> [BisectionPart<Token>] in
        guard effort.divides(part.documents.count) else { return [part] }
        let size = part.documents.count
        let (left, right) = part.halved(effort, logarithms)
        crew.done.add(size, ordering: .relaxed)
        return [left, right]
      }
      guard let halves else { return nil }
      parts = halves.flatMap { $0 }
    }
    // … then each takes parts to their ends.
    let orders = crew.map(&parts, progress) { [effort] part, crew -> [UInt32] in
      var order: [UInt32] = []
      order.reserveCapacity(part.documents.count)
      var waiting = [part]
      while let part = waiting.popLast() {
        guard effort.divides(part.documents.count), !crew.isStopped.load(ordering: .relaxed) else {
          order += part.documents
          continue
        }
        let size = part.documents.count
        let (left, right) = part.halved(effort, logarithms)
        crew.done.add(size, ordering: .relaxed)
        waiting.append(right)
        waiting.append(left)
      }
      return order
    }
    return orders.map { Array($0.joined()) }
  }
}

/// Threads that share the parts of one bisection, while the caller's thread reports.
private final class BisectionCrew: Sendable {
  let threads: Int
  let done = Atomic(0)
  let isStopped = Atomic(false)

  init(threads: Int) { self.threads = threads }

  private final class Shared<Part: Sendable, Result: Sendable>: Sendable {
    let parts: Mutex<[Part?]>
    let results: Mutex<[Result?]>
    let next = Atomic(0)

    init(_ parts: [Part]) {
      self.parts = Mutex(parts)
      results = Mutex(Array(repeating: nil, count: parts.count))
    }
  }

  /// Computes a value for each part, in the order of the parts; takes the parts away, so that each is freed when it is done.
  ///
  /// - Returns: nil when `progress` said so.
  func map<Part: Sendable, Result: Sendable>(
    _ parts: inout [Part], _ progress: (Int) -> Bool,
    _ body: @escaping @Sendable (consuming Part, BisectionCrew) -> Result
  ) -> [Result]? {
    let count = parts.count
    let shared = Shared<Part, Result>(parts)
    parts = []
    let group = DispatchGroup()
    for _ in 0..<min(threads, count) {
      DispatchQueue.global().async(group: group) {
        while !self.isStopped.load(ordering: .relaxed) {
          let number = shared.next.add(1, ordering: .relaxed).oldValue
          guard number < count, let part = shared.parts.withLock({ $0[number].take() }) else { break }
          let result = body(part, self)
          shared.results.withLock { $0[number] = result }
        }
      }
    }
    while group.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
      if !progress(done.load(ordering: .relaxed)) { isStopped.store(true, ordering: .relaxed) }
    }
    if isStopped.load(ordering: .relaxed) { return nil }
    return shared.results.withLock { $0.compactMap { $0 } }
  }
}
