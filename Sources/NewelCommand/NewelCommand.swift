import ArgumentParser
import Newel

/// The command `newel`: arguments in, answers on standard output, progress and errors on standard error.
///
/// Exit status: 0 when all went well, 1 when the work could not be done (one sentence says why), 2 when the command line
/// cannot be understood.
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
      """,
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(name: "Build", subcommands: [TrainCommand.self, BuildCommand.self]),
      CommandGroup(
        name: "Ask", subcommands: [SearchCommand.self, InspectCommand.self, ExplainCommand.self, TokensCommand.self]),
      CommandGroup(
        name: "Check",
        subcommands: [EvaluateCommand.self, BenchmarkCommand.self, StatsCommand.self, VerifyCommand.self]),
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as NewelError {
      TerminalDevice.standardError.write("newel: \(error.message)\n")
      exit(withCode: 1)
    } catch let error as CommandFailure {
      TerminalDevice.standardError.write("newel: \(error.message)\n")
      exit(withCode: 1)
    } catch let code as ExitCode {
      exit(withCode: code.rawValue)
    } catch {
      // Help and version are asked for, anything else is a command line that cannot be understood.
      let isAnswer = exitCode(for: error) == .success
      let message = fullMessage(for: error)
      (isAnswer ? TerminalDevice.standardOutput : .standardError).write(message + "\n")
      exit(withCode: isAnswer ? 0 : 2)
    }
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
