import Alignment
import ByteStorage
import LinearAlgebra
import TestSupport
import Testing

@testable import Newel

/// Re-ranking against a plain computation of the same, and its agreement over segments, threads, pages, filters and batches.
@Suite struct RerankOracleTests {
  let material: AlignedIndex

  init() throws { material = try AlignedIndex() }

  private static let queries = ["red shoe", "blue dress -hat", "small striped^2 shirt", "hat", "green big hat"]

  private func request(
    _ words: String, _ reranking: Reranking?, count: Int = 25, offset: Int = 0, where conditions: [String] = []
  ) -> SearchRequest {
    var request = SearchRequest(words, count: count, offset: offset, conditions: conditions)
    request.rerank = reranking
    return request
  }

  /// The cosine of two rows, in double precision.
  private func cosine(_ a: [Float], _ b: [Float]) -> Double {
    func dot(_ x: [Float], _ y: [Float]) -> Double { zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
  }

  /// Orders hits by the published formulas, from their scores before and their cosines.
  private func fused(_ hits: [SearchHit], _ cosines: [Double], _ reranking: Reranking) -> [(key: String, score: Double)]
  {
    let scores = hits.map(\.score)
    let (low, high) = (scores.min() ?? 0, scores.max() ?? 0)
    let (worst, best) = (cosines.min() ?? 0, cosines.max() ?? 0)
    func rank(_ place: Int) -> Double { 1 + Double(cosines.count { $0 > cosines[place] }) }
    let made = hits.indices.map { place in
      switch reranking.fusion {
      case .replace: return cosines[place]
      case .weighted:
        let range = high > low ? high - low : high
        let placed = low + (best > worst ? (cosines[place] - worst) / (best - worst) : 0) * range
        return (1 - reranking.weight) * scores[place] + reranking.weight * placed
      case .reciprocalRanks: return 1 / (61 + Double(place)) + 1 / (60 + rank(place))
      }
    }
    return hits.indices.sorted { made[$0] != made[$1] ? made[$0] > made[$1] : $0 < $1 }.map {
      (hits[$0].key, made[$0])
    }
  }

  @Test(
    "The new order is that of the formulas, and the cosines are those of the rows",
    arguments: Reranking.Fusion.allCases, BuildRequest.DenseType.allCases)
  func oracle(fusion: Reranking.Fusion, type: BuildRequest.DenseType) throws {
    let index = try material.build("index", type: type)
    let map = try AlignmentMap.load(material.dump.path("both"), fileSystem: PosixFileSystem())
    for words in Self.queries.filter({ !$0.contains("-") && !$0.contains("^") }) {
      for vector in [nil, Array(material.texts.row(words.utf8.count))] {
        var query = try #require(map.coordinates(words: words.split(separator: " ").map { (String($0), 1) }))
        if let vector {
          let text = try map.coordinates(.init(rows: 1, columns: 5, values: vector), of: .texts).values
          query = zip(query, text).map { $0 + $1 }
        }
        let before = try index.search(request(words, nil)).hits
        for weight in fusion == .weighted ? [0.1, 0.5, 0.9, 1] : [0.5] {
          let reranking = Reranking(pool: 25, fusion: fusion, weight: weight, vector: vector)
          let after = try index.search(request(words, reranking)).hits
          let cosines = try before.map { hit in
            let found = try #require(after.first { $0.key == hit.key }?.reranked)
            let row = try #require(
              try index.snapshot.denseRow(of: try index.position(of: hit.key), in: .coordinates))
            #expect(abs(found.cosine - cosine(query, row)) < (type == .float16 ? 1e-5 : 0.02))
            return found.cosine - (found.hubness ?? 0) / 2
          }
          let expected = fused(before, cosines, reranking)
          #expect(after.map(\.key) == expected.map(\.key), "\(words), \(weight)")
          #expect(zip(after, expected).allSatisfy { abs($0.score - $1.score) < 1e-9 })
        }
      }
    }
  }

  @Test("Weight 0 loses no answer: with it, the best hundred and every R@k are those of the words", arguments: 1...8)
  func weightZeroIsTheIdentity(seed: Int) throws {
    let index = try material.build("index")
    var random = SplitMix64(seed: UInt64(seed))
    let count = 1 + Int(random.below(4))
    let words = (0..<count).map { _ in TinyDump.words[Int(random.below(10))] }.joined(separator: " ")
    let vector = random.below(2) == 0 ? nil : Array(material.texts.row(Int(random.below(60))))
    let before = try index.search(request(words, nil, count: 100)).hits
    let after = try index.search(request(words, Reranking(pool: 100, weight: 0, vector: vector), count: 100)).hits
    #expect(after.map(\.key) == before.map(\.key), "\(words), seed \(seed)")
    #expect(after.map(\.score.bitPattern) == before.map(\.score.bitPattern))
  }

  @Test("Segments and threads change nothing about an answer, to the bit", arguments: BuildRequest.DenseType.allCases)
  func segmentsAndThreads(type: BuildRequest.DenseType) throws {
    let one = try material.build("one", type: type)
    let first = try TinyDump(count: 17)
    var build = BuildRequest(
      index: material.dump.path("many"),
      source: .dense(images: first.dump, metadata: first.dump, head: material.dump.path("head")), mergesSegments: false)
    build.alignment = material.dump.path("both")
    build.denseType = type
    _ = try NewelIndex.build(build)
    for start in [17, 34] {
      let part = try TinyDump(count: start == 17 ? 17 : 26, first: start)
      _ = try NewelIndex.build(
        BuildRequest(
          index: build.index, source: .dense(images: part.dump, metadata: part.dump, head: nil), mergesSegments: false))
    }
    let many = try NewelIndex.open(build.index)
    #expect(try many.statistics().segments.count == 3)
    for words in Self.queries {
      for fusion in Reranking.Fusion.allCases {
        let expected = try one.search(request(words, Reranking(pool: 40, fusion: fusion))).hits
        for threads in [1, 2, 4, nil] {
          let found = try many.search(request(words, Reranking(pool: 40, fusion: fusion)), threads: threads).hits
          #expect(found.map(\.key) == expected.map(\.key))
          #expect(found.map(\.score.bitPattern) == expected.map(\.score.bitPattern))
          #expect(found.map(\.reranked) == expected.map(\.reranked))
        }
      }
      for basis in SimilarRequest.Basis.allCases {
        let (a, b) = (SimilarRequest("d9", basis: basis), SimilarRequest("d9", basis: basis))
        #expect(try one.similar(a).hits.map(\.key) == many.similar(b).hits.map(\.key))
      }
    }
  }

  @Test("Batches, filters and pages agree with single searches")
  func together() throws {
    let index = try material.build("index", type: .int8)
    let reranking = Reranking(pool: 20)
    var requests: [SearchRequest] = []
    for words in Self.queries {
      for conditions in [[], ["split=val"], ["split!=val"]] {
        for offset in [0, 5, 10] {
          requests.append(request(words, reranking, count: 5, offset: offset, where: conditions))
        }
      }
    }
    // One that cannot be answered fails alone.
    requests.append(request("red", reranking, count: 5, offset: 40))
    let answers = index.searchBatch(requests, threads: 3)
    #expect(throws: NewelError.self) { try answers.last?.get() }
    for (request, answer) in zip(requests.dropLast(), answers) {
      let (single, batched) = (try index.search(request), try answer.get())
      #expect(batched.hits.map(\.key) == single.hits.map(\.key))
      #expect(batched.hits.map(\.rank) == single.hits.map(\.rank))
      #expect(batched.hits.map(\.reranked) == single.hits.map(\.reranked))
      var whole = request
      (whole.count, whole.offset) = (20, 0)
      let expected = try index.search(whole).hits.dropFirst(request.offset).prefix(5)
      #expect(single.hits.map(\.key) == expected.map(\.key) && single.hits.map(\.rank) == expected.map(\.rank))
      if let split = request.conditions.first {
        let isValidation = split == "split=val"
        #expect(single.hits.allSatisfy { ($0.metadata?.contains("\"val\"") == true) == isValidation })
      }
    }
  }

  @Test("An alignment of words alone leaves vectors of the pictures' own space as they are")
  func vectorsOfOneSpace() throws {
    var bags = SparseTargets()
    for picture in 0..<60 {
      let words = Set(TinyDump.words(of: picture))
      bags.append(TinyDump.words.indices.filter { words.contains(TinyDump.words[$0]) }.map { UInt32($0) })
    }
    let map = try AlignmentMap.fitWords(
      images: Matrix(rows: 60, columns: TinyDump.dimension, values: TinyDump.rows(0..<60)),
      words: WordBags(tokens: TinyDump.words, tokenizer: "word", bags: bags))
    try map.save(material.dump.path("words"), fileSystem: PosixFileSystem())
    let index = try material.build("index", alignment: "words")
    let row = Array(TinyDump.rows(7..<8))
    let found = try index.search(request(TinyDump.words(of: 7).joined(separator: " "), Reranking(vector: row)))
    #expect(found.reranking?.rows == "vectors" && found.reranking?.query == "vector")
    #expect(found.hits.first?.key == "d7")
    let typed = try index.search(request("red shoe", Reranking()))
    #expect(typed.reranking?.rows == "coordinates")
    let short = #expect(throws: NewelError.self) { try index.search(request("red", Reranking(vector: [1, 2]))) }
    #expect(short?.message.contains("leave --query-vector out") == true)
  }

  @Test("Words count as the query says, by the alignment's own vocabulary")
  func wordsOfTheAlignment() throws {
    let map = try AlignmentMap.load(material.dump.path("both"), fileSystem: PosixFileSystem())
    let side = try #require(map.words)
    let index = try material.build("index")
    func read(_ text: String) throws -> [String] {
      let request = SearchRequest(text)
      return index.words(of: request.query, parts: try index.parts(of: request.query), for: side)
        .map { "\($0.token) \($0.weight)" }
    }
    #expect(try read("red shoe") == ["red 1.0", "shoe 1.0"])
    #expect(try read("+red^2 -\"big hat\" Shoes") == ["red 2.0", "big -1.0", "hat -1.0", "shoe 1.0"])
    #expect(try read("red zebra hats") == ["red 1.0", "hat 1.0"])
    #expect(try read("red hat -hat") == ["red 1.0"])
    let plain = SearchRequest.Query.plain("red -hat")
    #expect(
      index.words(of: plain, parts: try index.parts(of: plain), for: side).map(\.weight) == [1, 1])
    let tokens = SearchRequest.Query.tokens([("red", 2)])
    let weights = index.words(of: tokens, parts: try index.parts(of: tokens), for: side)
    #expect(weights.map(\.token) == ["red"])
  }

  @Test("What the index does not know, the alignment may")
  func wordsOfTheAlignmentAlone() throws {
    let few = try TinyDump(count: 60)
    try few.write("words.txt", "red\nblue\nhat\nshoe\n")
    _ = try EncoderModel.train(
      TrainRequest(
        images: few.dump, metadata: few.dump, output: few.path("head"), vocabulary: few.path("words.txt")))
    var build = BuildRequest(
      index: few.path("index"), source: .dense(images: few.dump, metadata: few.dump, head: few.path("head")))
    build.alignment = material.dump.path("both")
    _ = try NewelIndex.build(build)
    let index = try NewelIndex.open(few.path("index"))
    let plain = try index.search(request("red striped", Reranking(fusion: .replace)))
    let known = try index.search(request("red", Reranking(fusion: .replace)))
    #expect(plain.unknownWords == ["striped"])
    #expect(plain.hits.map(\.score) != known.hits.map(\.score))
    func striped(_ hits: [SearchHit]) -> Int { hits.prefix(6).count { $0.metadata?.contains("striped") == true } }
    #expect(striped(plain.hits) > striped(known.hits))
  }

  @Test("Words that the alignment does not know leave the hits as found, and it is said")
  func unknownToTheAlignment() throws {
    let map = try AlignmentMap.load(material.dump.path("both"), fileSystem: PosixFileSystem())
    let words = try #require(map.words)
    var bags = SparseTargets()
    for _ in 0..<60 { bags.append([0]) }
    let few = try WordSide.ridge(
      WordBags(tokens: ["blue"], tokenizer: words.tokenizer, bags: bags),
      onto: map.coordinates(.init(rows: 60, columns: TinyDump.dimension, values: TinyDump.rows(0..<60)), of: .images))
    try map.with(words: few).save(material.dump.path("few"), fileSystem: PosixFileSystem())
    let index = try material.build("index", alignment: "few")
    let before = try index.search(request("red shoe", nil))
    let after = try index.search(request("red shoe", Reranking()))
    #expect(after.hits.map(\.key) == before.hits.map(\.key) && after.hits.allSatisfy { $0.reranked == nil })
    #expect(after.reranking?.count == 0 && after.reranking?.obstacle?.contains("knows none") == true)
  }
}
