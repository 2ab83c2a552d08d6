/// One query's ranking after it was compared with its judgements: all that a measure needs to know, and no keys.
///
/// Holds the grade at each rank and the grades of all judged documents, so that what was *not* found counts too.
///
/// - Note: A grade above 0 means relevant; 0, a negative grade and a missing judgement mean non-relevant.
public struct JudgedRanking: Sendable, Equatable {
  /// The grade of the document at each rank, first rank first; 0 for a non-relevant one.
  public let grades: [Int]

  /// The grades of all relevant documents of the query, found or not, in descending order.
  public let idealGrades: [Int]

  /// The number of relevant documents of the query, found or not.
  public var relevantCount: Int { idealGrades.count }

  /// The number of relevant documents in the ranking.
  public let foundCount: Int

  /// Compares a ranking with the judgements of its query.
  ///
  /// - Parameters:
  ///   - ranking: the answer of the system. It is ordered by descending score here; only inside a tie does the given
  ///     order matter, and only for ``TieRule/asGiven``. A key that comes again counts as non-relevant, so that nothing
  ///     is gained by repetition.
  ///   - judgements: the grade of each judged document of this query.
  ///   - ties: how equal scores are put in order.
  ///   - isComplete: false when the ranking was cut at some depth. Under ``TieRule/pessimistic`` the relevant documents
  ///     that tie with the last score then count as not found, because documents that tie with them may have been cut
  ///     off. Ask for a few more results than the largest k you report, or for all of them.
  /// - Complexity: O(n log n) for n documents in the ranking; O(n) when it arrives in order.
  public init(
    _ ranking: [ScoredDocument],
    judgements: [String: Int],
    ties: TieRule = .pessimistic,
    isComplete: Bool = true
  ) {
    var entries: [(score: Double, grade: Int, position: Int)] = []
    entries.reserveCapacity(ranking.count)
    var seen: Set<String> = []
    for (position, document) in ranking.enumerated() {
      var grade = max(0, judgements[document.key] ?? 0)
      if grade > 0, !seen.insert(document.key).inserted { grade = 0 }
      entries.append((document.score, grade, position))
    }
    switch ties {
    case .pessimistic:
      entries.sort { ($1.score, $0.grade, $0.position) < ($0.score, $1.grade, $1.position) }
    case .asGiven:
      entries.sort { ($1.score, $0.position) < ($0.score, $1.position) }
    case .trecEval:
      entries.sort { a, b in
        if a.score != b.score { return a.score > b.score }
        return ranking[b.position].key.utf8.lexicographicallyPrecedes(ranking[a.position].key.utf8)
      }
    }
    var grades = entries.map(\.grade)
    if !isComplete, ties == .pessimistic { Self.dropLastTie(&grades) { entries[$0].score } }
    self.grades = grades
    idealGrades = judgements.values.filter { $0 > 0 }.sorted(by: >)
    foundCount = grades.count { $0 > 0 }
  }

  /// Compares a ranking of documents that are known by their numbers, under ``TieRule/pessimistic``: what
  /// ``init(_:judgements:ties:isComplete:)`` gives for keys.
  ///
  /// - Parameters:
  ///   - positions: the answer of the system, best first: scores never rise, and no number comes twice.
  ///   - judgements: the grade of each judged document.
  ///   - isComplete: false when the ranking was cut at some depth.
  /// - Complexity: O(n) for n documents in the ranking, and O(t log t) for t documents of a tie that holds relevant ones.
  public init(
    positions: [(position: UInt32, score: Double)], judgements: [UInt32: Int], isComplete: Bool = true
  ) {
    var grades = positions.map { max(0, judgements[$0.position] ?? 0) }
    // Within a tie, the relevant ones go to its end, the best of them last.
    var start = 0
    while start < grades.count {
      var end = start + 1
      while end < grades.count, positions[end].score == positions[start].score { end += 1 }
      if end - start > 1, grades[start..<end].contains(where: { $0 > 0 }) { grades[start..<end].sort() }
      start = end
    }
    if !isComplete { Self.dropLastTie(&grades) { positions[$0].score } }
    self.init(grades: grades, judgements: judgements.values)
  }

  /// The same with the grade 1 for every relevant document.
  public init(positions: [(position: UInt32, score: Double)], relevant: Set<UInt32>, isComplete: Bool = true) {
    self.init(
      positions: positions, judgements: Dictionary(uniqueKeysWithValues: relevant.map { ($0, 1) }),
      isComplete: isComplete)
  }

  /// Ranks a whole gallery by its scores, under ``TieRule/pessimistic``, without sorting it.
  ///
  /// Ranks that follow the last relevant document are left out: no measure but the depth of the ranking needs them.
  ///
  /// - Parameters:
  ///   - scores: the score of each item of the gallery, by its position.
  ///   - judgements: the grade of each judged item, by its position in `scores`.
  ///   - floor: an item whose score is not above it is not found at all: 0 for sparse vectors, where 0 means that not one
  ///     token is shared; nil for cosines, which rank everything.
  /// - Complexity: O(gallery · relevant items).
  public init(scores: [Double], judgements: [Int: Int], floor: Double? = nil) {
    // Lower grades first within equal scores, as everywhere.
    let found = judgements.filter { position, grade in
      grade > 0 && scores.indices.contains(position) && floor.map { scores[position] > $0 } ?? true
    }.map { (score: scores[$0.key], grade: $0.value, position: $0.key) }
      .sorted { ($1.score, $0.grade) < ($0.score, $1.grade) }
    let relevant = Set(found.map(\.position))
    var grades: [Int] = []
    for (number, item) in found.enumerated() {
      // What is not relevant and at least as good is ahead, and so are the relevant ones before this one.
      var ahead = 0
      for score in scores where score >= item.score { ahead += 1 }
      for position in relevant where scores[position] >= item.score { ahead -= 1 }
      let place = ahead + number
      if place > grades.count { grades.append(contentsOf: repeatElement(0, count: place - grades.count)) }
      grades.append(item.grade)
    }
    self.init(grades: grades, judgements: judgements.values)
  }

  private init(grades: [Int], judgements: some Sequence<Int>) {
    self.grades = grades
    idealGrades = judgements.filter { $0 > 0 }.sorted(by: >)
    foundCount = grades.count { $0 > 0 }
  }

  /// Counts the documents that tie with the last one as not found.
  private static func dropLastTie(_ grades: inout [Int], score: (Int) -> Double) {
    guard let last = grades.indices.last else { return }
    for rank in grades.indices.reversed() {
      if score(rank) != score(last) { break }
      grades[rank] = 0
    }
  }

  /// The rank of the first relevant document, counted from 1; nil when none was found (a miss).
  ///
  /// With several relevant documents this is the best rank among them, as image-to-text retrieval counts its five
  /// captions.
  public var firstRelevantRank: Int? {
    grades.firstIndex { $0 > 0 }.map { $0 + 1 }
  }

  /// The number of relevant documents among the first `depth` ranks, or in the whole ranking when it is nil.
  func relevantCount(within depth: Int?) -> Int {
    guard let depth else { return foundCount }
    return grades.prefix(depth).count { $0 > 0 }
  }
}
