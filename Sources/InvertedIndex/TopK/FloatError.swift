/// How far the real score of any document can lie above what its integer score says.
///
/// With query weight `q` of a term, its integer `W = q · factor + δ`, a document's impact `i ≤ m` and fine impact `i + e`, the
/// real score is `Σ ± q (i + e) = integer score / factor + Σ ± (q e − δ i / factor)`. The segment stores the largest `e` and `−e`
/// of each token (FORMAT.md §7.2.3), which covers rounding to 8 bits, clipping at the ceiling and rounding to 16-bit
/// floats alike; of 12-bit weights the same bound serves all tokens. `δ` is known. What double precision may lose on the way is added.
struct FloatError {
  private let unit: Double
  /// The largest amount by which a real score exceeds `integer score · unit`.
  let largest: Double

  init(_ query: SparseQuery, by source: WeightSource = .forward, in segments: [PlacedSegment])
    throws(InvertedIndexError)
  {
    unit = 1 / query.factor
    var largest = 0.0
    for segment in segments {
      var sum = 0.0
      var magnitude = 0.0
      for term in query.terms {
        guard segment.index.slot(of: term.token) != nil else { continue }
        let (above, below) =
          source == .postings
          ? (Refinement.largestError, Refinement.largestError) : try segment.index.forward.fineError(of: term.token)
        let maximum = Double(segment.index.maximumImpact(of: term.token))
        let rounding = Double(term.weight) - term.magnitude * query.factor
        let isNegative = term.role == .negative
        sum += term.magnitude * (isNegative ? below : above)
        sum += max(0, isNegative ? rounding : -rounding) * unit * maximum
        magnitude += (term.magnitude + Double(term.weight) * unit) * (maximum + above)
      }
      // No sum has more than 65,536 terms, each with a few roundings of 2⁻⁵³: less than 2⁻³⁴ of the magnitudes.
      largest = max(largest, sum + magnitude * 0x1p-34)
    }
    self.largest = largest
  }

  /// Whether every document with at most this integer score has a real score below `score`.
  func excludes(_ integerScore: UInt32, below score: Double) -> Bool {
    Double(integerScore) * unit + largest < score
  }
}
