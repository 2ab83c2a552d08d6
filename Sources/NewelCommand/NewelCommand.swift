import ArgumentParser
import Newel

/// The command `newel`: arguments in, answers on standard output, progress and errors on standard error.
///
/// Exit status: 0 when all went well, 1 when the work could not be done (one sentence says why), 2 when the command line
/// cannot be understood, 130 when it was stopped from the keyboard.
@main
struct NewelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "newel",
    abstract: "Search pictures and texts that have already been embedded, by words, and see why each was found.",
    discussion: """
      From an embedding dump to answers:

        newel train --images dump --metadata dump --output head
        newel build photos.index --images dump --metadata dump --head head
        newel search photos.index 'red shoe -kids'
        newel inspect photos.index KEY

      Exit status: 0 when all went well, 1 when the work could not be done (one sentence on standard error says why), 2 \
      when the command line cannot be understood, 130 when it was stopped from the keyboard.

      With --json the answer is on standard output; progress, warnings and errors are always on standard error. Names and \
      meanings in the JSON stay as they are; new names may be added.

      Shell completions: newel --generate-completion-script bash (or zsh, fish).
      """,
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Build",
        subcommands: [
          TrainCommand.self, AlignCommand.self, BuildCommand.self, MergeCommand.self, RealignCommand.self,
          MapCommand.self,
        ]),
      CommandGroup(
        name: "Change",
        subcommands: [
          AddCommand.self, DeleteCommand.self, UpdateCommand.self, WatchCommand.self, ExportSegmentCommand.self,
          AttachCommand.self,
        ]),
      CommandGroup(
        name: "Ask",
        subcommands: [
          SearchCommand.self, SimilarCommand.self, GetCommand.self, FieldsCommand.self, InspectCommand.self,
          AtlasCommand.self,
          ExplainCommand.self,
          TokensCommand.self,
        ]),
      CommandGroup(
        name: "Check",
        subcommands: [
          EvaluateCommand.self, BenchmarkCommand.self, StatsCommand.self, VerifyCommand.self, RepairCommand.self,
        ]),
    ])

  static func main() {
    do {
      var command = try parseAsRoot(arguments(try ProgramArguments.typed()))
      try command.run()
    } catch let error as NewelError {
      Console.complain(error.message)
      exit(withCode: error.code == .cancelled ? 130 : 1)
    } catch let error as ProgramArguments.NotUTF8 {
      Console.complain(error.message)
      exit(withCode: 2)
    } catch let error as CommandFailure {
      Console.complain(error.message)
      exit(withCode: 1)
    } catch let code as ExitCode {
      exit(withCode: code.rawValue)
    } catch {
      let message = fullMessage(for: error)
      switch exitCode(for: error) {
      case .success:
        // Help and version are answers.
        Console.write(message + "\n")
        exit(withCode: 0)
      case .validationFailure:
        TerminalDevice.standardError.write(message + "\n")
        exit(withCode: 2)
      default:
        Console.complain("\(error)")
        exit(withCode: 1)
      }
    }
  }

  /// The arguments, with a space before each query that begins with '-': '-kids shoe' is a query, and no option has a
  /// space in it.
  static func arguments(_ typed: some Sequence<String>) -> [String] {
    typed.map { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains(" ") ? " " + $0 : $0 }
  }

  private static func exit(withCode code: Int32) -> Never {
    exit(withError: ExitCode(code))
  }
}

/// A reason to end with status 1 that is the command's own.
struct CommandFailure: Error {
  let message: String

  init(_ message: String) {
    self.message = message
  }
}
