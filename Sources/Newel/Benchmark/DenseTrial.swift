internal import IndexStore
internal import LinearAlgebra

/// How long the cosines of some documents with a query take.
package struct DenseTrialReport: Sendable, Codable {
  package let index: String
  /// `vectors` or `coordinates`.
  package let rows: String
  /// Numbers of a row.
  package let dimension: Int
  /// `float16` or `int8`.
  package let type: String
  /// Rows compared at a time.
  package let count: Int
  /// One entry per query: processor time of one thread.
  package let microseconds: LatencySummary
}

extension NewelIndex {
  /// Times the cosines of random documents with random ones as queries. The same documents come again in every pass, so that
  /// all but the first find them warm.
  ///
  /// - Parameters:
  ///   - count: documents compared at a time.
  ///   - queries: how many queries.
  /// - Throws: `invalidArgument` for an index without dense rows.
  package func measureDense(count: Int, queries: Int = 50, passes: Int = 5) throws(NewelError) -> DenseTrialReport {
    let rows: DenseRows = denseDimension == nil ? .coordinates : .raw
    guard let dimension = denseDimension ?? snapshot.configuration.coordinateCount else {
      throw NewelError(.invalidArgument, "'\(path)' keeps no dense rows; build it with --dense-rows.")
    }
    var random = SplitMix64(seed: 5)
    let documents = (0..<min(count, snapshot.positionCount)).map { _ in
      UInt32(truncatingIfNeeded: random.below(snapshot.positionCount))
    }
    var times: [[Int64]] = []
    do {
      let own = try (0..<queries).map { _ in
        try snapshot.denseRow(of: UInt32(truncatingIfNeeded: random.below(snapshot.positionCount)), in: rows).flatMap {
          DenseQuery($0)
        }
      }
      for pass in 0...passes {
        var nanoseconds: [Int64] = []
        for query in own.compactMap(\.self) {
          let prepared = PreparedDenseQuery(query: query, rows: rows, source: "document")
          let start = ThreadClock.nanoseconds()
          _ = try matches(prepared, query, of: documents)
          nanoseconds.append(ThreadClock.nanoseconds() - start)
        }
        // The first pass reads and verifies what the others find.
        if pass > 0 { times.append(nanoseconds) }
      }
    } catch {
      throw NewelError(wrapping: error)
    }
    return DenseTrialReport(
      index: path, rows: rows == .raw ? "vectors" : "coordinates", dimension: dimension,
      type: snapshot.configuration.element.rawValue, count: documents.count, microseconds: LatencySummary(passes: times)
    )
  }
}
