internal import Alignment
internal import ByteStorage
internal import LinearAlgebra
internal import TokenSpace

/// Which words an alignment learns, and how captions are cut into them.
struct AlignmentWords {
  let tokenizer: Tokenizer
  /// nil for the words of the captions.
  private let vocabulary: Vocabulary?
  private let minimumDocumentFrequency: Int

  /// - Returns: nil when no words are wanted, or nothing tells of captions.
  init?(_ request: AlignRequest, hasMetadata: Bool, fileSystem: any FileSystem) throws {
    guard request.fitsWords, hasMetadata else { return nil }
    guard request.minimumDocumentFrequency >= 1 else {
      throw NewelError(
        .invalidArgument,
        "The minimum document frequency is \(request.minimumDocumentFrequency), but it must be at least 1.")
    }
    minimumDocumentFrequency = request.minimumDocumentFrequency
    if let head = try request.head.map({ try TokenHead.load($0, fileSystem: fileSystem) }) {
      tokenizer = head.tokenizer
      vocabulary = head.vocabulary
    } else if let path = request.vocabulary {
      let file = try Vocabulary.load(path, fileSystem: fileSystem)
      switch VocabularySource.file(file) {
      case .wordPiece(let pieces):
        tokenizer = .wordPiece(try WordPiece(pieces))
        vocabulary = nil
      case .words(let words):
        tokenizer = .word
        vocabulary = words
      case .captions:
        tokenizer = .word
        vocabulary = nil
      }
    } else {
      tokenizer = .word
      vocabulary = nil
    }
  }

  /// What cuts texts into these words, as an alignment file names it.
  var tokenizerName: String {
    guard case .wordPiece(let pieces) = tokenizer else { return tokenizer.name }
    return tokenizer.name + " " + pieces.vocabulary.fingerprint
  }

  /// The captions as bags over the vocabulary; nil when they are not there.
  func bags(of pairs: PairCollection) throws -> WordBags? {
    guard let captions = pairs.captions else { return nil }
    var vocabulary = vocabulary
    if vocabulary == nil {
      var builder = VocabularyBuilder()
      for caption in captions { builder.add(caption) }
      vocabulary = try builder.finish(minimumDocumentFrequency: minimumDocumentFrequency)
    }
    guard let vocabulary else { return nil }
    var bags = SparseTargets()
    // Sorted, so that nothing depends on the order of a hash table.
    for caption in captions { bags.append(caption.compactMap { vocabulary.id(of: $0) }.sorted()) }
    return try WordBags(tokens: vocabulary.tokens, tokenizer: tokenizerName, bags: bags)
  }
}
