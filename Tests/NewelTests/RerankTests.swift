import Foundation
import TestSupport
import Testing

@testable import Newel

/// A second opinion on the first hits.
@Suite struct RerankTests {
  let material: AlignedIndex

  init() throws { material = try AlignedIndex() }

  private func request(_ words: String, _ reranking: Reranking?, count: Int = 10, offset: Int = 0) -> SearchRequest {
    var request = SearchRequest(words, count: count, offset: offset)
    request.rerank = reranking
    return request
  }

  private static let queries = ["red shoe", "blue dress -hat", "small striped^2 shirt", "hat"]

  @Test("Weight 0 is the identity: the same hits in the same order with the same scores, to the bit")
  func identity() throws {
    let index = try material.build("index")
    for words in Self.queries {
      let before = try index.search(request(words, nil, count: 40))
      for pool in [40, 55, 1000] {
        let after = try index.search(request(words, Reranking(pool: pool, weight: 0), count: 40))
        #expect(after.hits.map(\.key) == before.hits.map(\.key))
        #expect(after.hits.map(\.score.bitPattern) == before.hits.map(\.score.bitPattern))
        #expect(after.hits.map(\.integerScore) == before.hits.map(\.integerScore))
        #expect(after.hits.allSatisfy { $0.reranked?.denseAmount == 0 && $0.reranked?.sparseRank == $0.rank })
      }
    }
  }

  @Test("The first hits are permuted and no others come in", arguments: Reranking.Fusion.allCases)
  func permutation(fusion: Reranking.Fusion) throws {
    let index = try material.build("index")
    for words in Self.queries {
      let before = try index.search(request(words, nil, count: 12)).hits
      let after = try index.search(request(words, Reranking(pool: 12, fusion: fusion), count: 12))
      #expect(Set(after.hits.map(\.key)) == Set(before.map(\.key)))
      #expect(after.reranking?.count == before.count && after.reranking?.rows == "coordinates")
      #expect(after.reranking?.query == "words" && after.reranking?.obstacle == nil)
      for hit in after.hits {
        let parts = try #require(hit.reranked)
        let old = try #require(before.first { $0.key == hit.key })
        #expect(parts.sparseScore == old.score && parts.sparseRank == old.rank)
        #expect(parts.sparseAmount + parts.denseAmount == hit.score)
        #expect(abs(hit.contributions.reduce(0) { $0 + $1.amount } - parts.sparseScore) < 1e-9)
      }
      for (hit, next) in zip(after.hits, after.hits.dropFirst()) {
        #expect(hit.score > next.score || (hit.reranked?.sparseRank ?? 0) < (next.reranked?.sparseRank ?? 0))
      }
      if fusion == .replace { #expect(after.hits.allSatisfy { $0.score == $0.reranked?.cosine }) }
    }
  }

  @Test("Pages are parts of one order, and a page beyond the pool is refused")
  func pages() throws {
    let index = try material.build("index")
    let reranking = Reranking(pool: 20, fusion: .reciprocalRanks)
    let whole = try index.search(request("red shoe hat", reranking, count: 20)).hits.map(\.key)
    let pages = try [0, 7, 14].flatMap {
      try index.search(request("red shoe hat", reranking, count: $0 == 14 ? 6 : 7, offset: $0)).hits.map(\.key)
    }
    #expect(pages == whole)
    let error = #expect(throws: NewelError.self) {
      try index.search(request("red", reranking, count: 10, offset: 11))
    }
    #expect(error?.code == .invalidArgument && error?.message.contains("re-rank at least 21") == true)
    for bad in [Reranking(pool: 0), Reranking(weight: 1.5), Reranking(weight: .nan)] {
      #expect(throws: NewelError.self) { try index.search(request("red", bad, count: 1)) }
    }
    #expect(throws: NewelError.self) { try index.search(request("red", reranking, count: .max, offset: 2)) }
  }

  @Test("The more the cosine counts, the higher is the document with the best one")
  func monotone() throws {
    let index = try material.build("index")
    for words in Self.queries {
      var last = Int.max
      for weight in stride(from: 0.0, through: 1, by: 0.1) {
        let hits = try index.search(request(words, Reranking(pool: 30, weight: weight), count: 30)).hits
        let rank = try #require(hits.first { $0.reranked?.denseRank == 1 }?.rank)
        #expect(rank <= last)
        last = rank
      }
      #expect(last == 1)
    }
  }

  @Test("Words, a vector of the texts and a vector of the pictures are compared with what they fit")
  func sources() throws {
    let index = try material.build("index")
    let text = Array(material.texts.row(7))
    let aligned = try index.search(request("red shoe", Reranking(pool: 60, fusion: .replace, vector: text)))
    #expect(aligned.reranking?.query == "words and vector" && aligned.reranking?.rows == "coordinates")
    var alone = Reranking(pool: 60, fusion: .replace, vector: text)
    alone.comparesWords = false
    let other = try index.search(request("red shoe", alone))
    #expect(other.reranking?.query == "vector")
    #expect(other.hits.map(\.reranked?.cosine) != aligned.hits.map(\.reranked?.cosine))
    // The words say nothing to an alignment that lacks them, and the vector speaks alone.
    let texts = try material.build("texts.index", alignment: "texts")
    let unknown = try texts.search(request("red shoe", Reranking(pool: 60, fusion: .replace, vector: text)))
    #expect(unknown.reranking?.query == "vector")
    // Without an alignment, a vector of the pictures' own space.
    let raw = try material.build("raw", alignment: nil)
    let row = Array(TinyDump.rows(7..<8))
    var own = SearchRequest(TinyDump.words(of: 7).joined(separator: " "), count: 3)
    own.rerank = Reranking(pool: 60, fusion: .replace, vector: row)
    let found = try raw.search(own)
    #expect(found.hits.first?.key == "d7" && found.reranking?.rows == "vectors")
    #expect(abs((found.hits.first?.score ?? 0) - 1) < 1e-3)
  }

  @Test("What cannot be compared is refused with what to do about it")
  func refusals() throws {
    func refusal(_ index: NewelIndex, _ reranking: Reranking) -> (code: NewelError.Code?, text: String) {
      do throws(NewelError) {
        _ = try index.search(request("red", reranking))
        return (nil, "")
      } catch { return (error.code, error.message) }
    }
    let raw = try material.build("raw", alignment: nil)
    #expect(refusal(raw, Reranking()).text.contains("--query-vector"))
    #expect(refusal(raw, Reranking(vector: [1, 2])).code == .invalidInput)
    #expect(refusal(raw, Reranking(vector: [1, 2])).text.contains("newel realign"))
    let bare = try material.build("bare", alignment: nil, dense: false)
    #expect(refusal(bare, Reranking(vector: [1, 2])).text.contains("keeps no dense rows"))
    let texts = try material.build("texts-only", alignment: "texts")
    #expect(refusal(texts, Reranking()).text.contains("knows no words"))
    #expect(refusal(texts, Reranking(vector: [1, 2])).text.contains("texts of 5"))
    #expect(refusal(texts, Reranking(vector: [0, 0, 0, 0, 0])).text.contains("all zeros"))
    #expect(refusal(texts, Reranking(vector: [0, .nan, 0, 0, 0])).text.contains("must be finite"))
  }

  @Test("Coordinates need no dense rows, and conditions hold")
  func coordinatesAlone() throws {
    let index = try material.build("index", dense: false, type: .int8)
    var filtered = request("red shoe", Reranking(pool: 60))
    filtered.conditions = ["split=val"]
    let response = try index.search(filtered)
    #expect(response.hits.allSatisfy { $0.metadata?.contains("\"val\"") == true })
    #expect(response.documentsAccepted == 30 && response.reranking?.count ?? 99 <= 30)
    let statistics = try index.statistics()
    #expect(statistics.denseDimension == nil && statistics.denseType == "int8")
    #expect(statistics.coordinateCount ?? 0 > 0 && statistics.alignment?.hasPrefix("ridge") == true)
    #expect(statistics.bytesByKind["coordinates"] ?? 0 > 0 && statistics.bytesByKind["alignment"] ?? 0 > 0)
  }

  @Test("A batch gives what single searches give")
  func batch() throws {
    let index = try material.build("index")
    let requests = Self.queries.map { request($0, Reranking(pool: 25)) }
    for (request, answer) in zip(requests, index.searchBatch(requests)) {
      let single = try index.search(request)
      let batched = try answer.get()
      #expect(batched.hits.map(\.key) == single.hits.map(\.key))
      #expect(batched.hits.map(\.reranked) == single.hits.map(\.reranked))
      #expect(batched.reranking == single.reranking)
    }
  }

  @Test("An explanation shows both parts of the score of a hit")
  func explanation() throws {
    let index = try material.build("index")
    let reranking = Reranking(pool: 15)
    let hits = try index.search(request("red shoe", reranking, count: 15)).hits
    let hit = hits[3]
    let explanation = try index.explain("red shoe", key: hit.key, rerank: reranking)
    #expect(explanation.rank == 4 && explanation.reranked == hit.reranked)
    #expect(explanation.rerankedScore == hit.score && explanation.score == hit.reranked?.sparseScore)
    #expect(explanation.reranking?.count == 15)
    let others = try index.search(request("red shoe", nil, count: 60)).hits.dropFirst(15)
    if let other = others.first {
      let explanation = try index.explain("red shoe", key: other.key, rerank: reranking)
      #expect(explanation.rank == nil && explanation.reranked == nil && explanation.reranking?.count == 15)
    }
    #expect(try index.explain("red shoe", key: hit.key).reranking == nil)
  }

  @Test("An index keeps its alignment and the kind of its rows when it grows, and refuses others")
  func appending() throws {
    try material.build("index", type: .int8)
    let more = try TinyDump(count: 5, first: 100)
    for (alignment, type) in [("texts", nil), (nil, .float16)] as [(String?, BuildRequest.DenseType?)] {
      let error = #expect(throws: NewelError.self) {
        try material.build("index", alignment: alignment, type: type, source: more)
      }
      #expect(error?.code == .invalidArgument && error?.message.contains("was built with") == true)
    }
    #expect(try material.build("index", alignment: nil, source: more).documentCount == 65)
    let again = try TinyDump(count: 5, first: 200)
    let index = try material.build("index", alignment: "both", type: .int8, source: again)
    #expect(index.documentCount == 70)
    #expect(try index.search(request("red", Reranking(pool: 70))).reranking?.count ?? 0 > 0)
    _ = try NewelIndex.merge(MergeRequest(index: material.dump.path("index")))
    #expect(try NewelIndex.verify(material.dump.path("index"), level: .deep).problems == [])

    try material.build("raw", alignment: nil)
    let error = #expect(throws: NewelError.self) { try material.build("raw", alignment: "both", source: more) }
    #expect(error?.message.contains("without an alignment") == true)
  }
}
