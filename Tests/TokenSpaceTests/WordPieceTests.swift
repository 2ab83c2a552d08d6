import Testing

@testable import TokenSpace

/// A small vocabulary of pieces, enough to see every rule at work.
private func smallVocabulary() throws -> Vocabulary {
  let alphanumerics = "abcdefghijklmnopqrstuvwxyz0123456789".map(String.init)
  var tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[unused1]"]
  tokens += alphanumerics + alphanumerics.map { "##" + $0 }
  tokens += "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~".map(String.init)
  tokens += """
    。 — ¿ “ ” … red shoe ##shoe sneak ##ers cafe naive strasse ##ss ß ##ß istanbul 中 国 \u{8C48} が ##か ##ま \u{FB01} \
    \u{D55C} \u{1112} ##\u{1161} ##\u{11AB} σ ##σ ς ##ς ο ##δ ##ο й и ##и ½ ² ° е 🙂 ##🙂 क ##क ##\u{93E} ##न hel \
    hello ##lo ##llo æ œ ø ##ø đ ł ##ł
    """.unicodeScalars.split(separator: " ").map { String(String.UnicodeScalarView($0)) }
  return try Vocabulary(tokens)
}

/// What the PyPI package `tokenizers` 0.23.3 makes of these texts with the vocabulary above.
private let expectations: [(text: String, pieces: String)] = [
  ("Red SHOE", "red shoe"),
  ("red shoes!!", "red shoe ##s ! !"),
  ("Caf\u{E9} na\u{EF}ve NA\u{CF}VE", "cafe naive naive"),
  ("cafe\u{301} c\u{327}a\u{323}\u{307}", "cafe c ##a"),
  ("Stra\u{DF}e STRASSE \u{1E9E}", "s ##t ##r ##a ##\u{DF} ##e strasse \u{DF}"),
  ("\u{130}stanbul ISTANBUL \u{131}", "istanbul istanbul [UNK]"),
  ("\u{4E2D}\u{56FD}red", "\u{4E2D} \u{56FD} red"),
  ("a\u{8C48}b", "a \u{8C48} b"),
  ("\u{304C} \u{304B}\u{3099}", "[UNK] [UNK]"),
  ("\u{D55C}\u{AD6D} \u{1112}\u{1161}\u{11AB}", "[UNK] \u{1112} ##\u{1161} ##\u{11AB}"),
  (
    "\u{3A3}\u{3AF}\u{3C3}\u{3C5}\u{3C6}\u{3BF}\u{3C2} \u{39F}\u{394}\u{39F}\u{3A3}",
    "[UNK] \u{3BF} ##\u{3B4} ##\u{3BF} ##\u{3C3}"
  ),
  ("\u{419} \u{439} \u{438}\u{306}", "\u{438} \u{438} \u{438}"),
  ("x\u{B2}\u{BD} 20\u{B0}", "[UNK] [UNK]"),
  ("\u{0}re\u{1}d\u{7} sh\u{200B}oe\u{FEFF}", "red shoe"),
  ("red\u{A0}shoe\u{2003}red\u{3000}shoe\u{2028}red", "red shoe red shoe red"),
  ("red\u{B}shoe\u{C}red\u{85}shoe", "red ##shoe ##r ##e ##d ##shoe"),
  ("a\u{9}b\u{D}c", "a b c"),
  (
    "\u{BF}red? \u{201C}shoe\u{201D}\u{2026} \u{2014} red\u{2014}shoe",
    "\u{BF} red ? \u{201C} shoe \u{201D} \u{2026} \u{2014} red \u{2014} shoe"
  ),
  ("hello\u{1F642} \u{1F642}\u{1F642}", "hello ##\u{1F642} \u{1F642} ##\u{1F642}"),
  ("\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467} red", "[UNK] red"),
  (String(repeating: "a", count: 100), "a" + String(repeating: " ##a", count: 99)),
  (String(repeating: "a", count: 101), "[UNK]"),
  ("[CLS ] [unused1 ]", "[ c ##l ##s ] [ u ##n ##u ##s ##e ##d ##1 ]"),
  ("t-shirt men's rock'n'roll", "t - s ##h ##i ##r ##t m ##e ##n ' s r ##o ##c ##k ' n ' r ##o ##l ##l"),
  ("$5.99 50%~|`^", "$ 5 . 9 ##9 5 ##0 % ~ | ` ^"),
  ("\u{FB01} \u{FB02} \u{E6}\u{152}\u{F8}\u{111}\u{141}", "\u{FB01} [UNK] [UNK]"),
  ("\u{915}\u{93E}\u{928}", "\u{915} ##\u{93E} ##\u{928}"),
  ("a\u{302E}\u{301}b a\u{302F}\u{302E}b", "[UNK] [UNK]"),
  ("e\u{301}\u{20DD}", "[UNK]"),
  ("\u{FFFD} red\u{FFFD}shoe", "red ##shoe"),
  ("\u{FF32}\u{FF25}\u{FF24} \u{FF11}\u{FF12}", "[UNK] [UNK]"),
  ("\u{1F1E9}\u{1F1EA}", "[UNK]"),
  ("", ""),
  ("   ", ""),
  ("\u{301}\u{300}", ""),
  ("#hash ##s", "# h ##a ##s ##h # # s"),
  ("\u{1FB3} \u{1F0C} \u{C5} K", "[UNK] [UNK] a k"),
  ("\u{D7A3}\u{11A8}", "[UNK]"),
  ("xyz\u{4E00}\u{9FFF}\u{3400}", "x ##y ##z [UNK] [UNK] [UNK]"),
  ("red\u{AD}shoe", "red ##shoe"),
]

@Suite struct WordPieceTests {
  @Test("Nasty texts get the pieces of the reference implementation", arguments: expectations.indices)
  func nastyTexts(index: Int) throws {
    let pieces = try WordPiece(smallVocabulary()).pieces(in: expectations[index].text)
    let found = pieces.joined(separator: " ")
    #expect(
      found.utf8.elementsEqual(expectations[index].pieces.utf8),
      "\(expectations[index].text): \(found) instead of \(expectations[index].pieces)")
  }

  @Test("Special pieces written in a text are ordinary characters")
  func specialPieces() throws {
    let tokenizer = Tokenizer.wordPiece(try WordPiece(smallVocabulary()))
    #expect(tokenizer.tokens(in: "[CLS] [unused1] [MASK]").allSatisfy { WordPiece.isOrdinary($0) })
    #expect(tokenizer.tokens(in: "red [CLS]") == ["red", "[", "c", "##l", "##s", "]"])
    #expect(tokenizer.tokens(in: "red が shoe") == ["red", "shoe"])
    #expect(!WordPiece.isOrdinary("[PAD]") && !WordPiece.isOrdinary("[unused993]") && WordPiece.isOrdinary("["))
  }

  @Test("A vocabulary without [UNK] is refused")
  func noUnknownPiece() throws {
    let words = try Vocabulary(["red", "shoe"])
    #expect(throws: TokenSpaceError.notWordPiece(source: "words.txt")) { try WordPiece(words, source: "words.txt") }
    #expect(!WordPiece.recognises(words))
    #expect(WordPiece.recognises(try smallVocabulary()))
  }
}
