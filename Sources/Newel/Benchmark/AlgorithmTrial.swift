internal import InvertedIndex

/// One way of searching at one number of results: its answers from the first pass, its times from the others.
struct AlgorithmTrial {
  private let mode: TrialMode
  private let name: String
  private let count: Int
  private let truth: GroundTruth?
  /// Nanoseconds of each timed pass, by query.
  private var passes: [[Int64]] = []
  /// Hash of each query's answer.
  private var answers: [UInt64] = []
  private var counters = SearchCounters()
  private var algorithmsRun: [String: Int] = [:]
  private var found = 0
  private var wanted = 0

  init(_ mode: TrialMode, name: String, count: Int, truth: GroundTruth?) {
    self.mode = mode
    self.name = name
    self.count = count
    self.truth = truth
  }

  /// Processor time of the timed passes so far.
  var seconds: Double { passes.reduce(0) { $0 + Double($1.reduce(0, +)) / 1e9 } }

  /// Runs all queries once, either for their times or for their answers.
  mutating func run(
    _ queries: QueryVectors, in segments: [PlacedSegment], isTimed: Bool
  ) throws(InvertedIndexError) {
    var times: [Int64] = []
    times.reserveCapacity(queries.vectors.count)
    for (number, vector) in queries.vectors.enumerated() {
      let start = ThreadClock.nanoseconds()
      let result = try mode.answer(vector, k: count, in: segments)
      times.append(ThreadClock.nanoseconds() - start)
      if !isTimed { note(result, ofQuery: number) }
    }
    if isTimed { passes.append(times) }
  }

  private mutating func note(_ result: TrialMode.Answer, ofQuery query: Int) {
    var hash = AnswerHash()
    let hits = result.hits
    // An integer score fits beside the position.
    for hit in hits {
      if hit.score <= UInt64(UInt32.max) {
        hash.add(UInt64(hit.position) << 32 | hit.score)
      } else {
        hash.add(UInt64(hit.position))
        hash.add(hit.score)
      }
    }
    answers.append(hash.value)
    counters.add(result.counters)
    algorithmsRun[result.algorithm, default: 0] += 1
    guard let truth else { return }
    let best = truth.best(count, ofQuery: query)
    wanted += best.wanted
    found += min(best.wanted, hits.count { best.accepted.contains($0.position) })
  }

  func cell(queryCount: Int) -> MeasurementReport.Cell {
    var hash = AnswerHash()
    for answer in answers { hash.add(answer) }
    let perQuery = 1 / Double(max(1, queryCount))
    let digits = String(hash.value, radix: 16)
    return MeasurementReport.Cell(
      count: count, algorithm: name, microseconds: LatencySummary(passes: passes),
      passes: passes.count,
      postingsScored: Double(counters.postings) * perQuery, documentsScored: Double(counters.documents) * perQuery,
      blocksChecked: Double(counters.blocks) * perQuery,
      windowsVisited: Double(counters.windows) * perQuery, blocksScored: Double(counters.blocksScored) * perQuery,
      checksum: String(repeating: "0", count: 16 - digits.count) + digits,
      recall: truth == nil ? nil : wanted == 0 ? 1 : Double(found) / Double(wanted), algorithmsRun: algorithmsRun)
  }

  /// A sentence about the first query that `reference` answers differently; nil when all answers are the same.
  func disagreement(with reference: AlgorithmTrial) -> String? {
    let differing = zip(answers, reference.answers).map { $0 != $1 }
    guard let first = differing.firstIndex(of: true) else { return nil }
    return "At k=\(count), \(name) and \(reference.name) answer "
      + "\(differing.count { $0 }) of \(differing.count) queries differently, the first of them number \(first)."
  }

  /// Sums over queries.
  private struct SearchCounters {
    var postings = 0
    var documents = 0
    var blocks = 0
    var windows = 0
    var blocksScored = 0

    mutating func add(_ other: InvertedIndex.SearchCounters) {
      postings += other.postingsScored
      documents += other.documentsScored
      blocks += other.blocksChecked
      windows += other.windowsVisited
      blocksScored += other.blocksScored
    }
  }
}

/// A 64-bit hash of a sequence of numbers, the same on every machine: FNV-1a over words, with a final mix.
struct AnswerHash {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ word: UInt64) {
    state = (state ^ word) &* 0x0000_0100_0000_01b3
    state ^= state >> 32
  }

  var value: UInt64 {
    var mixed = (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
    mixed = (mixed ^ (mixed >> 33)) &* 0xc4ce_b9fe_1a85_ec53
    return mixed ^ (mixed >> 33)
  }
}
