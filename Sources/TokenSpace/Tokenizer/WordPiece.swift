/// The WordPiece tokenizer of the uncased BERT models.
///
/// Equal to `BertWordPieceTokenizer` of the PyPI package `tokenizers` (lowercase, strip accents, handle Chinese
/// characters, clean text), with one intended difference: special tokens written in the text, such as `[CLS]`, are read as
/// ordinary characters, so no text can smuggle them in. Some marks, punctuation and format characters whose class is newer than
/// Unicode 8 also differ: the package has older tables than Swift.
///
/// - Source: Schuster and Nakajima, "Japanese and Korean voice search" (ICASSP 2012), for WordPiece; the greedy
///   longest-match-first form is that of Devlin et al., "BERT" (NAACL 2019).
public struct WordPiece: Sendable, Equatable {
  /// The piece that stands for a word that cannot be cut into pieces.
  public static let unknownPiece = "[UNK]"
  /// Words of more characters than this are unknown.
  static let longestWord = 100

  /// All pieces, those that continue a word marked by a leading `##`.
  public let vocabulary: Vocabulary

  private let unknown: UInt32
  private let starts: TokenTable
  private let continuations: TokenTable

  /// A tokenizer over a WordPiece vocabulary.
  ///
  /// - Throws: ``TokenSpaceError/notWordPiece(source:)`` when the vocabulary has no `[UNK]`.
  public init(_ vocabulary: Vocabulary, source: String = "the vocabulary") throws(TokenSpaceError) {
    guard let unknown = vocabulary.id(of: Self.unknownPiece) else { throw .notWordPiece(source: source) }
    var starts = TokenTable(capacity: vocabulary.count)
    var continuations = TokenTable(capacity: vocabulary.count)
    for (number, token) in vocabulary.tokens.enumerated() {
      // The vocabulary has no duplicates, so neither have the tables.
      if token.utf8.starts(with: "##".utf8) {
        _ = continuations.insert(token.utf8.dropFirst(2), id: UInt32(number))
      }
      _ = starts.insert(token.utf8, id: UInt32(number))
    }
    self.vocabulary = vocabulary
    self.unknown = unknown
    self.starts = starts
    self.continuations = continuations
  }

  /// Whether a vocabulary is one of pieces: it has `[UNK]`.
  public static func recognises(_ vocabulary: Vocabulary) -> Bool { vocabulary.id(of: unknownPiece) != nil }

  /// Whether a piece may stand in documents and queries: not special (`[PAD]`, `[CLS]`, …) and not `[unused…]`.
  public static func isOrdinary(_ piece: String) -> Bool {
    !(piece.utf8.count > 2 && piece.utf8.first == UInt8(ascii: "[") && piece.utf8.last == UInt8(ascii: "]"))
  }

  /// The numbers of all pieces of `text` in order, that of `[UNK]` included.
  ///
  /// - Complexity: O(length of the text · longest piece).
  public func identifiers(in text: String) -> [UInt32] {
    let split = BertPreTokenizer(text)
    var pieces: [UInt32] = []
    for word in split.words { appendPieces(of: word, in: split.bytes, to: &pieces) }
    return pieces
  }

  /// All pieces of `text` in order, `[UNK]` included.
  public func pieces(in text: String) -> [String] {
    identifiers(in: text).map { vocabulary.tokens[Int($0)] }
  }

  /// The words of `text` after normalisation, each with its pieces; an unknown word has none.
  func words(in text: String) -> [TokenizedWord] {
    let split = BertPreTokenizer(text)
    return split.words.map { word in
      var pieces: [UInt32] = []
      appendPieces(of: word, in: split.bytes, to: &pieces)
      let tokens = pieces.filter { $0 != unknown }.map { vocabulary.tokens[Int($0)] }
      return TokenizedWord(text: String(decoding: split.bytes[word], as: UTF8.self), tokens: tokens)
    }
  }

  private func appendPieces(of word: Range<Int>, in bytes: [UInt8], to pieces: inout [UInt32]) {
    var characters = 0
    for at in word where bytes[at] & 0xC0 != 0x80 { characters += 1 }
    let before = pieces.count
    var start = characters > Self.longestWord ? word.upperBound : word.lowerBound
    var complete = characters <= Self.longestWord
    while start < word.upperBound {
      let table = start == word.lowerBound ? starts : continuations
      guard let (piece, end) = longestPiece(from: start, to: word.upperBound, in: bytes, table) else {
        complete = false
        break
      }
      pieces.append(piece)
      start = end
    }
    if !complete {
      pieces.removeLast(pieces.count - before)
      pieces.append(unknown)
    }
  }

  private func longestPiece(
    from start: Int, to end: Int, in bytes: [UInt8], _ table: TokenTable
  ) -> (piece: UInt32, end: Int)? {
    var best: (UInt32, Int)?
    var hash = TokenTable.emptyHash
    let last = min(end, start + table.longest)
    var at = start
    while at < last {
      hash = TokenTable.extend(hash, bytes[at])
      at += 1
      if at < end, bytes[at] & 0xC0 == 0x80 { continue }
      if let piece = table.find(bytes, start..<at, hash: hash) { best = (piece, at) }
    }
    return best
  }

  /// Equal when the vocabularies are.
  public static func == (left: WordPiece, right: WordPiece) -> Bool { left.vocabulary == right.vocabulary }
}
