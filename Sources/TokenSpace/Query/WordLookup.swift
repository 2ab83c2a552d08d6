/// Finds the tokens of a clause, and what to do about words that the vocabulary lacks.
///
/// A plain word without a token is looked for in other ways, in this order: as one word with its neighbour in the clause
/// (`t-shirt`, where the vocabulary has `tshirt`), as the singular or plural of a word, and cut in two known words
/// (`tshirt`, where it has `t` and `shirt`). Pieces of WordPiece do this by themselves.
struct WordLookup {
  let vocabulary: Vocabulary
  let tokenizer: Tokenizer
  let weights: [Float]

  /// What a clause is made of.
  struct Findings {
    var tokens: [UInt32] = []
    /// Words without any token.
    var unknown: [String] = []
    /// Pieces without a token, of words that have others.
    var missingPieces: [String] = []
    var ignored: [String] = []
    var substitutions: [WordSubstitution] = []
  }

  func look(up clause: QueryClause) -> Findings {
    var found = Findings()
    let words = tokenizer.words(in: clause.text)
    var at = 0
    while at < words.count {
      if at + 1 < words.count, let joined = joined(words[at], words[at + 1]) {
        add(joined, to: &found)
        at += 2
      } else {
        look(up: words[at], isNegative: clause.sign == .negative, &found)
        at += 1
      }
    }
    if words.isEmpty {
      // Nothing a word is made of: punctuation is noise, anything else (an emoji) is a word nobody knows.
      if Self.isPunctuation(clause.text) {
        found.ignored.append(clause.text)
      } else {
        found.unknown.append(clause.text)
      }
    }
    return found
  }

  private func look(up word: TokenizedWord, isNegative: Bool, _ found: inout Findings) {
    var known: [UInt32] = []
    var missing: [String] = []
    for piece in word.tokens {
      if let token = vocabulary.id(of: piece) { known.append(token) } else { missing.append(piece) }
    }
    if !known.isEmpty {
      found.tokens.append(contentsOf: known)
      if known.allSatisfy({ weights[Int($0)] == 0 }) { found.ignored.append(word.text) }
      found.missingPieces.append(contentsOf: missing.map { "\($0) (in \(word.text))" })
    } else if StopWords.english.contains(word.text) || Self.isPunctuation(word.text) {
      found.ignored.append(word.text)
    } else if let other = inflected(word.text) {
      add(other, to: &found)
    } else if !isNegative, let parts = split(word.text) {
      // Who wants no `tshirt` has nothing against shirts, so negative words are not cut.
      add(parts, to: &found)
    } else {
      found.unknown.append(word.text)
    }
  }

  private func add(_ substitution: WordSubstitution, to found: inout Findings) {
    found.substitutions.append(substitution)
    found.tokens.append(contentsOf: substitution.tokens)
    if substitution.tokens.allSatisfy({ weights[Int($0)] == 0 }) { found.ignored.append(substitution.word) }
  }

  /// Two neighbours as one word, when one of them is unknown and together they are known.
  private func joined(_ first: TokenizedWord, _ second: TokenizedWord) -> WordSubstitution? {
    guard tokenizer == .word, vocabulary.id(of: first.text) == nil || vocabulary.id(of: second.text) == nil,
      let token = vocabulary.id(of: first.text + second.text)
    else { return nil }
    return WordSubstitution(word: first.text + "-" + second.text, tokens: [token], kind: .joined)
  }

  private func inflected(_ word: String) -> WordSubstitution? {
    guard tokenizer == .word else { return nil }
    return form(of: word).map { WordSubstitution(word: word, tokens: [$0], kind: .inflection) }
  }

  private func form(of word: String) -> UInt32? {
    for candidate in WordForms.candidates(word) {
      if let token = vocabulary.id(of: candidate) { return token }
    }
    return nil
  }

  /// The longest word that is looked for in parts.
  private static let longestCompound = 40

  /// The word as two known ones; of several ways the one whose shorter part is longest, then whose first part is.
  private func split(_ word: String) -> WordSubstitution? {
    guard tokenizer == .word else { return nil }
    let letters = Array(word.unicodeScalars)
    guard letters.count >= 4, letters.count <= Self.longestCompound else { return nil }
    var best: (tokens: [UInt32], shorter: Int)?
    for cut in stride(from: letters.count - 1, through: 1, by: -1) where Self.mayCut(letters, at: cut) {
      let shorter = min(cut, letters.count - cut)
      if let best, shorter <= best.shorter { continue }
      let second = String(String.UnicodeScalarView(letters[cut...]))
      guard let first = vocabulary.id(of: String(String.UnicodeScalarView(letters[..<cut]))),
        let second = vocabulary.id(of: second) ?? form(of: second)
      else { continue }
      best = ([first, second], shorter)
    }
    return best.map { WordSubstitution(word: word, tokens: $0.tokens, kind: .split) }
  }

  /// Whether parts on both sides are long enough to be words: three letters, or a number; or one letter in front of four
  /// (`tshirt`), but not one that is a word or an ending by itself. Shorter parts would be found by chance.
  private static func mayCut(_ letters: [Unicode.Scalar], at cut: Int) -> Bool {
    func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    if isDigit(letters[cut - 1]) != isDigit(letters[cut]) { return true }
    if isDigit(letters[cut]) { return false }
    return cut >= 3 && letters.count - cut >= 3
      || cut == 1 && letters.count >= 5 && !["a", "i", "o", "s"].contains(letters[0])
  }

  private static func isPunctuation(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      if scalar.isASCII {
        return !("a"..."z").contains(scalar) && !("A"..."Z").contains(scalar) && !("0"..."9").contains(scalar)
      }
      switch scalar.properties.generalCategory {
      case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
        .finalPunctuation, .otherPunctuation, .mathSymbol, .spaceSeparator, .control, .format:
        return true
      default: return false
      }
    }
  }
}
