/// How captions and queries are cut into tokens.
public enum Tokenizer: Sendable, Equatable {
  /// Plain words: runs of letters and digits, lowercased, accents removed; hyphens separate, possessives are dropped.
  case word
  /// The WordPiece of the uncased BERT models, over its own vocabulary.
  case wordPiece(WordPiece)

  /// The name in files and reports: `word` or `bert-wordpiece`.
  public var name: String {
    switch self {
    case .word: "word"
    case .wordPiece: "bert-wordpiece"
    }
  }

  /// The tokens of `text` in order, repeats included; special pieces and `[UNK]` never.
  ///
  /// - Complexity: O(length of the text).
  public func tokens(in text: String) -> [String] {
    switch self {
    case .word: WordTokenizer.words(in: text)
    case .wordPiece(let pieces): pieces.pieces(in: text).filter(WordPiece.isOrdinary)
    }
  }

  /// The words of `text` with the tokens of each; a word that cannot be expressed has none.
  func words(in text: String) -> [TokenizedWord] {
    switch self {
    case .word: WordTokenizer.words(in: text).map { TokenizedWord(text: $0, tokens: [$0]) }
    case .wordPiece(let pieces): pieces.words(in: text)
    }
  }
}

/// A word of a text and what the tokenizer makes of it.
struct TokenizedWord: Equatable {
  let text: String
  let tokens: [String]
}
