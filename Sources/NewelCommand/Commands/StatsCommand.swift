import ArgumentParser
import Newel

struct StatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "Show the sizes and settings of an index.",
    discussion: """
      With --json: {"path", "generation" (commits so far), "documentCount", "postingCount", "meanTokensPerDocument", \
      "vocabularyCount", "usedTokens", "mostFrequentTokens": [{"token", "documentFrequency"}], "segments": [{"name", \
      "documentCount", "postingCount", "order"}], "ceiling", "head", "tokenizer", "denseDimension", "denseType", "alignment", "coordinateCount", "floatWeightBytes", "fineWeightBytes", \
      "headMass", "headCap", "headListBytes", "bytesByKind": {kind: bytes}, "byteCount", "filterFields": [{"name", "valueCount" (none \
      when they are too many to be kept, so that conditions read the documents)}]}. Names without a value are left out.
      """)

  @OptionGroup var index: IndexArgument
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    let stats = try index.open().statistics()
    if json.json { return try JSONOutput.print(stats) }
    var table = TextTable([.init(""), .init("", .right), .init("")])
    func line(_ name: String, _ value: String, _ note: String = "") { table.append([name, value, note]) }
    line("documents", NumberText.grouped(stats.documentCount), "in \(Console.count(stats.segments.count, "segment"))")
    line("order", Self.orders(stats), "of documents inside segments")
    line(
      "postings", NumberText.grouped(stats.postingCount),
      "\(NumberText.fixed(stats.meanTokensPerDocument, decimals: 1)) tokens per document")
    line(
      "vocabulary", NumberText.grouped(stats.vocabularyCount),
      "\(NumberText.grouped(stats.usedTokens)) in use, \(stats.tokenizer) tokenizer")
    line("generation", "\(stats.generation)", stats.generation == 1 ? "commit so far" : "commits so far")
    line("head", stats.head ?? "none", "impact ceiling \(NumberText.fixed(stats.ceiling, decimals: 3))")
    let type = stats.denseType == "int8" ? "8-bit" : "16-bit"
    if let dimension = stats.denseDimension { line("dense rows", "\(dimension)", "dimensions, \(type)") }
    if let method = stats.alignment, let count = stats.coordinateCount {
      line("alignment", method, "\(count) coordinates, \(type)")
    }
    let documents = Double(max(1, stats.documentCount))
    for (kind, bytes) in stats.bytesByKind.sorted(by: { ($0.value, $1.key) > ($1.value, $0.key) }) {
      line(
        Self.name(of: kind), NumberText.bytes(bytes),
        Self.share(bytes, of: documents))
    }
    if let bytes = stats.floatWeightBytes {
      line("of these float weights", NumberText.bytes(bytes), Self.share(bytes, of: documents))
    }
    if let bytes = stats.fineWeightBytes {
      line("of these fine weights", NumberText.bytes(bytes), Self.share(bytes, of: documents))
    }
    if let bytes = stats.headListBytes, let mass = stats.headMass {
      let cap = stats.headCap.map { ", at most \(NumberText.grouped($0)) per token" } ?? ""
      line("of these head lists", NumberText.bytes(bytes), "\(Self.share(bytes, of: documents)), mass \(mass)\(cap)")
    }
    line("all files", NumberText.bytes(stats.byteCount))
    Console.print(table)
    let frequent = stats.mostFrequentTokens.map { "\($0.token) \(NumberText.grouped($0.documentFrequency))" }
    Console.printCut("most frequent: \(frequent.joined(separator: ", "))")
    let fields = stats.filterFields.compactMap { field in
      field.valueCount.map { "\(field.name) \(NumberText.grouped($0))" }
    }
    if !fields.isEmpty { Console.print("fields for --where, and their values: \(fields.joined(separator: ", "))") }
    let others = stats.filterFields.filter { $0.valueCount == nil }.map(\.name)
    if !others.isEmpty {
      Console.print(
        "fields of very many values, which filters read from the documents: \(others.joined(separator: ", "))")
    }
  }

  private static func share(_ bytes: Int, of documents: Double) -> String {
    "\(NumberText.fixed(Double(bytes) / documents, decimals: 1)) B per document"
  }

  /// The order of the segments: one for all, or how many documents have which.
  private static func orders(_ stats: IndexStatistics) -> String {
    let counts = Dictionary(grouping: stats.segments, by: \.order).mapValues { $0.reduce(0) { $0 + $1.documentCount } }
    if counts.count <= 1 { return counts.keys.first ?? "none" }
    return counts.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
      .map { "\($0.key) (\(NumberText.grouped($0.value)))" }.joined(separator: ", ")
  }

  /// What a kind of file is called, so that nobody takes it for a count.
  private static func name(of kind: String) -> String {
    switch kind {
    case "postings", "documents": "\(kind) files"
    case "forward": "forward index files"
    case "vectors": "dense row files"
    case "coordinates": "coordinate files"
    default: "\(kind) file"
    }
  }
}
