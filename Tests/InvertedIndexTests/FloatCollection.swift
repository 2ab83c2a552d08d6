import ByteStorage
import LinearAlgebra
import Testing

@testable import InvertedIndex

/// Random documents with weights in real numbers, as the index keeps them.
struct FloatCollection {
  let vocabularyCount: Int
  /// The impact, and in impacts what 16 bits more and what 4 bits more made of each weight.
  let documents: [[(posting: Posting, fine: Double, refined: Double)]]
  let segments: [PlacedSegment]
  let folder: TemporaryFolder

  /// - Parameters:
  ///   - ceiling: the weight of impact 255; weights go up to 1, so below 1 many are clipped.
  ///   - steps: weights are multiples of 1 / steps; few make ties.
  init(
    documents count: Int, vocabulary: Int, segments segmentCount: Int = 1, ceiling: Float = 1, steps: Int = 1 << 20,
    density: Double, keepsFineImpacts: Bool = true, keepsRefinements: Bool = false, heads: HeadListOptions? = nil,
    using random: inout SplitMix64
  ) throws {
    let quantiser = try ImpactQuantiser(ceiling: ceiling)
    vocabularyCount = vocabulary
    folder = try TemporaryFolder()
    var documents: [[(posting: Posting, fine: Double, refined: Double)]] = []
    var placed: [PlacedSegment] = []
    for segment in 0..<segmentCount {
      var builder = SegmentBuilder(
        vocabularyCount: vocabulary, keepsFineImpacts: keepsFineImpacts, keepsRefinements: keepsRefinements,
        headLists: heads)
      let first = documents.count
      for _ in 0..<(count / segmentCount + (segment < count % segmentCount ? 1 : 0)) {
        var postings: [Posting] = []
        var fine: [Float] = []
        for token in (0..<UInt32(vocabulary)).shuffled(using: &random)
        where Double.random(in: 0..<1, using: &random) < density {
          let weight = Float(Int.random(in: 1...steps, using: &random)) / Float(steps)
          postings.append(Posting(token: token, impact: quantiser.impact(of: weight)))
          fine.append(quantiser.fineImpact(of: weight))
        }
        try builder.append(postings, fineImpacts: keepsFineImpacts || keepsRefinements ? fine : nil)
        documents.append(
          zip(postings, fine).map { posting, fine in
            let (impact, error) = (Double(posting.impact), Double(Float16(fine - Float(posting.impact))))
            return (posting, impact + error, Self.refined(impact, error))
          }.sorted { $0.0.token < $1.0.token })
      }
      let index = try RandomCollection.write(
        builder, name: "\(segment)", ordering: DocumentOrdering.allCases.randomElement(using: &random)!, in: folder)
      placed.append(PlacedSegment(index: index, firstPosition: UInt32(first)))
    }
    self.documents = documents
    segments = placed
  }

  /// The middle of the sixteenth of a step that a weight lies in, the first or last one when it lies outside.
  static func refined(_ impact: Double, _ error: Double) -> Double {
    let sixteenths = (0..<16).map { (Double($0) - 8) / 16 }
    return impact + (sixteenths.last { $0 <= error } ?? -0.5) + 1.0 / 32
  }

  /// Every hit with both scores, best real score first.
  func bruteForce(
    _ query: SparseQuery, by source: WeightSource = .forward, accepted: [Bool]? = nil
  ) -> [FloatScoredDocument] {
    var hits: [FloatScoredDocument] = []
    for (position, document) in documents.enumerated() where accepted?[position] ?? true {
      var integer = 0
      var score = 0.0
      var isHit = true
      for term in query.terms {
        let part = document.first { $0.posting.token == term.token }
        if term.role == .required, part == nil { isHit = false }
        guard let part else { continue }
        let sign = term.role == .negative ? -1 : 1
        integer += sign * Int(term.weight) * Int(part.posting.impact)
        score += Double(sign) * (term.magnitude * (source == .forward ? part.fine : part.refined))
      }
      if isHit, integer > 0 {
        hits.append(
          FloatScoredDocument(position: UInt32(position), score: score, integerScore: UInt32(integer)))
      }
    }
    return hits.sorted { ($0.score, $1.position) > ($1.score, $0.position) }
  }

  /// A query of 1...10 tokens; some negative, some required.
  func randomQuery(using random: inout SplitMix64) throws -> SparseQuery {
    var weights: [(token: UInt32, weight: Float)] = []
    var required: [UInt32] = []
    let isWhole = Bool.random(using: &random)
    for _ in 0..<Int.random(in: 1...10, using: &random) {
      let token = UInt32.random(in: 0..<UInt32(vocabularyCount + 1), using: &random)
      let weight =
        isWhole
        ? Float(Int.random(in: 1...4, using: &random))
        : Float.random(in: 0.001...3, using: &random) * (Bool.random(using: &random) ? 1 : 1e-4)
      let kind = Int.random(in: 0..<10, using: &random)
      weights.append((token: token, weight: kind == 0 ? -weight : weight))
      if kind == 1 { required.append(token) }
    }
    return try SparseQuery(weights: weights, required: required)
  }
}
