import ByteStorage
import Foundation
import LinearAlgebra
import Newel
import TestSupport
import Testing

@testable import TokenSpace

/// An index whose head has a text side and knows related tokens.
@Suite struct QueryWordsTests {
  let dump: TinyDump
  let index: NewelIndex

  init() throws {
    dump = try TinyDump()
    let path = dump.path("head")
    _ = try EncoderModel.train(
      TrainRequest(images: dump.dump, metadata: dump.dump, output: path, minimumDocumentFrequency: 1, top: 16))
    let plain = try TokenHead.load(path, fileSystem: PosixFileSystem())
    guard case .network(let network) = plain.images else {
      Issue.record("a ridge head is a network")
      throw CancellationError()
    }
    // Texts of this collection lie where its pictures do. Every token is related to the two after it.
    let count = UInt32(plain.vocabulary.count)
    let related = (0..<count).map { token in
      [TokenWeight(token: (token + 1) % count, weight: 0.5), TokenWeight(token: (token + 2) % count, weight: 0.25)]
    }
    try TokenHead(
      method: "stair", vocabulary: plain.vocabulary, tokenizer: plain.tokenizer, images: network, text: network,
      queryWeights: plain.queryWeights, expansions: ExpansionTable(related), ceiling: plain.ceiling,
      defaultTop: plain.defaultTop, provenance: plain.provenance, source: "test"
    ).save(dump.path("full"), fileSystem: PosixFileSystem())
    for (name, head) in [("index", "full"), ("plain", "head")] {
      _ = try NewelIndex.build(
        BuildRequest(
          index: dump.path(name), source: .dense(images: dump.dump, metadata: dump.dump, head: dump.path(head))))
    }
    index = try NewelIndex.open(dump.path("index"))
  }

  private func message(_ request: SearchRequest, in other: NewelIndex? = nil) -> String {
    let error = #expect(throws: NewelError.self) { try (other ?? index).search(request) }
    return error?.message ?? ""
  }

  private func expanded(_ query: String, _ count: Int) -> SearchRequest {
    var request = SearchRequest(query, count: 60)
    request.expand = count
    return request
  }

  @Test("Expanded tokens score, say which word brought them, and add up with the others")
  func expansion() throws {
    let response = try index.search(expanded("red shoe", 2))
    #expect(!response.expandedTokens.isEmpty)
    #expect(response.expandedTokens.allSatisfy { Set($0.broughtBy).isSubset(of: ["red", "shoe"]) && $0.weight > 0 })
    var seen = 0
    for hit in response.hits {
      #expect(hit.contributions.reduce(0) { $0 + $1.integerAmount } == Int(hit.integerScore))
      for part in hit.contributions {
        #expect((part.role == .expanded) == (part.broughtBy != nil))
        #expect((part.role == .expanded) == !["red", "shoe"].contains(part.token))
        if part.role == .expanded { seen += 1 }
      }
    }
    #expect(seen > 0)
    #expect(try index.search(expanded("red shoe", 0)).expandedTokens.isEmpty)
    // What a batch answers is the same.
    let batch = try index.searchBatch([expanded("red shoe", 2)])[0].get()
    #expect(batch.hits.map(\.key) == response.hits.map(\.key))
    let explained = try index.explain("red shoe", key: response.hits[0].key, expand: 2)
    #expect(explained.expandedTokens == response.expandedTokens)
    #expect(explained.integerScore == Int(response.hits[0].integerScore))
  }

  @Test("Required words are required by themselves, negative ones are not expanded")
  func signs() throws {
    let required = try index.search(expanded("+red", 2))
    let alone = try index.search(expanded("+red", 0))
    #expect(Set(required.hits.map(\.key)) == Set(alone.hits.map(\.key)))
    #expect(required.expandedTokens.count == 2)
    let negative = try index.search(expanded("shoe -red", 2))
    #expect(negative.expandedTokens.allSatisfy { $0.broughtBy == ["shoe"] && $0.token != "red" })
  }

  @Test("Words that the vocabulary lacks are read otherwise or reported with what is near")
  func fallback() throws {
    let response = try index.search(SearchRequest("Shoes redhat shoee +hats", count: 3))
    #expect(
      response.substitutedWords.map { [$0.word, $0.kind.rawValue] + $0.tokens } == [
        ["shoes", "inflection", "shoe"], ["redhat", "split", "red", "hat"], ["hats", "inflection", "hat"],
      ])
    #expect(response.unknownWords == ["shoee"])
    #expect(response.suggestions.map { [$0.word] + $0.near } == [["shoee", "shoe"]])
    #expect(response.hits.allSatisfy { $0.contributions.contains { $0.token == "hat" && $0.role == .required } })
    let batch = try index.searchBatch([SearchRequest("Shoes redhat shoee +hats", count: 3)])[0].get()
    #expect(batch.substitutedWords == response.substitutedWords)
    #expect(message(SearchRequest("shoee")).contains("Near 'shoee': 'shoe'."))
    #expect(message(SearchRequest("+shoee")).contains("Near 'shoee': 'shoe'."))
  }

  @Test("An embedding of a text finds what its tokens find")
  func embedding() throws {
    #expect(index.textDimension == TinyDump.dimension)
    for picture in [0, 7, 33] {
      let row = TinyDump.rows(picture..<picture + 1)
      let response = try index.search(SearchRequest(query: .embedding(row), count: 60))
      let tokens = try EncoderModel.load(dump.path("full")).tokens(of: row)
      let same = try index.search(SearchRequest(query: .tokens(tokens), count: 60))
      #expect(response.hits.map(\.key) == same.hits.map(\.key))
      #expect(response.hits.map(\.integerScore) == same.hits.map(\.integerScore))
    }
  }

  @Test("Embeddings and expansions that cannot be are refused in one sentence")
  func refusals() throws {
    let plain = try NewelIndex.open(dump.path("plain"))
    #expect(plain.textDimension == nil)
    #expect(message(expanded("red", 2), in: plain).contains("does not know which tokens are related"))
    #expect(message(expanded("red", -1)).contains("fewer than 0"))
    func embedding(_ values: [Float]) -> SearchRequest { SearchRequest(query: .embedding(values)) }
    let row = [Float](repeating: 1, count: 8)
    #expect(message(embedding(row), in: plain).contains("without embeddings of texts"))
    #expect(message(embedding([1, 2])).contains("embeddings of 8 numbers and this one has 2"))
    #expect(message(embedding([])).contains("this one has 0"))
    #expect(message(embedding([.nan] + row.dropFirst())).contains("Number 1 of the query vector is nan"))
    #expect(message(embedding(row.map { _ in 0 })).contains("all zeros"))
    #expect(message(embedding(row.map { _ in 3e38 })).contains("so large"))
    var request = embedding(row)
    request.expand = 3
    #expect(message(request).contains("Only the words of a query"))
    let sparse = dump.path("sparse")
    try dump.write("vectors.jsonl", "{\"id\":\"a\",\"vector\":{\"red\":1}}\n")
    _ = try NewelIndex.build(
      BuildRequest(index: sparse, source: .sparse(vectors: dump.path("vectors.jsonl"), metadata: nil, vocabulary: nil)))
    #expect(message(embedding(row), in: try NewelIndex.open(sparse)).contains("has no head"))
  }

  @Test("Files with one row, lists in files and lists by hand are read, and nothing else")
  func vectorFiles() throws {
    let row: [Float] = [0.5, -1, 2]
    let matrix = try dump.write("one.npy", TinyDump.npy(rows: 1, row))
    let halves = try dump.write("two.npy", TinyDump.npy(rows: 2, row + row))
    let list = try dump.write("list.json", " [0.5, -1, 2]\n")
    let nested = try dump.write("nested.json", "[[0.5, -1, 2]]")
    for source in [matrix, list, nested, "[0.5,-1.0,2e0]", " [0.5, -1, 2]"] {
      #expect(try QueryVector.read(source) == row, "\(source)")
    }
    // One dimension instead of two, as numpy.save writes a vector.
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: matrix)), as: UTF8.self)
    #expect(text.contains("(1, 3)"))
    var flat = Array(try Data(contentsOf: URL(fileURLWithPath: matrix)))
    let place = try #require(flat.indices.first { flat[$0...].starts(with: Array("(1, 3)".utf8)) })
    flat.replaceSubrange(place..<place + 6, with: Array("(3,)  ".utf8))
    #expect(try QueryVector.read(try dump.write("flat.npy", flat)) == row)
    for (source, reason) in [
      (halves, "2 rows"), ("[1, \"a\"]", "no list of finite numbers"), ("[1e99]", "no list of finite numbers"),
      (try dump.write("bad.json", "{\"a\": 1}"), "no list of finite numbers"), (dump.path("none.npy"), "none.npy"),
      (try dump.write("nan.npy", TinyDump.npy(rows: 1, [.nan, 1])), "nan.npy"), ("[", "no list of finite numbers"),
    ] {
      let error = #expect(throws: NewelError.self) { try QueryVector.read(source) }
      #expect(error?.message.contains(reason) == true, "\(source): \(error?.message ?? "")")
    }
  }

  @Test("Files of embeddings are batches")
  func batchFiles() throws {
    let rows = TinyDump.rows(3..<6)
    let path = try dump.write("queries.npy", TinyDump.npy(rows: 3, rows))
    #expect(try BatchQueries.check(path) == 3)
    var queries = try BatchQueries.open(path)
    for number in 0..<3 {
      let query = try #require(try queries.next())
      #expect(query.id == "\(number)")
      guard case .embedding(let values) = query.query else {
        Issue.record("no embedding")
        continue
      }
      #expect(values == Array(rows[8 * number..<8 * number + 8]))
    }
    #expect(try queries.next() == nil)
    let lines = try dump.write("queries.jsonl", "{\"id\": \"q\", \"embedding\": [1, 2.5]}\n")
    var read = try BatchQueries.open(lines)
    guard case .embedding([1, 2.5])? = try read.next()?.query else {
      Issue.record("no embedding")
      return
    }
    let bad = try dump.write("bad.jsonl", "{\"embedding\": [1, null]}\n")
    #expect(throws: NewelError.self) { try BatchQueries.check(bad) }
  }

  @Test("Rows of texts go to the text side, to cosines, or to both, by their length")
  func rowsOfAnEvaluation() throws {
    try dump.write("texts.npy", TinyDump.npy(rows: 60, TinyDump.rows(0..<60)))
    let gallery = try index.gallery(where: ["split=val"])
    let captions = try index.captionQueries(gallery: gallery)
    let rows = try index.textRows(dump.path("texts.npy"), queries: captions)
    let queries = try #require(index.textSideQueries(rows, queries: captions))
    #expect(queries.count == 30 && queries.map(\.id) == captions.queries.map(\.id))
    for query in queries {
      let number = try #require(query.document)
      // The row of the caption's own document, whatever the gallery leaves out.
      guard case .embedding(let values) = query.query else { return #expect(Bool(false)) }
      #expect(values == TinyDump.rows(Int(number)..<Int(number) + 1))
      // The text side is the picture side here, so nothing is nearer to a text than its own picture.
      let best = try index.evaluate(query.query, depth: 5, conditions: gallery.conditions).hits
      #expect(best.allSatisfy { gallery.contains($0.position) } && !best.isEmpty)
    }
    #expect(index.denseObstacle(rows) == nil)
    let dense = try #require(try index.denseComparison(rows, gallery: gallery))
    for (number, row) in try dense.cosines(ofTexts: 0..<30).enumerated() {
      #expect(abs(row[number] - 1) < 1e-3 && row.allSatisfy { $0 < 1.001 })
      #expect(abs(try dense.cosines(ofDocuments: [number])[0][number] - row[number]) < 1e-6)
    }
    let other = try NewelIndex.open(dump.path("plain"))
    #expect(other.textSideQueries(rows, queries: captions) == nil && other.denseObstacle(rows) == nil)
  }
}
