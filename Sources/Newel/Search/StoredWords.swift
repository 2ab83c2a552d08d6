internal import IndexStore
internal import TokenSpace

/// The vocabulary and the head that an index keeps, which say the same about its tokens: one read by numbers, one by queries.
struct StoredWords {
  let vocabulary: Vocabulary
  /// Nil for an index of sparse vectors made elsewhere.
  let head: TokenHead?

  /// The fingerprint of tokens that are to become a vocabulary.
  static func fingerprint(of tokens: [String], source: String) throws -> String {
    try Vocabulary(tokens, source: source).fingerprint
  }

  /// Reads both, and compares them with each other and with what the index was made with.
  ///
  /// - Throws: `damaged` when they disagree, and what is wrong with each.
  init(_ snapshot: IndexSnapshot) throws {
    let configuration = snapshot.configuration
    let folder = snapshot.folder
    func disagree(_ what: String, _ found: String, _ expected: String) -> NewelError {
      NewelError(
        .damaged,
        "\(what) in '\(folder)' is \(found), and the index was made with \(expected); restore its files or build it again."
      )
    }
    vocabulary = try Vocabulary(try snapshot.vocabulary(), source: "the vocabulary of '\(folder)'")
    guard vocabulary.fingerprint == configuration.vocabularyFingerprint else {
      throw disagree(
        "The fingerprint of the vocabulary", vocabulary.fingerprint, configuration.vocabularyFingerprint)
    }
    head = try snapshot.headBytes().map { try TokenHead.decode($0, source: "the head of '\(folder)'") }
    guard let head else { return }
    guard head.vocabulary == vocabulary else {
      throw disagree("The fingerprint of the head's vocabulary", head.vocabulary.fingerprint, vocabulary.fingerprint)
    }
    if let dimension = configuration.denseDimension, dimension != head.dimension {
      throw disagree("The dimension of the head", "\(head.dimension)", "dense rows of \(dimension)")
    }
    guard head.tokenizer.name == configuration.tokenizer else {
      throw disagree("The tokenizer of the head", "'\(head.tokenizer.name)'", "'\(configuration.tokenizer)'")
    }
  }
}
