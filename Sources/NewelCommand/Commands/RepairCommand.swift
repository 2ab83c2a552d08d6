import ArgumentParser
import Newel

struct RepairCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair", abstract: "Bring back the newest commit of an index that can be proved.",
    usage: "newel repair INDEX [--give-up] [<options>]",
    discussion: """
      Reads every byte of the last commit. A catalog that is lost, damaged or older is made anew from the record of the commit; values \
      of metadata are made anew from the documents. A sound index is left as it is.

      What cannot be made anew is given up only with --give-up: segments with damaged files, an alignment, deletions. It says what \
      and how many documents. Keep a copy of the folder first.

      With --json: {"index", "generation", "source" (the commit it was made of), "wasSound", "documents", "documentsLost", "notes"}.
      """)

  @OptionGroup var index: IndexArgument

  @Flag(help: "Give up what is damaged and cannot be made anew.")
  var giveUp = false

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing { show in
      try NewelIndex.repair(index.index, givesUpDamage: giveUp, progress: show)
    }
    if json.json { return try JSONOutput.print(report) }
    for note in report.notes { Console.print(note) }
    if report.wasSound {
      return Console.print("\(report.index): sound at commit \(report.generation); nothing was done")
    }
    Console.print(
      "\(report.index): commit \(report.source) is back as commit \(report.generation), with "
        + "\(Console.count(report.documents, "document")); \(NumberText.grouped(report.documentsLost)) given up")
  }
}
