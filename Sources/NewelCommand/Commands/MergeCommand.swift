import ArgumentParser
import Newel

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Put the segments of an index together, so that searches have fewer to visit.",
    usage: "newel merge INDEX [--segments COUNT] [--order ORDER] [<options>]",
    discussion: """
      Every build adds a segment. A merge writes neighbouring ones as one, of at most 4,000,000 documents, and commits \
      once. No answer changes. A merge that fails, is stopped or is killed leaves the index as it was; programs that have \
      the index open go on with what they opened.

      It needs disk space for the new files beside the old ones, and about 14 bytes of memory per posting of the largest \
      new segment.

      With --json: {"index", "generation", "segmentsBefore", "segmentsAfter", "documentsMerged", "bytesRemoved", \
      "bytesAdded", "seconds", "stages": [{"stage", "seconds"}]}.
      """)

  @OptionGroup var index: IndexArgument

  @Option(
    parsing: .unconditional,
    help: "Merge until at most this many are left, the smallest first (default: as few as fit).")
  var segments: Int?

  @OptionGroup var order: OrderOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    let request = MergeRequest(index: index.index, segments: segments, order: order.order)
    Interruption.watch()
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing { show in
      try NewelIndex.merge(request) { progress in
        if Interruption.isRequested {
          throw NewelError(.cancelled, "The merge was stopped; '\(request.index)' is as it was before.")
        }
        try show(progress)
      }
    }
    if json.json { return try JSONOutput.print(report) }
    let segments = Console.count(report.segmentsAfter, "segment")
    guard report.documentsMerged > 0 else {
      return Console.print("\(report.index): nothing to merge in \(segments)")
    }
    Console.print(
      "\(report.index): \(NumberText.grouped(report.segmentsBefore)) segments became \(segments), "
        + "\(NumberText.grouped(report.documentsMerged)) documents and \(NumberText.bytes(report.bytesAdded)) written in "
        + NumberText.elapsed(report.seconds))
    Console.printStages(report.stages)
  }
}
