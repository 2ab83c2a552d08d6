import ByteStorage
import EmbeddingDumps
import Foundation
import Testing

/// `tools/encode`, run as a person runs it.
@Suite struct EncodeToolTests {
  static let tool = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../tools/encode").standardizedFileURL
  /// A folder with a model of sentence-transformers that knows English, and a Python that can run it.
  static let model = ProcessInfo.processInfo.environment["NEWEL_TEXT_MODEL"]
  static let python = ProcessInfo.processInfo.environment["NEWEL_PYTHON"] ?? "python3"

  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "newel-encode-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder + "/empty", withIntermediateDirectories: true)
    try write("words.txt", "red\ncrimson\nkeyboard\n")
  }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
  }

  /// - Parameter isBare: without any package beside the standard library.
  private func run(_ arguments: String..., isBare: Bool = false) throws -> (status: Int32, error: String) {
    try run(arguments, isBare: isBare)
  }

  private func run(_ arguments: [String], isBare: Bool = false) throws -> (status: Int32, error: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [Self.python] + (isBare ? ["-I", "-S"] : []) + [Self.tool.path] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let path = folder + "/error"
    FileManager.default.createFile(atPath: path, contents: nil)
    let file = try #require(FileHandle(forWritingAtPath: path))
    process.standardError = file
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, try String(contentsOfFile: path, encoding: .utf8))
  }

  @Test("A missing package is named with the command that installs it")
  func missingPackage() throws {
    let answer = try run("words", "words.txt", "--model", "empty", "--output", "w.npy", isBare: true)
    #expect(answer.status == 2)
    #expect(answer.error.contains("the Python package 'numpy' is missing"))
    #expect(answer.error.contains("-m pip install numpy"))
  }

  @Test(
    "Wrong usage ends with status 2, what stands in the way with 1",
    arguments: [
      (["words", "words.txt", "--model", "empty", "--output", "w.txt"], 2, "must end in .npy"),
      (["words", "words.txt", "--model", "empty", "--output", "w.npy", "--batch", "0"], 2, "at least 1"),
      (["words", "words.txt", "--model", "empty", "--output", "w.npy", "--template", "a"], 2, "must have {}"),
      (["pictures", "empty", "--text", "a", "--model", "empty", "--output", "w.npy"], 2, "goes with words and texts"),
      (["words", "words.txt", "--output", "w.npy"], 2, "--model"),
    ] as [([String], Int32, String)])
  func usage(arguments: [String], status: Int32, reason: String) throws {
    let process = try run(arguments)
    #expect(process.status == status && process.error.contains(reason), "\(process.error)")
  }

  @Test(
    "A real model puts related words near each other, and rows are those of the file's lines",
    .enabled(if: model != nil, "needs NEWEL_TEXT_MODEL, and NEWEL_PYTHON with sentence-transformers"))
  func realModel() throws {
    let model = try #require(Self.model)
    #expect(try run("words", "words.txt", "--model", model, "--output", "w.npy", "--offline").status == 0)
    #expect(try run("texts", "--text", "crimson", "--model", model, "--output", "q.npy", "--batch", "1").status == 0)
    func rows(_ name: String) throws -> [[Float]] {
      let array = try NpyArray.open(folder + "/" + name, fileSystem: PosixFileSystem())
      return try (0..<array.rows).map { row in
        var values: [Float] = []
        try array.rows(row..<row + 1, into: &values)
        return values
      }
    }
    func dot(_ first: [Float], _ second: [Float]) -> Float { zip(first, second).reduce(0) { $0 + $1.0 * $1.1 } }
    let words = try rows("w.npy")
    #expect(words.count == 3)
    #expect(dot(words[0], words[1]) > dot(words[0], words[2]))
    #expect(abs(dot(try rows("q.npy")[0], words[1]) - dot(words[1], words[1])) < 1e-3)
    let again = try run("words", "words.txt", "--model", model, "--output", "w.npy")
    #expect(again.status == 1 && again.error.contains("exists already"))
    try write("gap.txt", "red\n\nblue\n")
    for (arguments, reason) in [
      (["words", "none.txt"], "cannot be read"), (["words", "gap.txt"], "line 2 of 'gap.txt' is empty"),
      (["texts", "words.txt"], ""), (["pictures", "empty"], "has no pictures"),
    ] {
      let answer = try run(arguments[0], arguments[1], "--model", model, "--output", "x.npy", "--force")
      #expect(
        answer.status == (reason.isEmpty ? 0 : 1) && (reason.isEmpty || answer.error.contains(reason)),
        "\(answer.error)")
    }
    let other = try run("words", "words.txt", "--model", "empty", "--output", "y.npy")
    #expect(other.status == 1 && other.error.contains("no model folder"))
  }
}
