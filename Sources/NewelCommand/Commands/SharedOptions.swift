public import ArgumentParser
public import Newel

/// What is said meanwhile.
struct QuietOption: ParsableArguments {
  @Flag(name: .shortAndLong, help: "No progress on standard error, only warnings and errors.")
  var quiet = false
}

struct JSONOption: ParsableArguments {
  @Flag(name: .long, help: "Print JSON for programs instead of text for people.")
  var json = false
}

/// How documents are ordered inside segments that are written.
struct OrderOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Order of documents inside the postings; it changes speed only. auto: bp from 50,000 documents.",
      valueName: "auto|none|bp|bp-full"))
  var order = DocumentOrder.automatic
}

/// What hits must have in their metadata.
struct FilterOption: ParsableArguments {
  @Option(
    name: .customLong("where"),
    help: "Only documents with FIELD=VALUE (also !=, <, <=, >, >=); may be given several times.")
  var conditions: [String] = []

  /// The conditions as a person would say them.
  var text: String { conditions.joined(separator: " and ") }
}

/// What words bring along.
struct ExpandOption: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Every word brings so many of the tokens related to it, if the head knows them.", valueName: "count"))
  var expand = 0
}

struct IndexArgument: ParsableArguments {
  @Argument(help: "The index folder.", completion: .directory)
  var index: String

  /// Opens it for reading, and says on standard error what should be known of its state.
  func open() throws -> NewelIndex {
    let opened = try NewelIndex.open(index)
    if let warning = opened.warning { Console.complain(warning) }
    return opened
  }
}

extension TopKAlgorithm: ExpressibleByArgument {}
extension Exactness: ExpressibleByArgument {}
extension DocumentOrder: ExpressibleByArgument {}
extension TrainRequest.Method: ExpressibleByArgument {}
extension AlignRequest.Method: ExpressibleByArgument {}
extension AlignmentSettings.Side: ExpressibleByArgument {}

extension ProgressReporter {
  /// A handler that shows what a job reports.
  var handler: ProgressHandler {
    { progress in
      self.report(
        progress.stage.prefix(1).uppercased() + progress.stage.dropFirst(), done: progress.done, total: progress.total,
        unit: progress.unit, detail: progress.detail)
    }
  }

  /// Runs a job, ending the progress line however it ends.
  func showing<Result>(_ job: (@escaping ProgressHandler) throws -> Result) throws -> Result {
    do {
      let result = try job(handler)
      finish()
      return result
    } catch {
      interrupt()
      throw error
    }
  }
}
