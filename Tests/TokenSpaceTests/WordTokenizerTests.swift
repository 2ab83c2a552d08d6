import Testing

@testable import TokenSpace

@Suite struct WordTokenizerTests {
  @Test(
    "Words are runs of letters and digits, lowercased and without accents",
    arguments: [
      ("Red SHOE", "red shoe"), ("t-shirt t shirt", "t shirt t shirt"), ("long-sleeve", "long sleeve"),
      ("Women's men’s girls' boys", "women men girls boys"), ("don't rock'n'roll o'neill", "dont rocknroll oneill"),
      ("'quoted' \"words\"", "quoted words"), ("café cafe\u{301} CAFÉ", "cafe cafe cafe"),
      ("İstanbul ISTANBUL", "istanbul istanbul"), ("Straße", "straße"), ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
      ("ＲＥＤ１", "red1"), ("ﬁne aﬄict", "fine afflict"), ("中国red", "中 国 red"), ("3d 2022 v-neck", "3d 2022 v neck"),
      ("hello🙂world 🙂", "hello world"), ("a_b,c.d", "a b c d"), ("हिन्दी", "हिन्दी"), ("", ""), ("'''", ""),
      ("\u{301}\u{300} x", "x"), ("s's 's", "s s"), ("a\u{0}b", "a b"), ("한국 が", "한국 が"),
    ])
  func words(text: String, expected: String) {
    #expect(WordTokenizer.words(in: text).joined(separator: " ") == expected)
  }

  @Test("A million apostrophes take no quadratic time")
  func longText() {
    let words = WordTokenizer.words(in: String(repeating: "a'", count: 200_000))
    #expect(words.count == 1)
    #expect(words[0].utf8.count == 200_000)
  }

  @Test("Decompositions are those of Unicode")
  func decomposition() {
    #expect(CanonicalDecomposition.decompose("é") == ["e", "\u{301}"])
    #expect(CanonicalDecomposition.decompose("ǖ") == ["u", "\u{308}", "\u{304}"])
    #expect(CanonicalDecomposition.decompose("한") == ["\u{1112}", "\u{1161}", "\u{11AB}"])
    #expect(CanonicalDecomposition.decompose("가") == ["\u{1100}", "\u{1161}"])
    #expect(CanonicalDecomposition.decompose("\u{8C48}") == nil)
    #expect(CanonicalDecomposition.decompose("\u{F900}") == ["\u{8C48}"])
    #expect(CanonicalDecomposition.decompose("\u{2FA1D}") == ["\u{2A600}"])
    #expect(CanonicalDecomposition.decompose("a") == nil)
  }
}
