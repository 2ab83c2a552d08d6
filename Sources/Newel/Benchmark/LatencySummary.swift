/// How long queries took, in microseconds of processor time.
package struct LatencySummary: Sendable, Codable, Equatable {
  package let mean: Double
  /// The median.
  package let p50: Double
  package let p95: Double
  package let p99: Double
  /// How far the passes lie apart: the slowest pass's sum less the fastest one's, as a share of the median one. Above
  /// about 0.1 the machine was busy with something else.
  package let spread: Double

  /// Summarises passes over the same queries: the median over the passes for each query, then the distribution over
  /// queries, quantiles interpolated linearly.
  ///
  /// - Parameter passes: nanoseconds, one array per pass, one value per query; all as long as the first.
  init(passes: [[Int64]]) {
    let queryCount = passes.first?.count ?? 0
    let times = (0..<queryCount).map { query in
      Self.quantile(0.5, of: passes.map { Double($0[query]) / 1000 }.sorted())
    }.sorted()
    mean = times.isEmpty ? 0 : times.reduce(0, +) / Double(times.count)
    p50 = Self.quantile(0.5, of: times)
    p95 = Self.quantile(0.95, of: times)
    p99 = Self.quantile(0.99, of: times)
    let sums = passes.map { Double($0.reduce(0, +)) }.sorted()
    let middle = Self.quantile(0.5, of: sums)
    spread = middle > 0 ? ((sums.last ?? 0) - (sums.first ?? 0)) / middle : 0
  }

  /// The value below which a share of the values lies, interpolated between the two nearest; 0 without values.
  ///
  /// - Parameter sorted: ascending.
  static func quantile(_ share: Double, of sorted: [Double]) -> Double {
    guard let last = sorted.last else { return 0 }
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    guard below + 1 < sorted.count else { return last }
    return sorted[below] + (position - Double(below)) * (sorted[below + 1] - sorted[below])
  }
}
