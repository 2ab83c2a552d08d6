import Foundation
import Testing
import TokenSpace

/// Where the tests find real data, and a Python with the reference tokenizer.
enum Surroundings {
  static let data = ProcessInfo.processInfo.environment["NEWEL_DATA"]

  static let python: String? = {
    let candidates = [ProcessInfo.processInfo.environment["NEWEL_PYTHON"], "/usr/bin/python3"].compactMap { $0 }
    return candidates.first { run($0, ["-c", "import tokenizers"]) }
  }()

  static func run(_ program: String, _ arguments: [String]) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}

@Suite struct WordPieceOracleTests {
  @Test(
    "Real captions get the pieces of the reference implementation",
    .enabled(if: Surroundings.data != nil, "needs NEWEL_DATA"),
    .enabled(if: Surroundings.python != nil, "needs a python3 with the package tokenizers (NEWEL_PYTHON)"))
  func realCaptions() throws {
    let data = try #require(Surroundings.data)
    let file = NSTemporaryDirectory() + "newel-oracle-\(UUID().uuidString).txt"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let script = (#filePath as NSString).deletingLastPathComponent + "/Oracle/wordpiece_oracle.py"
    let vocabularyPath = data + "/vocabulary/bert-base-uncased.txt"
    let captions =
      ProcessInfo.processInfo.environment["NEWEL_ORACLE_TEXTS"] ?? data + "/captions/captions.tsv.gz"
    let arguments = [script, vocabularyPath, captions, file]
    try #require(Surroundings.run(try #require(Surroundings.python), arguments))

    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: vocabularyPath)))
    let tokenizer = try WordPiece(Vocabulary.parse(bytes, source: vocabularyPath))
    let lines = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file))).split(
      separator: 10, omittingEmptySubsequences: false)
    var differences = 0
    var compared = 0
    for pair in stride(from: 0, to: lines.count - 1, by: 2) {
      let text = String(decoding: lines[pair], as: UTF8.self)
      let found = tokenizer.pieces(in: text).joined(separator: " ")
      compared += 1
      if !found.utf8.elementsEqual(lines[pair + 1]) {
        differences += 1
        if differences <= 20 {
          Issue.record(
            "\(text.debugDescription): \(found) instead of \(String(decoding: lines[pair + 1], as: UTF8.self))")
        }
      }
    }
    print("compared \(compared) captions, \(differences) differences")
    #expect(differences == 0)
    #expect(compared >= 10000)
  }
}
