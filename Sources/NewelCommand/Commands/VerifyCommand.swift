import ArgumentParser
import Newel

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Prove that an index is sound, or say which file is damaged and where.",
    discussion: """
      Without an option: headers, lengths, and that every file is there. --full checks every checksum. --deep decodes \
      everything and compares postings, bounds, documents and keys with each other. Exit status 1 when something is wrong.

      With --json: {"path", "level" (quick, full or deep), "filesChecked", "bytesChecked", "problems": [sentence], \
      "notes": [sentence]}; the index is sound when there are no problems. Notes say what is worth knowing and not wrong.
      """)

  @OptionGroup var index: IndexArgument

  @Flag(help: "Check every checksum.")
  var full = false

  @Flag(help: "Decode and compare everything.")
  var deep = false

  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    let level: NewelIndex.VerificationLevel = deep ? .deep : full ? .full : .quick
    let report = try ProgressReporter.standard(quiet: quiet.quiet).showing {
      try NewelIndex.verify(index.index, level: level, progress: $0)
    }
    if json.json {
      try JSONOutput.print(report)
    } else {
      for problem in report.problems { Console.print(problem) }
      for note in report.notes { Console.print("Note: \(note)") }
      var checked = Console.count(report.filesChecked, "file")
      if report.bytesChecked > 0 { checked += ", \(NumberText.bytes(report.bytesChecked))" }
      checked += " (\(report.level)\(level == .quick ? "; --full checks every byte" : ""))"
      Console.print(
        report.isSound
          ? "\(report.path): sound, \(checked)"
          : "\(report.path): \(Console.count(report.problems.count, "problem")) in \(checked)")
    }
    if !report.isSound { throw ExitCode(1) }
  }
}
