import Newel

/// Hits as a table for people: two lines for each, what gave the score, and the caption below.
struct HitTable {
  let hits: [SearchHit]
  let captionField: String
  /// Whether scores are cosines and not sums of what is listed.
  var scoresAreCosines = false
  /// How many tokens are named; those behind them are added up. Nil for all.
  var tokenLimit: Int?

  func show() {
    guard let last = hits.last else { return }
    let isReranked = hits.contains { $0.reranked != nil }
    var columns: [TextTable.Column] = [.init("", .right), .init("score", .right)]
    if isReranked { columns += [.init("words", .right), .init("dense", .right), .init("was", .right)] }
    var table = TextTable(
      columns + [.init("key"), .init(scoresAreCosines ? "shared" : "why", isFlexible: true)])
    for hit in hits {
      // Sums of reciprocal ranks are small numbers.
      let decimals = hit.reranked == nil || abs(hit.score) >= 0.1 ? 3 : 5
      var cells = ["\(hit.rank)", NumberText.fixed(hit.score, decimals: decimals)]
      if isReranked {
        cells += [
          hit.reranked.map { NumberText.fixed($0.sparseAmount, decimals: decimals) } ?? "",
          hit.reranked.map { NumberText.fixed($0.denseAmount, decimals: decimals) } ?? "",
          hit.reranked.map { "\($0.sparseRank)" } ?? "",
        ]
      }
      table.append(cells + [hit.key, Self.why(hit, limit: tokenLimit)])
    }
    let lines = table.lines(width: TerminalDevice.standardOutput.columns)
    Console.print(lines[0])
    let indent = String(repeating: " ", count: "\(last.rank)".count + 2)
    for (hit, line) in zip(hits, lines.dropFirst()) {
      Console.print(line)
      if let caption = Console.caption(in: hit.metadata, field: captionField) { Console.printCut(indent + caption) }
    }
  }

  /// The tokens with what they give; of a hit that was re-ranked the cosine and the score before as well.
  static func why(_ hit: SearchHit, limit: Int? = nil) -> String {
    let named = limit.map { hit.contributions.count > $0 + 1 ? $0 : hit.contributions.count } ?? hit.contributions.count
    var parts = hit.contributions.prefix(named).map { part in
      let source = part.broughtBy.map { " (by \($0.joined(separator: ", ")))" } ?? ""
      return "\(part.token) \(NumberText.fixed(part.amount, decimals: 2))\(source)"
    }
    let others = hit.contributions.dropFirst(named)
    if !others.isEmpty {
      parts.append("\(others.count) more \(NumberText.fixed(others.reduce(0) { $0 + $1.amount }, decimals: 2))")
    }
    let sum = parts.joined(separator: " + ").replacing("+ -", with: "- ")
    guard let reranked = hit.reranked else { return sum }
    return "cosine \(NumberText.fixed(reranked.cosine, decimals: 3)); \(sum)"
  }
}

extension RerankReport {
  /// What was done, for people.
  var sentence: String {
    if let obstacle { return obstacle }
    let how =
      switch fusion {
      case .replace: "by cosine alone"
      case .weighted: "by words and cosine, weight \(weight.map { NumberText.fixed($0, decimals: 2) } ?? "")"
      case .reciprocalRanks: "by the ranks of both"
      }
    let source =
      switch query {
      case "words": "the words of the query"
      case "words and vector": "the words and the vector of the query"
      case "document": "the document"
      default: "the vector"
      }
    return "Re-ranked \(Console.count(count, "hit")) \(how); the \(rows) were compared with \(source)."
  }
}
