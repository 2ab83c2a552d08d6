import TestSupport
import Testing

@testable import Newel

/// More like one document.
@Suite struct SimilarTests {
  let material: AlignedIndex
  let index: NewelIndex

  init() throws {
    material = try AlignedIndex()
    index = try material.build("index")
  }

  @Test("The document itself is no hit, and hits come in order", arguments: SimilarRequest.Basis.allCases)
  func order(basis: SimilarRequest.Basis) throws {
    let response = try index.similar(SimilarRequest("d7", basis: basis, count: 59))
    #expect(!response.hits.isEmpty && !response.hits.contains { $0.key == "d7" })
    #expect(response.hits.map(\.rank) == Array(1...response.hits.count))
    for (hit, next) in zip(response.hits, response.hits.dropFirst()) { #expect(hit.score >= next.score) }
    #expect((response.reranking != nil) == (basis == .both))
    if basis != .both { #expect(response.hits.allSatisfy { $0.reranked == nil }) }
    // Pages.
    let page = try index.similar(SimilarRequest("d7", basis: basis, count: 5, offset: 5))
    #expect(page.hits.map(\.key) == response.hits.dropFirst(5).prefix(5).map(\.key))
    let filtered = try index.similar(SimilarRequest("d7", basis: basis, count: 59, conditions: ["split=val"]))
    let accepted = response.hits.filter { $0.metadata?.contains("\"val\"") == true }.map(\.key)
    if basis != .both {
      #expect(filtered.hits.map(\.key) == accepted)
    } else {
      #expect(Set(filtered.hits.map(\.key)) == Set(accepted))
    }
    #expect(filtered.documentsAccepted == 30)
  }

  @Test("By dense rows the order is that of their cosines, and pictures of the same words come first")
  func dense() throws {
    let rows = TinyDump.rows(0..<60)
    func row(_ number: Int) -> ArraySlice<Float> { rows[8 * number..<8 * number + 8] }
    func cosine(_ a: Int, _ b: Int) -> Double {
      func dot(_ x: ArraySlice<Float>, _ y: ArraySlice<Float>) -> Double {
        zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      }
      return dot(row(a), row(b)) / (dot(row(a), row(a)) * dot(row(b), row(b))).squareRoot()
    }
    for hit in try index.similar(SimilarRequest("d12", basis: .dense, count: 59)).hits {
      let number = try #require(Int(hit.key.dropFirst()))
      #expect(abs(hit.score - cosine(12, number)) < 2e-3)
    }
    // The shared tokens are the reason.
    let first = try #require(try index.similar(SimilarRequest("d12", basis: .dense)).hits.first)
    #expect(!first.contributions.isEmpty)
    let sparse = try #require(try index.similar(SimilarRequest("d12")).hits.first)
    #expect(abs(sparse.contributions.reduce(0) { $0 + $1.amount } - sparse.score) < 1e-9)
  }

  @Test("Coordinates are compared where there are no dense rows, and neither is refused")
  func otherRows() throws {
    let coordinates = try material.build("coordinates", dense: false)
    #expect(try coordinates.similar(SimilarRequest("d7", basis: .dense)).hits.count == 10)
    let bare = try material.build("bare", alignment: nil, dense: false)
    #expect(try bare.similar(SimilarRequest("d7")).hits.count > 0)
    for basis in [SimilarRequest.Basis.dense, .both] {
      let error = #expect(throws: NewelError.self) { try bare.similar(SimilarRequest("d7", basis: basis)) }
      #expect(error?.code == .invalidArgument && error?.message.contains("--by sparse") == true)
    }
  }

  @Test("An unknown key and bad numbers are errors")
  func refusals() {
    let unknown = #expect(throws: NewelError.self) { try index.similar(SimilarRequest("nobody")) }
    #expect(unknown?.code == .notFound && unknown?.message.contains("'nobody'") == true)
    for bad in [
      SimilarRequest("d7", count: 0), SimilarRequest("d7", offset: -1),
      SimilarRequest("d7", basis: .both, count: 300), SimilarRequest("d7", conditions: ["zeal"]),
    ] {
      let error = #expect(throws: NewelError.self) { try index.similar(bad) }
      #expect(error?.code == .invalidArgument)
    }
  }
}
