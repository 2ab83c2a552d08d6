import ArgumentParser
import Newel

struct StatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "Show the sizes and settings of an index.")

  @OptionGroup var index: IndexArgument
  @OptionGroup var json: JSONOption

  func run() throws {
    let stats = try NewelIndex.open(index.index).statistics()
    if json.json { return try JSONOutput.print(stats) }
    var table = TextTable([.init(""), .init("", .right), .init("")])
    func line(_ name: String, _ value: String, _ note: String = "") { table.append([name, value, note]) }
    line("documents", NumberText.grouped(stats.documentCount), "in \(stats.segments.count) segments")
    line(
      "postings", NumberText.grouped(stats.postingCount),
      "\(NumberText.fixed(stats.meanTokensPerDocument, decimals: 1)) tokens per document")
    line(
      "vocabulary", NumberText.grouped(stats.vocabularyCount),
      "\(NumberText.grouped(stats.usedTokens)) in use, \(stats.tokenizer) tokenizer")
    line("generation", "\(stats.generation)")
    line("head", stats.head ?? "none", "impact ceiling \(NumberText.fixed(stats.ceiling, decimals: 3))")
    if let dimension = stats.denseDimension { line("dense rows", "\(dimension)", "dimensions, 16-bit") }
    let documents = Double(max(1, stats.documentCount))
    for (kind, bytes) in stats.bytesByKind.sorted(by: { ($0.value, $1.key) > ($1.value, $0.key) }) {
      line(kind, NumberText.bytes(bytes), "\(NumberText.fixed(Double(bytes) / documents, decimals: 1)) B per document")
    }
    line("all files", NumberText.bytes(stats.byteCount))
    Console.print(table)
    let frequent = stats.mostFrequentTokens.map { "\($0.token) \(NumberText.grouped($0.documentFrequency))" }
    Console.print("most frequent: \(frequent.joined(separator: ", "))")
  }
}
