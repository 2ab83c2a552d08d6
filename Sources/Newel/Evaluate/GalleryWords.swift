internal import EmbeddingDumps
internal import IndexStore
internal import InvertedIndex
internal import TokenSpace

/// The words of one picture, and what was said of it; stop words are left out of all.
package struct PictureWords: Sendable {
  /// The strongest tokens, the strongest first.
  package let strongest: [UInt32]
  /// The tokens of its captions.
  package let said: Set<UInt32>
  /// How many of ``said`` are among all tokens of the picture.
  package let saidFound: Int
  /// For each word of its class the tokens that stand for it; nil when it has no class or none was asked for.
  package let classWords: [Set<UInt32>]?
}

/// The words of all pictures of a gallery.
package struct GalleryWords: Sendable {
  package internal(set) var pictures: [PictureWords] = []
  /// In how many pictures each token is, by token.
  package internal(set) var frequencies: [Int]
  /// Pictures without a token, which nothing finds.
  package internal(set) var emptyCount = 0
}

extension NewelIndex {
  /// The most tokens of a picture that ``words(of:captions:classField:progress:)`` keeps.
  private static let strongestCount = 20

  /// Counts the tokens of a gallery, and collects what its pictures say where something is known of them.
  ///
  /// - Parameters:
  ///   - captions: whether captions are looked at.
  ///   - classField: the metadata field with the class of a picture: a text or a list of texts; nil for none. A dot
  ///     reaches into objects.
  /// - Throws: `invalidArgument` when no document has the field.
  package func words(
    of gallery: Gallery, captions: Bool, classField: String? = nil, progress: ProgressHandler? = nil
  ) throws -> GalleryWords {
    var result = GalleryWords(frequencies: [Int](repeating: 0, count: vocabulary.count))
    var classes: [String: [Set<UInt32>]] = [:]
    for (number, position) in gallery.positions.enumerated() {
      if number % 256 == 0 {
        try progress?(JobProgress(stage: "reading words", done: number, total: gallery.count, unit: "documents"))
      }
      let (segment, document) = try locate(position)
      let postings = try segment.forwardVector(of: document)
      for posting in postings where Int(posting.token) < vocabulary.count {
        result.frequencies[Int(posting.token)] += 1
      }
      if postings.isEmpty { result.emptyCount += 1 }
      guard captions || classField != nil else { continue }
      let tokens = postings.sorted { ($0.impact, $1.token) > ($1.impact, $0.token) }.map(\.token)
        .filter { !isStopWord($0) }
      let metadata = try snapshot.metadata(of: position)
      var said: Set<UInt32> = []
      if captions {
        for caption in try self.captions(in: metadata) { said.formUnion(self.tokens(of: caption)) }
        said = said.filter { !isStopWord($0) }
      }
      let words = try classField.flatMap { try classWords(in: metadata, field: $0, known: &classes) }
      result.pictures.append(
        PictureWords(
          strongest: Array(tokens.prefix(Self.strongestCount)), said: said,
          saidFound: tokens.count { said.contains($0) },
          classWords: words))
    }
    if let classField, !result.pictures.contains(where: { $0.classWords != nil }) {
      throw NewelError(
        .invalidArgument, "No document that is evaluated has a class in the field '\(classField)'; see 'newel stats'.")
    }
    return result
  }

  /// The name of a token by its number.
  package func tokenName(_ token: Int) -> String { name(of: UInt32(truncatingIfNeeded: token)) }

  /// Whether a token says nothing about a picture: a stop word, or no letter and no digit in it.
  func isStopWord(_ token: UInt32) -> Bool {
    let text = name(of: token)
    return StopWords.english.contains(text)
      || !text.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil }
  }

  /// For each word of a picture's class the tokens that stand for it: itself, its singular and its plural.
  private func classWords(
    in metadata: [UInt8], field: String, known: inout [String: [Set<UInt32>]]
  ) throws -> [Set<UInt32>]? {
    guard case .object(let object) = try JSONValue.parse(metadata) else { return nil }
    var names: [String] = []
    object.forEachFilterValue { name, value in
      if name == field, let text = value.scalarText, !text.isEmpty { names.append(text) }
    }
    guard !names.isEmpty else { return nil }
    let name = names.joined(separator: " ")
    if let found = known[name] { return found }
    var words: [Set<UInt32>] = []
    for word in Set(encoder.tokenizer.tokens(in: name)).subtracting(StopWords.english).sorted() {
      words.append(Set(Self.forms(of: word).compactMap { vocabulary.id(of: $0) }))
    }
    known[name] = words
    return words
  }

  /// A word, and what it is in the singular or the plural by the rules of English; forms that nobody writes do no harm.
  static func forms(of word: String) -> [String] {
    var forms = [word, word + "s", word + "es"]
    if word.hasSuffix("y") { forms.append(word.dropLast() + "ies") }
    if word.hasSuffix("ies") { forms.append(word.dropLast(3) + "y") }
    if word.hasSuffix("es") { forms.append(String(word.dropLast(2))) }
    if word.hasSuffix("s") { forms.append(String(word.dropLast())) }
    return forms.filter { $0.count > 1 }
  }
}
