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
    if !isComplete, ties == .pessimistic, let last = entries.last {
      for index in entries.indices.reversed() where entries[index].score == last.score { grades[index] = 0 }
    }
    self.grades = grades
    idealGrades = judgements.values.filter { $0 > 0 }.sorted(by: >)
    foundCount = grades.count { $0 > 0 }
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
