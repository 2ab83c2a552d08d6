import ArgumentParser
import Newel

struct FieldsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fields", abstract: "List the metadata fields of an index, or the values of one.",
    usage: "newel fields INDEX [FIELD] [--limit COUNT] [--json]",
    discussion: """
      Counts are of documents that are not deleted; a document counts for each of its values.

      With --json a list: [{"name", "valueCount" (none when they are too many to be kept)}], with FIELD one such object, with \
      "values": [{"value", "type" (null, boolean, number, string), "documentCount"}].
      """)

  @OptionGroup var index: IndexArgument

  @Argument(help: "The field whose values are listed.")
  var field: String?

  @Option(name: [.customShort("n"), .customLong("limit")], parsing: .unconditional, help: "Most values to list.")
  var limit = 50

  @OptionGroup var json: JSONOption

  func run() throws {
    let opened = try index.open()
    guard let field else {
      let fields = try opened.fields()
      if json.json { return try JSONOutput.print(fields) }
      var table = TextTable([.init("field"), .init("values", .right)])
      for field in fields {
        table.append([field.name, field.valueCount.map { NumberText.grouped($0) } ?? "very many"])
      }
      return Console.print(table)
    }
    let one = try opened.field(field, limit: limit)
    if json.json { return try JSONOutput.print(one) }
    guard let values = one.values else {
      return Console.print("\(field): very many values; name it by --filter-field when building to have them listed")
    }
    var table = TextTable([.init(field), .init("type"), .init("documents", .right)])
    for value in values { table.append([value.value, value.type, NumberText.grouped(value.documentCount)]) }
    Console.print(table)
    if let count = one.valueCount, count > values.count {
      Console.print("and \(Console.count(count - values.count, "more value")) (--limit shows more)")
    }
  }
}
