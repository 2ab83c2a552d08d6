import Alignment
import ByteStorage
import LinearAlgebra
import TestSupport
import Testing

@testable import Newel

/// Documents that are near to everything, held back in a second opinion.
@Suite struct HubnessTests {
  let material: AlignedIndex

  init() throws { material = try AlignedIndex() }

  /// The hubness of every picture, by all cosines sorted.
  private func expected() throws -> [String: Double] {
    let map = try AlignmentMap.load(material.dump.path("sampled"), fileSystem: PosixFileSystem())
    let images = try map.coordinates(
      Matrix(rows: 60, columns: TinyDump.dimension, values: TinyDump.rows(0..<60)), of: .images)
    let sample = try #require(map.querySample)
    #expect(sample.rows == 60)
    var hubness: [String: Double] = [:]
    for picture in 0..<60 {
      let cosines = (0..<sample.rows).map { query in
        zip(images.row(picture), sample.row(query)).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      }
      hubness["d\(picture)"] = cosines.sorted(by: >).prefix(LocalScaling.neighbours).reduce(0, +) / 10
    }
    return hubness
  }

  private func hits(_ index: NewelIndex, _ fusion: Reranking.Fusion, weight: Double = 0.5) throws -> [SearchHit] {
    var request = SearchRequest("red shoe", count: 30)
    request.rerank = Reranking(pool: 60, fusion: fusion, weight: weight)
    return try index.search(request).hits
  }

  @Test("Every document has the mean cosine with its ten nearest queries of the sample, in every layout of the index")
  func sameEverywhere() throws {
    let hubness = try expected()
    let index = try material.build("index", alignment: "sampled")
    let first = try hits(index, .replace)
    #expect(first.count > 10)
    for hit in first {
      let parts = try #require(hit.reranked)
      let own = try #require(parts.hubness)
      #expect(abs(own - (hubness[hit.key] ?? 9)) < 1e-5)
      #expect(hit.score == parts.cosine - own / 2)
    }
    for (hit, next) in zip(first, first.dropFirst()) { #expect(hit.score >= next.score) }
    // Given later, it is made of dense rows in half the digits.
    _ = try material.build("late", alignment: nil)
    _ = try NewelIndex.realign(material.dump.path("late"), alignment: material.dump.path("sampled"))
    let late = try hits(NewelIndex.open(material.dump.path("late")), .replace)
    for hit in late { #expect(abs((hit.reranked?.hubness ?? 9) - (hubness[hit.key] ?? 0)) < 2e-3) }
    // Appended documents have it as well, and merging keeps all.
    let more = try TinyDump(count: 30, first: 60)
    var append = BuildRequest(
      index: material.dump.path("index"), source: .dense(images: more.dump, metadata: more.dump, head: nil))
    append.mergesSegments = false
    _ = try NewelIndex.build(append)
    let two = try hits(NewelIndex.open(material.dump.path("index")), .weighted)
    #expect(two.allSatisfy { $0.reranked?.hubness != nil })
    _ = try NewelIndex.merge(MergeRequest(index: material.dump.path("index")))
    let merged = try NewelIndex.open(material.dump.path("index"))
    #expect(merged.snapshot.segments.count == 1)
    let one = try hits(merged, .weighted)
    #expect(one.map(\.key) == two.map(\.key) && one.map(\.reranked) == two.map(\.reranked))
  }

  @Test("Weight 0 is still the identity, and an alignment without a sample tells nothing")
  func withoutASample() throws {
    let sampled = try material.build("sampled.index", alignment: "sampled")
    let plain = try material.build("plain.index")
    let before = try plain.search(SearchRequest("red shoe", count: 30)).hits
    let same = try hits(sampled, .weighted, weight: 0)
    #expect(same.map(\.key) == before.map(\.key) && same.map(\.score) == before.map(\.score))
    #expect(try hits(plain, .weighted).allSatisfy { $0.reranked?.hubness == nil })
    #expect(try hits(sampled, .replace).map(\.key) != hits(plain, .replace).map(\.key))
  }

  @Test("A document as the query is compared as it is")
  func documentsAsQueries() throws {
    let index = try material.build("index", alignment: "sampled", dense: false)
    let similar = try index.similar(SimilarRequest("d3", basis: .both, count: 5))
    #expect(similar.hits.count == 5 && similar.reranking?.rows == "coordinates")
    #expect(similar.hits.allSatisfy { $0.reranked != nil && $0.reranked?.hubness == nil })
  }
}
