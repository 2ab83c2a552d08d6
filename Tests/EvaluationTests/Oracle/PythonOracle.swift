import Foundation

/// Runs `oracle.py` with the Python that tools/test names in NEWEL_PYTHON, or the one of .venv, or python3.
enum PythonOracle {
  static let isAvailable = (try? run(["check"])) != nil

  struct Failure: Error { let status: Int32 }

  static func run(_ arguments: [String]) throws -> String {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("oracle.py")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, script.path] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = isQuiet(arguments) ? FileHandle.nullDevice : FileHandle.standardError
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    return String(decoding: data, as: UTF8.self)
  }

  /// Writes texts into files of a fresh folder, hands over their paths, and removes them.
  static func withFiles<T>(_ texts: [String], _ body: ([String]) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("newel-oracle-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = try texts.enumerated().map { index, text in
      let file = folder.appendingPathComponent("\(index).txt")
      try Data(text.utf8).write(to: file)
      return file.path
    }
    return try body(paths)
  }

  private static var python: String {
    if let named = ProcessInfo.processInfo.environment["NEWEL_PYTHON"], !named.isEmpty { return named }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let own = root.appendingPathComponent(".venv/bin/python3").path
    return FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
  }

  private static func isQuiet(_ arguments: [String]) -> Bool { arguments == ["check"] }
}
