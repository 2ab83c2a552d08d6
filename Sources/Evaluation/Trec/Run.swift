/// The answers of a system: for each query, a ranking. The TREC "run".
public struct Run: Sendable, Equatable {
  /// The queries in the order they were added or read.
  public private(set) var queries: [String] = []

  private var rankings: [String: [ScoredDocument]] = [:]

  /// No answers.
  public init() {}

  /// The ranking of a query in its order; empty for a query that was not answered.
  public subscript(query: String) -> [ScoredDocument] { rankings[query] ?? [] }

  /// Adds the ranking of a query, or replaces it when there is one.
  public mutating func setRanking(_ ranking: [ScoredDocument], of query: String) {
    if rankings.updateValue(ranking, forKey: query) == nil { queries.append(query) }
  }

  /// Reads a run in the TREC form, one `query Q0 document rank score tag` per line; blank lines are left out.
  ///
  /// Like trec_eval this takes the order from the scores and ignores the column of ranks: each ranking comes out by
  /// descending score, equal scores in the order of their lines. The lines of a query need not stand together.
  ///
  /// - Throws: ``TrecError`` with the number of the first line that cannot be read.
  /// - Complexity: O(length of the text + n log n) for n lines.
  public init(parsing text: String) throws(TrecError) {
    var seen: [String: Set<String>] = [:]
    var read: [String: [ScoredDocument]] = [:]
    var order: [String] = []
    try TrecLines.forEach(in: text) { (line, fields) throws(TrecError) in
      guard fields.count == 6 else {
        throw .fieldCount(line: line, expected: 6, found: fields.count, layout: "query Q0 document rank score tag")
      }
      guard let score = Double(fields[4]), score.isFinite else {
        throw .badScore(line: line, found: String(fields[4]))
      }
      let (query, document) = (String(fields[0]), String(fields[2]))
      guard seen[query, default: []].insert(document).inserted else {
        throw .duplicate(line: line, query: query, document: document)
      }
      if read[query] == nil { order.append(query) }
      read[query, default: []].append(ScoredDocument(key: document, score: score))
    }
    queries = order
    rankings = read.mapValues { ranking in
      // The standard sort is stable in fact but not by promise; positions make it so.
      ranking.enumerated().sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }.map(\.element)
    }
  }

  /// The run in the TREC form; see ``TrecRunWriter`` for what happens to equal scores.
  ///
  /// - Throws: ``TrecError`` for a name or a score that the form cannot hold.
  public func serialized(tag: String, ties: TrecRunWriter.Ties) throws(TrecError) -> String {
    let writer = try TrecRunWriter(tag: tag, ties: ties)
    var text = ""
    for query in queries { text += try writer.lines(for: query, ranking: self[query]) }
    return text
  }
}
