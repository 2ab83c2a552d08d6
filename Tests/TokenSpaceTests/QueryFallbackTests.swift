import LinearAlgebra
import Testing

@testable import TokenSpace

@Suite struct WordFormTests {
  @Test(
    "Plurals lead to their singulars and singulars to their plurals",
    arguments: [
      ("sneakers", "sneaker"), ("sneaker", "sneakers"), ("dresses", "dress"), ("dress", "dresses"),
      ("cherries", "cherry"), ("cherry", "cherries"), ("hoodies", "hoodie"), ("scarves", "scarf"), ("scarf", "scarves"),
      ("knives", "knife"), ("knife", "knives"), ("watches", "watch"), ("watch", "watches"), ("women", "woman"),
      ("woman", "women"), ("children", "child"), ("feet", "foot"), ("shoes", "shoe"), ("boxes", "box"),
    ])
  func forms(word: String, form: String) {
    #expect(WordForms.candidates(word).contains(form))
    #expect(!WordForms.candidates(word).contains(word))
  }

  @Test(
    "Words that only look like plurals have no singular",
    arguments: ["glass", "bus", "tennis", "gas", "is", "ä", "日本語"])
  func noPlurals(word: String) {
    #expect(WordForms.candidates(word).allSatisfy { $0.count > word.count })
  }
}

@Suite struct QueryFallbackTests {
  private func encoder(
    _ words: [String], expansions: ExpansionTable? = nil, weights: [Float]? = nil
  ) throws -> QueryEncoder {
    try QueryEncoder(
      vocabulary: Vocabulary(words), tokenizer: .word, weights: weights ?? words.indices.map { Float($0 + 1) },
      expansions: expansions)
  }

  private func reading(_ query: String, _ words: [String]) throws -> EncodedQuery { try encoder(words).encode(query) }

  @Test("A word that is known in another number is read so, and said")
  func inflections() throws {
    let query = try reading("Sneakers -dress +sneakers^2", ["sneaker", "dresses"])
    #expect(query.terms == [TokenWeight(token: 0, weight: 3), TokenWeight(token: 1, weight: -2)])
    #expect(query.required == [[0]])
    #expect(
      query.substitutions == [
        WordSubstitution(word: "sneakers", tokens: [0], kind: .inflection),
        WordSubstitution(word: "dress", tokens: [1], kind: .inflection),
      ])
    #expect(query.unknown.isEmpty && query.unknownRequired.isEmpty)
    // What is known is never read otherwise.
    #expect(try reading("shoes", ["shoe", "shoes"]).terms == [TokenWeight(token: 1, weight: 2)])
  }

  @Test(
    "A compound is cut where both parts are known",
    arguments: [
      ("tshirt", ["t", "shirt"]), ("tshirts", ["t", "shirt"]), ("handbag", ["hand", "bag"]),
      ("sunglasses", ["sun", "glass"]), ("nike21", ["nike", "21"]), ("21nike", ["21", "nike"]),
      ("котсом", ["кот", "сом"]),
    ])
  func compounds(word: String, parts: [String]) throws {
    let query = try reading("\(word) +\(word)", parts)
    #expect(query.substitutions == [WordSubstitution(word: word, tokens: [0, 1], kind: .split)])
    #expect(query.terms == [TokenWeight(token: 0, weight: 2), TokenWeight(token: 1, weight: 4)])
    #expect(query.required == [[0, 1]])
    #expect(query.unknown.isEmpty)
    // Who wants no tshirt has nothing against shirts.
    let negative = try reading("-\(word)", parts)
    #expect(negative.terms.isEmpty && negative.unknown == [word])
  }

  @Test("Of several cuts the most even one counts")
  func bestCut() throws {
    let query = try reading("footballboots", ["foot", "ballboots", "football", "boots"])
    #expect(query.terms.map(\.token) == [2, 3])
  }

  @Test(
    "What would be cut by chance is reported instead",
    arguments: [("aloft", ["a", "loft"]), ("upper", ["up", "per"]), ("slips", ["s", "lips"]), ("abc", ["a", "bc"])])
  func noCut(word: String, parts: [String]) throws {
    let query = try reading(word, parts)
    #expect(query.terms.isEmpty && query.unknown == [word] && query.substitutions.isEmpty)
  }

  @Test("Neighbours that are one word of the vocabulary are joined when one of them is unknown")
  func joined() throws {
    let query = try reading("T-Shirt \"t shirt red\"", ["tshirt", "shirt", "red"])
    #expect(query.terms == [TokenWeight(token: 0, weight: 2), TokenWeight(token: 2, weight: 3)])
    #expect(query.substitutions == [WordSubstitution(word: "t-shirt", tokens: [0], kind: .joined)])
    let both = try reading("t-shirt", ["tshirt", "shirt", "t"])
    #expect(both.terms.map(\.token) == [2, 1] && both.substitutions.isEmpty)
  }

  @Test("Pieces of WordPiece are left to their own rules")
  func pieces() throws {
    let all = try Vocabulary(["[UNK]", "shoe", "tshirt"])
    let encoder = try QueryEncoder(
      vocabulary: Vocabulary(["shoe", "tshirt"]), tokenizer: .wordPiece(WordPiece(all)), weights: [1, 1])
    let query = try encoder.encode("shoes t-shirt")
    #expect(query.terms.isEmpty && query.substitutions.isEmpty)
    #expect(query.unknown == ["shoes", "t", "shirt"])
  }

  @Test("Long words and strange scripts do not hang or trap")
  func strange() throws {
    let long = String(repeating: "shoe", count: 10_000)
    #expect(try reading(long, ["shoe"]).unknown == [long])
    for word in ["🙂🙂🙂🙂", "日本語日本語", "e\u{301}e\u{301}e\u{301}e\u{301}", "١٢٣٤", "x1y2"] {
      _ = try reading(word, ["shoe", "日", "1"])
    }
  }
}

@Suite struct QueryExpansionTests {
  /// red, shoe, sneaker, boot, kids
  private func encoder() throws -> QueryEncoder {
    func list(_ pairs: [(UInt32, Float)]) -> [TokenWeight] { pairs.map { TokenWeight(token: $0.0, weight: $0.1) } }
    let table = ExpansionTable([
      list([(3, 0.25)]), list([(2, 1), (3, 0.5), (4, 0.125)]), list([(1, 2), (3, 1)]), [], list([(1, 0.5)]),
    ])
    return try QueryEncoder(
      vocabulary: Vocabulary(["red", "shoe", "sneaker", "boot", "kids"]), tokenizer: .word, weights: [1, 2, 4, 8, 0],
      expansions: table)
  }

  private func weights(_ query: EncodedQuery) -> [UInt32: Float] {
    Dictionary(uniqueKeysWithValues: query.terms.map { ($0.token, $0.weight) })
  }

  @Test("Each word brings its strongest related tokens, and without a number none")
  func strongest() throws {
    #expect(try weights(encoder().encode("shoe")) == [1: 2])
    #expect(try weights(encoder().encode("shoe", expand: 1)) == [1: 2, 2: 1])
    let query = try encoder().encode("shoe^2", expand: 2)
    #expect(weights(query) == [1: 4, 2: 2, 3: 1])
    #expect(
      query.expanded == [
        ExpandedTerm(token: 2, weight: 2, words: [1]), ExpandedTerm(token: 3, weight: 1, words: [1]),
      ])
    #expect(try weights(encoder().encode("shoe", expand: 100)) == [1: 2, 2: 1, 3: 0.5, 4: 0.125])
    #expect(encoderCaption(try encoder()) == [1: 2, 0: 1, 2: 1, 3: 0.5, 4: 0.125])
  }

  private func encoderCaption(_ encoder: QueryEncoder) -> [UInt32: Float] {
    weights(encoder.encode(plain: "shoe, red", expand: 3))
  }

  @Test("A token that several words bring has the largest of their weights, and names them all")
  func several() throws {
    let query = try encoder().encode("red shoe red", expand: 9)
    #expect(weights(query) == [0: 2, 1: 2, 2: 1, 3: 0.5, 4: 0.125])
    #expect(query.expanded.first { $0.token == 3 } == ExpandedTerm(token: 3, weight: 0.5, words: [0, 1]))
  }

  @Test("What the query has itself is left as it is, wanted or not")
  func typed() throws {
    #expect(try weights(encoder().encode("shoe sneaker", expand: 9)) == [1: 2, 2: 4, 3: 1, 4: 0.125])
    #expect(try weights(encoder().encode("shoe -sneaker", expand: 9)) == [1: 2, 2: -4, 3: 0.5, 4: 0.125])
    // Cancelled words are not brought back either, and bring nothing.
    #expect(try weights(encoder().encode("shoe sneaker -sneaker", expand: 9)) == [1: 2, 3: 0.5, 4: 0.125])
  }

  @Test("Negative words and words without weight bring nothing; required ones are required by themselves only")
  func signs() throws {
    #expect(try weights(encoder().encode("-shoe", expand: 9)) == [1: -2])
    #expect(try weights(encoder().encode("kids", expand: 9)).isEmpty)
    let required = try encoder().encode("+shoe", expand: 1)
    #expect(required.required == [[1]] && weights(required) == [1: 2, 2: 1])
  }

  @Test("Without a table there is nothing to add, and a table for other words is refused")
  func tables() throws {
    let vocabulary = try Vocabulary(["red"])
    let encoder = try QueryEncoder(vocabulary: vocabulary, tokenizer: .word, weights: [1])
    #expect(try encoder.encode("red", expand: 5).terms == [TokenWeight(token: 0, weight: 1)])
    #expect(throws: TokenSpaceError.badExpansions(expected: 1, found: 2)) {
      try QueryEncoder(
        vocabulary: vocabulary, tokenizer: .word, weights: [1], expansions: ExpansionTable([[], []]))
    }
  }

  @Test("A word that is read as another brings what belongs to that one")
  func substituted() throws {
    #expect(try weights(encoder().encode("shoes", expand: 1)) == [1: 2, 2: 1])
  }
}

@Suite struct NearWordsTests {
  let vocabulary: Vocabulary

  init() throws {
    vocabulary = try Vocabulary(["shirt", "shoe", "short", "sneaker", "sneakers", "shoelace", "über", "日本"])
  }

  @Test(
    "Words a few letters away are near, the nearest first, then the most frequent",
    arguments: [
      ("shrit", ["shirt"]), ("shoee", ["shoe"]), ("shirts", ["shirt", "short"]), ("shor", ["shoe", "short"]),
      ("sneekers", ["sneakers", "sneaker"]), ("sneakr", ["sneaker", "sneakers"]), ("Shoel", ["shoe", "shoelace"]),
      ("xyzzyx", []), ("sh", []), ("", []), ("ubber", []), ("üver", ["über"]),
    ] as [(String, [String])])
  func near(word: String, found: [String]) {
    #expect(NearWords.near(word, in: vocabulary) == found)
  }

  @Test("No near word is passed over for the letters it lacks", arguments: 0..<20 as Range<UInt64>)
  func letters(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let letters = Array("abcdeéf!A")
    func word() -> String { String((0..<3 + random.below(5)).map { _ in letters[random.below(letters.count)] }) }
    let tokens = Set((0..<400).map { _ in word().lowercased() }).sorted()
    let vocabulary = try Vocabulary(tokens)
    for wanted in (0..<20).map({ _ in word() }) {
      let own = Array(wanted.lowercased().unicodeScalars)
      let near = tokens.filter { token in
        let other = Array(token.unicodeScalars)
        let distance = NearWords.distance(own, other)
        return distance > 0 && distance <= (own.count <= 5 ? 1 : 2)
          || other.count > own.count && other.starts(with: own)
      }
      #expect(Set(NearWords.near(wanted, in: vocabulary, limit: 1000)) == Set(near), "\(wanted)")
    }
  }

  @Test("The distance is that of its definition by recursion", arguments: 0..<60 as Range<UInt64>)
  func distance(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let letters: [Unicode.Scalar] = ["a", "b", "c"]
    func word() -> [Unicode.Scalar] { (0..<random.below(6)).map { _ in letters[random.below(3)] } }
    func slow(_ a: ArraySlice<Unicode.Scalar>, _ b: ArraySlice<Unicode.Scalar>) -> Int {
      guard let x = a.last, let y = b.last else { return max(a.count, b.count) }
      var best = min(slow(a.dropLast(), b) + 1, slow(a, b.dropLast()) + 1)
      best = min(best, slow(a.dropLast(), b.dropLast()) + (x == y ? 0 : 1))
      if a.count > 1, b.count > 1, x == b.dropLast().last, y == a.dropLast().last {
        best = min(best, slow(a.dropLast(2), b.dropLast(2)) + 1)
      }
      return best
    }
    let (first, second) = (word(), word())
    #expect(NearWords.distance(first, second) == slow(first[...], second[...]), "\(first) \(second)")
  }
}
