import LinearAlgebra
import Testing
import TokenSpace

@Suite struct QueryTextTests {
  @Test("All kinds of clauses are read")
  func clauses() throws {
    let query = try QueryText.parse(
      "red  shoe -kids sneaker^2\t+leather \"ankle boot\" -\"old hat\"^0.5 +\"a \\\"b\\\\\"")
    #expect(
      query.clauses == [
        QueryClause(text: "red"), QueryClause(text: "shoe"), QueryClause(text: "kids", sign: .negative),
        QueryClause(text: "sneaker", boost: 2), QueryClause(text: "leather", sign: .required),
        QueryClause(text: "ankle boot"), QueryClause(text: "old hat", sign: .negative, boost: 0.5),
        QueryClause(text: "a \"b\\", sign: .required),
      ])
  }

  @Test("A hyphen, a plus or a quote inside a word is no sign")
  func insideWords() throws {
    #expect(
      try QueryText.parse("t-shirt c++ 5\"heel -t-shirt").clauses == [
        QueryClause(text: "t-shirt"), QueryClause(text: "c++"), QueryClause(text: "5\"heel"),
        QueryClause(text: "t-shirt", sign: .negative),
      ])
  }

  @Test(
    "Bad queries are refused with the place",
    arguments: [
      ("", QueryProblem.empty), (" \n\t", .empty), ("red - shoe", .loneSign("-", position: 5)),
      ("+", .loneSign("+", position: 1)), ("--red", .repeatedSign(position: 2)), ("-+red", .repeatedSign(position: 2)),
      ("a \"b", .openQuote(position: 3)), ("\"\"", .emptyQuote(position: 1)), ("-\" \"", .emptyQuote(position: 2)),
      ("\"a\"b", .textAfterQuote(position: 4)), ("a^", .badBoost("", position: 2)),
      ("a^0", .badBoost("0", position: 2)), ("a^-1", .badBoost("-1", position: 2)),
      ("a^nan", .badBoost("nan", position: 2)), ("a^inf", .badBoost("inf", position: 2)),
      ("a^1001", .badBoost("1001", position: 2)), ("a^1e3", .badBoost("1e3", position: 2)),
      ("a^1.2.3", .badBoost("1.2.3", position: 2)), ("a^.", .badBoost(".", position: 2)),
      ("\"a\"^x", .badBoost("x", position: 4)), ("^2", .boostWithoutWord(position: 1)),
      ("-^2", .boostWithoutWord(position: 2)), ("a^0x10", .badBoost("0x10", position: 2)),
    ])
  func badQueries(text: String, problem: QueryProblem) {
    #expect(throws: problem) { try QueryText.parse(text) }
    #expect(!problem.description.isEmpty)
  }

  @Test("Queries beyond the limits are refused, queries at the limits are read")
  func limits() throws {
    #expect(try QueryText.parse(String(repeating: "a ", count: 4096)).clauses.count == 4096)
    #expect(throws: QueryProblem.tooManyClauses(4097)) { try QueryText.parse(String(repeating: "a ", count: 4097)) }
    #expect(throws: QueryProblem.tooLong(bytes: 65537)) { try QueryText.parse(String(repeating: "a", count: 65537)) }
    #expect(try QueryText.parse("a^1000").clauses == [QueryClause(text: "a", boost: 1000)])
  }

  @Test("Random texts are read or refused, never trapped on", arguments: 0..<300 as Range<UInt64>)
  func randomTexts(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let alphabet: [String] = ["a", "b", " ", "-", "+", "^", "\"", "\\", "2", ".", "é", "🙂", "\u{301}", "\t", "\u{0}"]
    let text = (0..<random.below(30)).map { _ in alphabet[random.below(alphabet.count)] }.joined()
    if let query = try? QueryText.parse(text) {
      #expect(query.clauses.allSatisfy { !$0.text.isEmpty && $0.boost > 0 && $0.boost <= 1000 }, "\(text)")
    }
  }
}

@Suite struct QueryEncoderTests {
  let encoder: QueryEncoder

  init() throws {
    let vocabulary = try Vocabulary([
      "red", "shoe", "kids", "sneaker", "leather", "ankle", "boot", "t", "shirt", "zero",
    ])
    encoder = try QueryEncoder(vocabulary: vocabulary, tokenizer: .word, weights: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0])
  }

  private func terms(_ pairs: [(UInt32, Float)]) -> [TokenWeight] {
    pairs.map { TokenWeight(token: $0.0, weight: $0.1) }
  }

  @Test("Plain, negative, boosted, required and quoted words get their weights")
  func weights() throws {
    let query = try encoder.encode("red shoe -kids sneaker^2 +leather +\"ankle boot\"^0.5")
    #expect(query.terms == terms([(0, 1), (1, 2), (2, -3), (3, 8), (4, 5), (5, 3), (6, 3.5)]))
    #expect(query.required == [[4], [5, 6]])
    #expect(query.unknown.isEmpty && query.ignored.isEmpty && query.unknownRequired.isEmpty)
  }

  @Test("Repeated words add up, and a word wanted and unwanted cancels")
  func repeats() throws {
    #expect(try encoder.encode("red Red RED^2").terms == terms([(0, 4)]))
    let cancelled = try encoder.encode("red -red shoe zero -zero")
    #expect(cancelled.terms == terms([(1, 2)]))
    #expect(cancelled.cancelled == [0])
    #expect(cancelled.ignored == ["zero"])
    // What is required must be there, whatever it counts.
    #expect(try encoder.encode("+red -red").cancelled.isEmpty)
    #expect(try encoder.encode("+\"red red\"").required == [[0]])
    #expect(try encoder.encode("T-shirt").terms == terms([(7, 8), (8, 9)]))
  }

  @Test("Unknown words are reported once, stop words and punctuation are ignored")
  func unknownWords() throws {
    let query = try encoder.encode("the xyzzy Xyzzy red & – 🙂 +plugh zero")
    #expect(query.unknown == ["xyzzy", "🙂", "plugh"])
    #expect(query.unknownRequired == ["plugh"])
    #expect(query.ignored == ["the", "&", "–", "zero"])
    #expect(query.terms == terms([(0, 1)]))
    let nothing = try encoder.encode("xyzzy")
    #expect(nothing.terms.isEmpty && nothing.unknown == ["xyzzy"])
    #expect(throws: TokenSpaceError.query(.empty)) { try encoder.encode("  ") }
  }

  @Test("A caption is read without the query language")
  func captions() {
    let query = encoder.encode(plain: "Red -shoe ^ \" red\n xyzzy zero +the\t🙂 Xyzzy")
    #expect(query.terms == terms([(0, 2), (1, 2)]))
    #expect(query.required.isEmpty)
    #expect(query.unknown == ["xyzzy", "🙂"])
    #expect(query.ignored == ["^", "\"", "zero", "the"])
    #expect(encoder.encode(plain: "") == EncodedQuery())
    #expect(encoder.encode(plain: " \n\t ") == EncodedQuery())
  }

  @Test("Query tables that do not fit the vocabulary are refused")
  func badTables() throws {
    let vocabulary = try Vocabulary(["a", "b"])
    for weights in [[1], [1, 2, 3], [1, -1], [1, .nan], [1, .infinity]] as [[Float]] {
      #expect(throws: TokenSpaceError.self) {
        try QueryEncoder(vocabulary: vocabulary, tokenizer: .word, weights: weights)
      }
    }
  }

  @Test("Words of pieces are known by their pieces")
  func pieces() throws {
    let all = try Vocabulary(["[UNK]", "red", "sneak", "##ers", "x"])
    let output = try Vocabulary(["red", "sneak", "##ers"])
    let encoder = try QueryEncoder(
      vocabulary: output, tokenizer: .wordPiece(WordPiece(all)), weights: [1, 2, 3])
    let query = try encoder.encode("+Sneakers x unseen, red")
    #expect(query.terms == terms([(1, 2), (2, 3), (0, 1)]))
    #expect(query.required == [[1, 2]])
    #expect(query.unknown == ["x", "unseen"])
    #expect(query.ignored == [","])
  }

  @Test("A word that is known in part is used, and its unknown pieces are reported")
  func partlyKnownWords() throws {
    let all = try Vocabulary(["[UNK]", "red", "sneak", "##ers", "##y", "x"])
    let encoder = try QueryEncoder(
      vocabulary: try Vocabulary(["red", "sneak"]), tokenizer: .wordPiece(WordPiece(all)), weights: [1, 2])
    for query in [
      try encoder.encode("red sneakers sneaky Sneakers"), encoder.encode(plain: "red sneakers sneaky Sneakers"),
    ] {
      #expect(query.terms == terms([(0, 1), (1, 6)]))
      #expect(query.unknown == ["##ers (in sneakers)", "##y (in sneaky)"])
    }
    let required = try encoder.encode("+sneakers")
    #expect(required.required == [[1]])
    #expect(required.unknown == ["##ers (in sneakers)"])
    #expect(required.unknownRequired.isEmpty)
  }
}
