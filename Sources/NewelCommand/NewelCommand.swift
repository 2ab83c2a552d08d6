import ArgumentParser

@main
struct NewelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "newel")
}
