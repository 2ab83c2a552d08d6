import Foundation
import LinearAlgebra
import Testing

@testable import InvertedIndex

@Suite("Segments searched at the same time give what they give one after another")
struct ParallelSearchTests {
  /// How workers are run: by the system's pool, on a thread for each, or one after another from the last.
  enum Workers: CaseIterable {
    case pool, threads, reversed

    func run(_ count: Int, _ body: @Sendable (Int) -> Void) {
      switch self {
      case .pool: DispatchQueue.concurrentPerform(iterations: count, execute: body)
      case .threads: withoutActuallyEscaping(body) { Self.runThreads(count, $0) }
      case .reversed: for number in (0..<count).reversed() { body(number) }
      }
    }

    private static func runThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
      final class Work {
        let number: Int
        let body: @Sendable (Int) -> Void

        init(_ number: Int, _ body: @escaping @Sendable (Int) -> Void) {
          self.number = number
          self.body = body
        }
      }
      let threads = (0..<count).map { number in
        var thread = pthread_t()
        pthread_create(
          &thread, nil,
          { argument in
            let work = Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue()
            work.body(work.number)
            return nil
          }, Unmanaged.passRetained(Work(number, body)).toOpaque())
        return thread
      }
      // Joined, so that nothing holds the closure any longer.
      for thread in threads { pthread_join(thread, nil) }
    }
  }

  /// 120 collections × 60 queries × 3 numbers of workers: 21,600 comparisons, each with an algorithm by chance, every other
  /// query under a filter.
  @Test(arguments: 0..<120)
  func onRandomCollections(seed: Int) throws {
    var random = SplitMix64(seed: 5000 + UInt64(seed))
    let collection = try RandomCollection(
      documents: Int.random(in: 0...[5, 100, 700].randomElement(using: &random)!, using: &random),
      vocabulary: Int.random(in: 1...40, using: &random), segments: [1, 3, 17][seed % 3],
      // Impacts of 1 only: ties everywhere.
      impacts: [1, 3, 255].randomElement(using: &random)!, density: Double.random(in: 0.01...0.6, using: &random),
      using: &random)
    for number in 0..<60 {
      let query = try collection.randomQuery(using: &random)
      let k = [1, 2, 10, 40, 100, collection.documents.count + 5].randomElement(using: &random)!
      let filter = number % 2 == 0 ? nil : collection.randomFilter(using: &random)
      let segments = filter.map { collection.segments(under: $0) } ?? collection.segments
      let expected = collection.bruteForce(query, k: k, filter: filter)
      for workers in [2, 3, 8] {
        let algorithm = TopKAlgorithm.allCases.randomElement(using: &random)!
        let way = Workers.allCases.randomElement(using: &random)!
        let found = try ParallelSearch.search(
          query, k: k, algorithm: algorithm, in: segments, workers: workers, concurrently: way.run)
        if found.hits != expected || !found.isExact {
          Issue.record("seed \(seed), query \(number), k \(k), \(algorithm), \(workers) workers by \(way): \(query)")
          return
        }
      }
    }
  }

  /// Segments of several windows and chunks, so that thresholds arrive in the middle of a segment.
  @Test(arguments: [3, 17])
  func acrossWindows(segments: Int) throws {
    var random = SplitMix64(seed: 6000 + UInt64(segments))
    let documents: [[Posting]] = (0..<150_000).map { number in
      var postings = [Posting(token: 0, impact: UInt8(truncatingIfNeeded: random.next() % 5 + 1))]
      for token in 1..<8 as Range<UInt32> where random.next() % UInt64(3 * token) == 0 || number >> 12 == Int(token) {
        postings.append(Posting(token: token, impact: UInt8(truncatingIfNeeded: random.next() % 200 + 1)))
      }
      return postings
    }
    let collection = try RandomCollection(
      documents: documents, vocabulary: 8, segments: segments, ordering: .insertion, using: &random)
    for number in 0..<15 {
      let query = try collection.randomQuery(using: &random)
      let searched =
        number % 3 == 0 ? collection.segments(under: collection.randomFilter(using: &random)) : collection.segments
      for k in [1, 10, 1000] {
        let expected = try TopKSearch.search(query, k: k, algorithm: .exhaustive, in: searched).hits
        for algorithm in [TopKAlgorithm.windowed, .superblock, .auto] {
          for workers in [2, 8] {
            let found = try ParallelSearch.search(
              query, k: k, algorithm: algorithm, in: searched, workers: workers,
              concurrently: Workers.threads.run)
            #expect(found.hits == expected, "\(algorithm), k \(k), \(workers) workers, \(query)")
          }
        }
      }
    }
  }

  @Test func aThresholdIsPublishedOnlyByACollectorThatHoldsKDocuments() {
    let shared = SharedThreshold()
    // A seed says that k documents reach 50 somewhere; this collector has none of them.
    var seeded = TopKCollector(capacity: 3, seed: 50, sharing: shared)
    seeded.offer(position: 0, score: 80)
    seeded.offer(position: 1, score: 70)
    seeded.offer(position: 2, score: 49)
    #expect(shared.value == 0)

    var other = TopKCollector(capacity: 3, sharing: shared)
    for (position, score) in [(10, 60), (11, 60), (12, 60)] as [(UInt32, UInt32)] {
      other.offer(position: position, score: score)
    }
    #expect(shared.value == 60)

    // What was adopted does not make two documents three: nothing above 60 is published.
    seeded.adoptSharedThreshold()
    #expect(seeded.threshold == 60)
    seeded.offer(position: 3, score: 59)
    #expect(shared.value == 60)
    // A tie with the published score still enters.
    seeded.offer(position: 4, score: 60)
    #expect(seeded.sorted().map(\.position) == [0, 1, 4])
    #expect(shared.value == 60)
    seeded.offer(position: 5, score: 75)
    #expect(shared.value == 70)
    #expect(seeded.threshold == 70)
  }

  @Test func aBufferedCollectorPublishesWhenItIsSettled() {
    let shared = SharedThreshold()
    var collector = TopKCollector(capacity: 100, sharing: shared)
    for position in 0..<99 as Range<UInt32> { collector.offer(position: position, score: 10 + position) }
    collector.settle()
    #expect(shared.value == 0)
    collector.offer(position: 99, score: 5)
    collector.settle()
    #expect(shared.value == 5)
    #expect(collector.sorted().count == 100)
  }

  @Test func thresholdsRaceUpwardsOnly() {
    let shared = SharedThreshold()
    DispatchQueue.concurrentPerform(iterations: 8) { worker in
      for score in 1...2000 as ClosedRange<UInt32> {
        let highest = shared.raise(to: score * 8 + UInt32(worker))
        if highest < score * 8 + UInt32(worker) { Issue.record("a threshold fell to \(highest)") }
      }
    }
    #expect(shared.value == 16_007)
  }

  @Test func zeroResultsAreRefusedAndNoSegmentsGiveNoHits() throws {
    let query = try SparseQuery(weights: [(token: 0, weight: 1)])
    #expect(throws: InvertedIndexError.invalidResultCount(0)) {
      try ParallelSearch.search(query, k: 0, in: [], workers: 4, concurrently: Workers.pool.run)
    }
    #expect(try ParallelSearch.search(query, k: 1, in: [], workers: 4, concurrently: Workers.pool.run).hits.isEmpty)
  }
}
