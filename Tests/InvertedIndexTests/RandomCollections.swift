import ByteStorage
import Foundation
import LinearAlgebra
import Testing

@testable import InvertedIndex

#if canImport(Glibc)
  import Glibc
#endif

/// A small collection of random sparse vectors, in one or several segments, with everything a test needs to check it.
struct RandomCollection {
  let vocabularyCount: Int
  let documents: [[Posting]]
  /// The impact of every token in every document.
  private let impacts: [[UInt8]]
  let segments: [PlacedSegment]
  let folder: TemporaryFolder

  /// - Parameters:
  ///   - impacts: impacts are drawn from 1...impacts; a small number makes ties.
  ///   - ordering: how postings are ordered; a random way when nil.
  ///   - density: expected share of the vocabulary in a document; tokens with low numbers are frequent.
  init(
    documents count: Int, vocabulary: Int, segments segmentCount: Int = 1, impacts: Int = 255, density: Double = 0.1,
    ordering: DocumentOrdering? = nil, using random: inout SplitMix64
  ) throws {
    var documents: [[Posting]] = []
    for _ in 0..<count {
      var postings: [Posting] = []
      for token in 0..<vocabulary {
        let chance = min(1, density * 2 / (1 + 4 * Double(token) / Double(vocabulary)))
        if Double.random(in: 0..<1, using: &random) < chance {
          postings.append(
            Posting(token: UInt32(token), impact: UInt8(Int.random(in: 1...impacts, using: &random))))
        }
      }
      documents.append(postings)
    }
    try self.init(
      documents: documents, vocabulary: vocabulary, segments: segmentCount, ordering: ordering, using: &random)
  }

  /// - Parameter hasRefinements: whether postings get refinements, those of ``refinement(of:)``.
  init(
    documents: [[Posting]], vocabulary: Int, segments segmentCount: Int = 1, ordering: DocumentOrdering? = nil,
    hasRefinements: Bool = false, using random: inout SplitMix64
  ) throws {
    self.documents = documents
    impacts = documents.map { postings in
      var impacts = [UInt8](repeating: 0, count: vocabulary)
      for posting in postings { impacts[Int(posting.token)] = posting.impact }
      return impacts
    }
    vocabularyCount = vocabulary
    folder = try TemporaryFolder()
    var cuts = (1..<max(1, segmentCount)).map { _ in Int.random(in: 0...documents.count, using: &random) }.sorted()
    cuts.append(documents.count)
    var first = 0
    var placed: [PlacedSegment] = []
    for (number, end) in cuts.enumerated() {
      let chosen = ordering ?? DocumentOrdering.allCases.randomElement(using: &random)!
      let index = try Self.segment(
        documents[first..<end], vocabulary: vocabulary, name: "\(number)", ordering: chosen,
        hasRefinements: hasRefinements,
        in: folder)
      placed.append(PlacedSegment(index: index, firstPosition: UInt32(first)))
      first = end
    }
    segments = placed
  }

  static func segment(
    _ documents: ArraySlice<[Posting]>, vocabulary: Int, name: String, ordering: DocumentOrdering,
    hasRefinements: Bool = false, in folder: TemporaryFolder
  ) throws -> SegmentIndex {
    var builder = SegmentBuilder(vocabularyCount: vocabulary, keepsRefinements: hasRefinements)
    for document in documents {
      let fine = document.reversed().map { Float($0.impact) + (Float(refinement(of: $0)) - 7.4) / 16 }
      try builder.append(document.reversed(), fineImpacts: hasRefinements ? fine : nil)
    }
    return try write(builder, name: name, ordering: ordering, in: folder)
  }

  /// Any number from 0 to 15.
  static func refinement(of posting: Posting) -> UInt8 {
    UInt8((7 * Int(posting.impact) + 3 * Int(posting.token)) % 16)
  }

  static func write(
    _ builder: SegmentBuilder, name: String, ordering: DocumentOrdering, in folder: TemporaryFolder
  ) throws -> SegmentIndex {
    let system = PosixFileSystem()
    let postings = try EnvelopeWriter(
      creating: "\(name).postings", in: folder.path, kind: .postings, fileSystem: system)
    let forward = try EnvelopeWriter(
      creating: "\(name).forward", in: folder.path, kind: .forward, fileSystem: system)
    try builder.write(postings: postings, forward: forward, ordering: ordering)
    let summaries = (try postings.finish(), try forward.finish())
    return try SegmentIndex.open(
      postings: try EnvelopeFile.open(
        "\(name).postings", in: folder.path, kind: .postings, expecting: summaries.0, fileSystem: system),
      forward: try EnvelopeFile.open(
        "\(name).forward", in: folder.path, kind: .forward, expecting: summaries.1, fileSystem: system))
  }

  /// The answer by definition, from the vectors themselves and nothing of the index.
  ///
  /// - Parameter filter: whether each document may be a hit; nil when all may.
  func bruteForce(_ query: SparseQuery, k: Int, filter: [Bool]? = nil) -> [ScoredDocument] {
    var hits: [ScoredDocument] = []
    for (position, impacts) in impacts.enumerated() where filter?[position] ?? true {
      var score = 0
      var isHit = true
      for term in query.terms {
        let impact = Int(term.token) < impacts.count ? Int(impacts[Int(term.token)]) : 0
        if term.role == .required, impact == 0 { isHit = false }
        score += (term.role == .negative ? -1 : 1) * Int(term.weight) * impact
      }
      if isHit, score > 0 { hits.append(ScoredDocument(position: UInt32(position), score: UInt32(score))) }
    }
    hits.sort { ($0.score, $1.position) > ($1.score, $0.position) }
    return Array(hits.prefix(k))
  }

  /// The segments, each with its part of a filter.
  func segments(under filter: [Bool]) -> [PlacedSegment] {
    segments.map { segment in
      let first = Int(segment.firstPosition)
      let part = filter[first..<first + segment.index.documentCount]
      return PlacedSegment(
        index: segment.index, firstPosition: segment.firstPosition,
        accepted: AcceptedDocuments(
          documentCount: part.count, accepting: part.indices.filter { part[$0] }.map { $0 - first }))
    }
  }

  /// A filter that accepts nothing, everything, a run of documents, one of them, or a random share.
  func randomFilter(using random: inout SplitMix64) -> [Bool] {
    let count = documents.count
    switch Int.random(in: 0..<8, using: &random) {
    case 0: return [Bool](repeating: false, count: count)
    case 1: return [Bool](repeating: true, count: count)
    case 2:
      let ends = [Int.random(in: 0...count, using: &random), Int.random(in: 0...count, using: &random)].sorted()
      return (0..<count).map { $0 >= ends[0] && $0 < ends[1] }
    case 3:
      let only = Int.random(in: 0...count, using: &random)
      return (0..<count).map { $0 == only }
    default:
      let share = pow(Double.random(in: 0...1, using: &random), 3)
      return (0..<count).map { _ in Double.random(in: 0..<1, using: &random) < share }
    }
  }

  /// A query of 0...200 tokens; some negative, some required, some unknown to the index, weights of all sizes.
  func randomQuery(using random: inout SplitMix64) throws -> SparseQuery {
    let count = Int.random(in: 0...[3, 8, 60, 200].randomElement(using: &random)!, using: &random)
    let style = Int.random(in: 0..<4, using: &random)
    var weights: [(token: UInt32, weight: Float)] = []
    var required: [UInt32] = []
    for _ in 0..<count {
      let token = UInt32.random(in: 0..<UInt32(vocabularyCount + 2), using: &random)
      let weight: Float
      switch style {
      case 0: weight = 1
      case 1: weight = Float(Int.random(in: 1...65535, using: &random))
      case 2: weight = Float.random(in: 0.001...3, using: &random)
      default: weight = Float(Int.random(in: 1...4, using: &random))
      }
      let kind = Int.random(in: 0..<12, using: &random)
      weights.append((token: token, weight: kind == 0 ? -weight : weight))
      if kind == 1 { required.append(token) }
    }
    return try SparseQuery(weights: weights, required: required)
  }
}

/// A folder that goes away with the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    let random = UInt64.random(in: 0 ... .max)
    path = "/tmp/newel-index-tests-\(random)"
    try PosixFileSystem().makeFolder(path)
  }

  deinit {
    let system = PosixFileSystem()
    for name in (try? system.list(path)) ?? [] { try? system.remove("\(path)/\(name)") }
    rmdir(path)
  }
}
