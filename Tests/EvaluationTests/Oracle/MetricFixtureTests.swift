import Foundation
import Testing

@testable import Evaluation

/// Where the features are, when they are there.
private enum MetricFixture {
  static let folder: String? = {
    guard let data = ProcessInfo.processInfo.environment["NEWEL_DATA"] else { return nil }
    let folder = data + "/metric_fixture"
    return FileManager.default.fileExists(atPath: folder + "/label.npy") ? folder : nil
  }()
}

/// Class retrieval between the pictures and texts of the Wikipedia test set, by features whose mAP is published.
@Suite(
  .enabled(
    if: PythonOracle.isAvailable, "needs python3 with numpy: run tools/install-dependencies --for-tests"),
  .enabled(if: MetricFixture.folder != nil, "needs NEWEL_DATA with metric_fixture"))
struct MetricFixtureTests {
  /// The published numbers keep equal scores (21 texts and pictures come twice) in the order of the rows.
  @Test func meanAveragePrecisionIsThePublishedOne() throws {
    let folder = try #require(MetricFixture.folder)
    let files = ["image_feature.npy", "text_feature.npy", "label.npy"].map { folder + "/" + $0 }
    let lines = try PythonOracle.run(["similarities"] + files).split(separator: "\n")
    let labels = lines[0].split(separator: " ").map(String.init)
    let scores = lines.dropFirst().map { $0.split(separator: " ").compactMap { Double($0) } }
    #expect(scores.count == labels.count && scores.allSatisfy { $0.count == labels.count })

    func mean(_ ties: TieRule, of measure: (JudgedRanking) -> Double, score: (_ query: Int, _ document: Int) -> Double)
      -> Double
    {
      var sum = 0.0
      for query in labels.indices {
        let ranking = labels.indices.map { ScoredDocument(key: String($0), score: score(query, $0)) }
        let relevant = labels.indices.filter { labels[$0] == labels[query] }
        let judgements = Dictionary(uniqueKeysWithValues: relevant.map { (String($0), 1) })
        sum += measure(JudgedRanking(ranking, judgements: judgements, ties: ties))
      }
      return sum / Double(labels.count)
    }
    let all: (JudgedRanking) -> Double = { $0.averagePrecision() }
    let at50: (JudgedRanking) -> Double = { $0.averagePrecision(at: 50, denominator: .relevantWithinDepth) }
    #expect(abs(mean(.asGiven, of: all) { scores[$0][$1] } - 0.56192) < 0.00001)
    #expect(abs(mean(.asGiven, of: all) { scores[$1][$0] } - 0.53759) < 0.00001)
    #expect(abs(mean(.asGiven, of: at50) { scores[$0][$1] } - 0.5599) < 0.0001)
    #expect(abs(mean(.asGiven, of: at50) { scores[$1][$0] } - 0.6848) < 0.0001)
    // The rule that Newel reports may only be lower, and not by much.
    let pessimistic = mean(.pessimistic, of: all) { scores[$0][$1] }
    #expect((0.5617...0.56192).contains(pessimistic), "\(pessimistic)")
  }
}
