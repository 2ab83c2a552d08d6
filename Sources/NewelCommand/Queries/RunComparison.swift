import Evaluation
import Foundation
import Newel

/// TREC files of an evaluation, and the comparison of two systems on the same queries.
enum RunComparison {
  /// Reads judgements.
  static func qrels(_ path: String) throws -> Qrels {
    let text = try text(of: path, name: "judgements")
    let qrels: Qrels
    do { qrels = try Qrels(parsing: text) } catch { throw CommandFailure("'\(path)': \(error)") }
    guard qrels.queries.contains(where: { qrels[$0].values.contains { $0 > 0 } }) else {
      throw CommandFailure("'\(path)' judges no document as relevant; lines are 'query 0 document grade'.")
    }
    return qrels
  }

  /// Reads a run.
  static func run(_ path: String) throws -> Run {
    let text = try text(of: path, name: "answers")
    let run: Run
    do { run = try Run(parsing: text) } catch { throw CommandFailure("'\(path)': \(error)") }
    guard !run.queries.isEmpty else {
      throw CommandFailure("'\(path)' has no answers; lines are 'query Q0 document rank score tag'.")
    }
    return run
  }

  /// The grades by query and document.
  static func grades(of qrels: Qrels) -> [String: [String: Int]] {
    Dictionary(uniqueKeysWithValues: qrels.queries.map { ($0, qrels[$0]) })
  }

  /// What another system's run is worth on the queries of an evaluation of an index.
  ///
  /// - Throws: ``CommandFailure`` when the run answers none of the queries.
  static func summary(
    of run: Run, from path: String, queries: [JudgedQuery], gallery: Gallery, in index: NewelIndex, cutoff: Int
  ) throws -> RetrievalSummary {
    let answered = Set(run.queries)
    guard queries.contains(where: { answered.contains($0.id) }) else {
      throw CommandFailure(
        "'\(path)' answers none of the queries, such as '\(queries[0].id)'; compare runs of the same queries.")
    }
    // Documents outside of the gallery are not in the other system's way either.
    var inside: Set<String>?
    if !gallery.conditions.isEmpty {
      inside = Set(try gallery.positions.map { try index.key(of: $0) })
    }
    var summary = RetrievalSummary(documentCount: gallery.count, cutoff: cutoff)
    for query in queries {
      var judgements: [String: Int] = [:]
      for (document, grade) in query.judgements { judgements[try index.key(of: document)] = grade }
      let ranking = run[query.id].filter { inside?.contains($0.key) ?? true }
      summary.add(JudgedRanking(ranking, judgements: judgements))
    }
    return summary
  }

  /// Compares two systems, measure by measure.
  ///
  /// - Parameter groups: queries with equal numbers are about one picture.
  static func lines(
    _ first: RetrievalSummary, _ second: RetrievalSummary, groups: [Int]? = nil
  ) -> [ComparisonReport.Line] {
    guard first.scores.count == second.scores.count, first.scores.count >= 2 else { return [] }
    let measures: [(name: String, value: (QueryScores) -> Double)] = [
      ("R@1", { $0.hit(at: 1) }), ("R@5", { $0.hit(at: 5) }), ("R@10", { $0.hit(at: 10) }),
      ("MRR", \.reciprocalRank), ("nDCG@\(first.cutoff)", \.discountedGain), ("mAP", \.averagePrecision),
    ]
    return measures.map { measure in
      ComparisonReport.Line(
        measure: measure.name,
        SystemComparison(first.scores.map(measure.value), second.scores.map(measure.value), groups: groups))
    }
  }

  private static func text(of path: String, name: String) throws -> String {
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe) } catch {
      let isThere = FileManager.default.fileExists(atPath: path)
      throw CommandFailure(
        isThere
          ? "The \(name) '\(path)' cannot be read; give a file that you may read." : "There is no file '\(path)'.")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw CommandFailure("'\(path)' is not UTF-8 text; the \(name) are lines of a TREC file.")
    }
    return text
  }
}
