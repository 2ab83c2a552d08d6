import ArgumentParser
import Newel

struct RealignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "realign",
    abstract: "Put an alignment into an index, or another one in the place of its own.",
    usage: "newel realign INDEX --alignment FILE [<options>]",
    discussion: """
      Every document gets new coordinates from the dense row that the index keeps, in one commit; nothing else changes. \
      When it fails, is stopped or is killed, the index is as it was; programs that have it open go on with what they \
      opened. An index that keeps no dense rows has to be built again.

      With --json: {"index", "generation", "documents", "coordinateCount", "alignment" (how it was fitted), "bytesAdded", \
      "seconds"}.
      """)

  @OptionGroup var index: IndexArgument

  @Option(help: "An alignment, as 'newel align' writes it; the index keeps a copy.", completion: .file())
  var alignment: String

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    Interruption.watch()
    let path = index.index
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing { show in
      try NewelIndex.realign(path, alignment: alignment) { progress in
        if Interruption.isRequested {
          throw NewelError(.cancelled, "The work was stopped; '\(path)' is as it was before.")
        }
        try show(progress)
      }
    }
    if json.json { return try JSONOutput.print(report) }
    Console.print(
      "\(report.index): \(Console.count(report.documents, "document")) got \(NumberText.grouped(report.coordinateCount)) "
        + "coordinates by \(report.alignment) in \(NumberText.elapsed(report.seconds)), "
        + "\(NumberText.bytes(report.bytesAdded)) written")
  }
}
