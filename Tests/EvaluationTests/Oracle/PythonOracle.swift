import Foundation

/// Asks ir_measures and scipy, with the Python that tools/test names in NEWEL_PYTHON, or the one of .venv, or python3.
enum PythonOracle {
  static let isAvailable = (try? run(["check"])) != nil

  struct Failure: Error { let status: Int32 }

  static func run(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, "-c", script] + arguments
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

  /// The Python side. Measures: QRELS RUN → lines "query measure value". T-test: a file of "first second" per line →
  /// statistic and p-value. Similarities: IMAGES TEXTS LABELS (.npy) → a line of labels, then a row per image. Check: succeeds when the packages are there.
  private static let script = #"""
    import sys

    MEASURES = ["nDCG", "nDCG@1", "nDCG@5", "nDCG@10", "AP", "AP@5", "AP@10", "RR", "RR@10", "P@1", "P@5", "P@10",
                "R@1", "R@5", "R@10", "Success@1", "Success@5", "Success@10"]


    def main():
        import ir_measures
        from scipy import stats

        command = sys.argv[1]
        if command == "measures":
            qrels = list(ir_measures.read_trec_qrels(sys.argv[2]))
            run = list(ir_measures.read_trec_run(sys.argv[3]))
            measures = [ir_measures.parse_measure(name) for name in MEASURES]
            for value in ir_measures.iter_calc(measures, qrels, run):
                print(value.query_id, value.measure, repr(float(value.value)))
        elif command == "ttest":
            with open(sys.argv[2]) as file:
                pairs = [tuple(map(float, line.split())) for line in file if line.strip()]
            first, second = zip(*pairs)
            result = stats.ttest_rel(first, second)
            print(repr(float(result.statistic)), repr(float(result.pvalue)))
        elif command == "similarities":
            import numpy
            images, texts, labels = (numpy.load(path) for path in sys.argv[2:5])
            print(*labels.astype(int).reshape(-1))
            for row in images.astype(float) @ texts.astype(float).T:
                print(*map(repr, row.tolist()))
        elif command != "check":
            sys.exit(f"unknown command {command!r}")


    main()
    """#
}
