import ArgumentParser
import Foundation
import Newel

struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Take changes from standard input as they come, and acknowledge each when it is durable.",
    usage: "newel watch INDEX [--documents FILE] [<options>]",
    discussion: """
      Each line is a JSON object:

        {"key": "a", "embedding": [0.12, …], "metadata": {"category": "shoe"}}
        {"key": "b", "vector": {"red": 1.5}, "metadata": {}}
        {"key": "a", "patch": {"category": null, "sale": true}}
        {"delete": "b"}

      The first is new, or takes the place of what has the key; the second is for an index of sparse vectors; the third is a \
      JSON merge patch (RFC 7396) for the metadata.

      Changes are committed in groups: after --group lines, or when --wait seconds went by since the first of them. Then every \
      line of the group is acknowledged on standard output, with a JSON object on a line: {"line", "key", "generation", \
      "durable": true}; for a key that no document has also "unknownKey": true. An acknowledged line survives a crash of the \
      program and of the machine. A line that cannot be used is answered with {"line", "error"} and leaves the others as they \
      are.

      It ends with the input, or at Ctrl-C after the lines that were read. The exit status is 1 when a line could not be used.
      """)

  @OptionGroup var index: IndexArgument

  @Option(help: "A file of JSON lines; - is standard input.", completion: .file())
  var documents = "-"

  @Option(parsing: .unconditional, help: "Most lines in a commit.")
  var group = 100

  @Option(parsing: .unconditional, help: "Most seconds that a line waits for its commit.")
  var wait = 0.2

  func validate() throws {
    if !(1...100_000).contains(group) { throw ValidationError("--group is 1 to 100000, not \(group).") }
    if !(0...3600).contains(wait) { throw ValidationError("--wait is 0 to 3600 seconds, not \(wait).") }
  }

  func run() throws {
    let session = try IndexSession.open(index.index)
    defer { session.close() }
    Interruption.watch()
    var changes = LineChanges(session)
    let input = try LineInput(documents)
    var began: ContinuousClock.Instant?
    while true {
      let left = began.map { max(0, wait - ($0.duration(to: .now) / .seconds(1))) }
      // A short wait even without a group, so that Ctrl-C is seen.
      let next = left == 0 ? .nothing : input.next(within: min(left ?? 0.1, 0.1))
      switch next {
      case .line(let number, let bytes): try changes.take(number, bytes)
      case .tooLong(let number):
        changes.refuse(number, "this line is longer than \(NumberText.bytes(LineInput.maximumLength)).")
      case .nothing, .end, .failed: break
      }
      if began == nil, changes.count > 0 { began = .now }
      let isLast = next == .end || Interruption.isRequested
      let isDue = began.map { $0.duration(to: .now) / .seconds(1) >= wait } ?? false
      if changes.count >= group || isDue || isLast {
        try changes.commit()
        began = nil
      }
      if case .failed(let why) = next { throw CommandFailure("'\(documents)' could not be read any further: \(why).") }
      if isLast { break }
    }
    if changes.refused > 0 { throw ExitCode(1) }
  }
}

/// Changes that came on lines, and their acknowledgements.
struct LineChanges {
  private struct Acknowledgement: Encodable {
    let line: Int
    let key: String
    let generation: UInt64
    let durable: Bool
    let unknownKey: Bool?
  }
  private struct Refusal: Encodable {
    let line: Int
    let error: String
  }

  private let session: IndexSession
  private var waiting: [(line: Int, key: String, isUnknown: Bool)] = []
  /// Lines that could not be used.
  private(set) var refused = 0

  init(_ session: IndexSession) { self.session = session }

  /// Lines that wait for their commit.
  var count: Int { waiting.count }

  /// Does the change of a line.
  ///
  /// - Throws: when the index can take nothing more.
  mutating func take(_ number: Int, _ bytes: [UInt8]) throws {
    guard bytes.contains(where: { $0 > UInt8(ascii: " ") }) else { return }
    do {
      let change = try IndexChange(line: bytes)
      let report = try session.apply(change)
      waiting.append((number, change.key, !report.unknownKeys.isEmpty))
    } catch {
      guard error.code == .invalidInput else { throw error }
      refuse(number, error.message)
    }
  }

  mutating func refuse(_ number: Int, _ why: String) {
    refused += 1
    let line = try? JSONOutput.text(of: Refusal(line: number, error: why), pretty: false)
    Console.write((line ?? "") + "\n")
  }

  /// Commits what waits and acknowledges it.
  mutating func commit() throws {
    guard !waiting.isEmpty else { return }
    let generation = try session.commit().generation
    var text = ""
    for (line, key, isUnknown) in waiting {
      let one = Acknowledgement(
        line: line, key: key, generation: generation, durable: true, unknownKey: isUnknown ? true : nil)
      text += try JSONOutput.text(of: one, pretty: false) + "\n"
    }
    waiting.removeAll(keepingCapacity: true)
    Console.write(text)
  }
}
