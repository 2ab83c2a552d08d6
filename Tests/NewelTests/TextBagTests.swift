import Foundation
import TestSupport
import Testing

@testable import Newel

/// Texts as documents' answers: the same scores from the other side.
@Suite struct TextBagTests {
  let dump: TinyDump
  let index: NewelIndex

  init() throws {
    dump = try TinyDump()
    _ = try EncoderModel.train(
      TrainRequest(images: dump.dump, metadata: dump.dump, output: dump.path("head"), minimumDocumentFrequency: 1))
    _ = try NewelIndex.build(
      BuildRequest(
        index: dump.path("index"),
        source: .dense(images: dump.dump, metadata: dump.dump, head: dump.path("head"))))
    index = try NewelIndex.open(dump.path("index"))
  }

  private func scores(_ queries: [SearchRequest.Query], threads: Int = 1) throws -> [[Double]] {
    let judged = queries.enumerated().map {
      JudgedQuery(id: "\($0.offset)", query: $0.element, judgements: [0: 1], number: $0.offset, document: nil)
    }
    let documents = try index.gallery().positions
    return try index.mapScores(of: documents[...], over: try index.textBags(of: judged), threads: threads) { $1 }
  }

  @Test func aTextScoresForADocumentWhatTheDocumentScoresForTheText() throws {
    // Whole weights are kept as they are, whatever the scale, so that the integers can be compared.
    var queries: [SearchRequest.Query] = []
    for number in 0..<40 {
      queries.append(
        .tokens(
          (0...number % 4).map { place in
            let weight = (number * 5 + place * 3) % 9 - 2
            return (token: TinyDump.words[(number * 3 + place * 7) % 10], weight: Float(weight))
          }))
    }
    let found = try scores(queries)
    #expect(try scores(queries, threads: 3) == found)
    var compared = 0
    for (text, query) in queries.enumerated() {
      let answer = try index.evaluate(query, depth: 60)
      let hits = Dictionary(uniqueKeysWithValues: answer.hits.map { ($0.position, Double($0.score)) })
      for document in 0..<60 {
        if let score = hits[UInt32(document)] {
          #expect(found[document][text] == score)
          compared += 1
        } else {
          #expect(found[document][text] <= 0)
        }
      }
    }
    #expect(compared > 500)
  }

  @Test func requiredAndUnknownWordsDecideAsInASearch() throws {
    let queries = ["+red shoe", "red -shoe^9", "+xyzzy red", "xyzzy", "red xyzzy"].map { SearchRequest.Query.text($0) }
    let found = try scores(queries)
    for (text, query) in queries.enumerated() {
      let hits = Set(try index.evaluate(query, depth: 60).hits.map(\.position))
      for document in 0..<60 {
        #expect((found[document][text] > 0) == hits.contains(UInt32(document)), "text \(text), document \(document)")
      }
    }
  }

  @Test func theGalleryIsWhatMeetsTheConditions() throws {
    let gallery = try index.gallery(where: ["split=val"])
    let odd = Array(stride(from: 1 as UInt32, to: 60, by: 2))
    #expect(gallery.positions == odd)
    #expect(gallery.place(of: 7) == 3 && gallery.place(of: 8) == nil && gallery.place(of: 90) == nil)
    #expect(try index.gallery().place(of: 59) == 59)
    #expect(try index.gallery().place(of: 60) == nil)
    for query in try index.captionQueries(gallery: gallery).queries {
      let answer = try index.evaluate(query.query, depth: 10, conditions: gallery.conditions)
      #expect(answer.hits.allSatisfy { gallery.contains($0.position) })
      let all = try index.evaluate(query.query, depth: 60, conditions: gallery.conditions)
      let scored = Dictionary(uniqueKeysWithValues: all.hits.map { ($0.position, $0.score) })
      let expected = scored[query.relevant[0]].map { own in all.hits.count { $0.score >= own } }
      #expect(
        try index.pessimisticRank(of: query.relevant, for: answer, conditions: gallery.conditions) == expected)
    }
    let error = #expect(throws: NewelError.self) { try index.gallery(where: ["split=none"]) }
    #expect(error?.message.contains("No document") == true)
  }

  @Test func wordsOfPicturesAreCountedWithoutStopWords() throws {
    let words = try index.words(of: try index.gallery(where: ["split=val"]), captions: true, classField: "split")
    #expect(words.pictures.count == 30)
    for token in TinyDump.words.indices {
      let name = index.tokenName(token)
      let held = try stride(from: 1, to: 60, by: 2).count { picture in
        try index.inspect("d\(picture)", limit: 100).tokens.contains { $0.token == name }
      }
      #expect(words.frequencies[token] == held, "\(name)")
    }
    let first = words.pictures[0]
    #expect(Set(first.said.map { index.tokenName(Int($0)) }) == Set(TinyDump.words(of: 1)))
    #expect(first.classWords == [[]])
    #expect(NewelIndex.forms(of: "watches").contains("watch") && NewelIndex.forms(of: "shoe").contains("shoes"))
    #expect(NewelIndex.forms(of: "accessories").contains("accessory"))
    #expect(throws: NewelError.self) {
      try index.words(of: try index.gallery(), captions: false, classField: "nope")
    }
  }

  @Test func whatTheCaptionSaysAndThePictureLacksIsTold() throws {
    try dump.write(
      "two/metadata/metadata_0.jsonl",
      "{\"id\": \"a\", \"caption\": \"The red shoe of xyzzy\"}\n{\"id\": \"b\", \"caption\": \"a the\"}\n")
    try dump.write("two/img_emb/img_emb_0.npy", TinyDump.npy(rows: 2, TinyDump.rows(0..<2)))
    _ = try NewelIndex.build(
      BuildRequest(
        index: dump.path("two.index"),
        source: .dense(images: dump.path("two"), metadata: dump.path("two"), head: dump.path("head")), top: 2))
    let index = try NewelIndex.open(dump.path("two.index"))
    let found = try index.inspect("a")
    #expect(found.tokens.map(\.rank) == [1, 2])
    let held = found.tokens.map(\.token)
    let said = ["red", "shoe"]
    #expect(found.missingWords == said.filter { !held.contains($0) })
    #expect(found.captionShare == Double(said.count { held.contains($0) }) / 2)
    #expect(found.unknownWords == ["xyzzy"])
    let nothing = try index.inspect("b")
    #expect(nothing.captionShare == nil && nothing.missingWords.isEmpty && nothing.unknownWords.isEmpty)
  }
}
