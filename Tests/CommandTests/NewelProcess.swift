import Foundation
import Testing

/// What a program said, and how it ended.
struct Answer {
  let status: Int32
  let output: String
  let error: String

  /// The output as JSON.
  func json() throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
  }

  /// Whether the program ended with status 1 and said one sentence, as it must when the work cannot be done.
  var isRefusal: Bool {
    let lines = error.split(separator: "\n").filter { $0.hasPrefix("newel: ") }
    guard status == 1, lines.count == 1, let first = lines[0].dropFirst(7).first else { return false }
    return lines[0].hasSuffix(".") && (first.isUppercase || first.isNumber || first == "'" || first == "-")
  }
}

/// Runs the programs that were built with the tests.
enum NewelProcess {
  /// The folder of the built programs: where the program that runs the tests is.
  private static let products: URL = {
    let beside = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    let built = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../.build/debug").standardizedFileURL
    let candidates = [beside, built.resolvingSymlinksInPath()]
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0.appendingPathComponent("newel").path) }
      ?? built
  }()

  /// The program itself.
  static var program: URL { products.appendingPathComponent("newel") }

  static func newel(_ arguments: String..., in folder: String? = nil) throws -> Answer {
    try run("newel", arguments, in: folder)
  }

  static func newel(_ arguments: [String], in folder: String? = nil, output: String? = nil) throws -> Answer {
    try run("newel", arguments, in: folder, output: output)
  }

  /// - Parameter output: a device that takes standard output instead of the answer.
  static func run(
    _ program: String, _ arguments: [String], in folder: String? = nil, output: String? = nil
  ) throws -> Answer {
    let process = Process()
    process.executableURL = products.appendingPathComponent(program)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    var environment = ProcessInfo.processInfo.environment
    environment["LC_ALL"] = "C.UTF-8"
    for name in ["COLUMNS", "NO_COLOR", "TERM"] { environment[name] = nil }
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    // Files rather than pipes: nobody has to read while the program runs.
    let place = NSTemporaryDirectory() + "newel-answer-" + UUID().uuidString
    let paths = [place + ".out", place + ".err"]
    defer { for path in paths { try? FileManager.default.removeItem(atPath: path) } }
    for path in paths { try Data().write(to: URL(fileURLWithPath: path)) }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output ?? paths[0]))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: paths[1]))
    try process.run()
    process.waitUntilExit()
    func text(_ path: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }
    return Answer(status: process.terminationStatus, output: try text(paths[0]), error: try text(paths[1]))
  }
}

extension TinyDump {
  /// Trains a head and builds the index `index` in the folder, both with the command.
  func makeIndex() throws {
    let trained = try NewelProcess.newel(
      "train", "--images", "dump", "--metadata", "dump", "--minimum-document-frequency", "1", "--output", "head",
      in: folder)
    try #require(trained.status == 0, "\(trained.error)")
    let built = try NewelProcess.newel(
      "build", "index", "--images", "dump", "--metadata", "dump", "--head", "head", in: folder)
    try #require(built.status == 0, "\(built.error)")
  }
}
