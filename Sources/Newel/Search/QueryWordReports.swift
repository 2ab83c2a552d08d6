internal import TokenSpace

/// A word of a query that was read as others, because the vocabulary has those.
public struct SubstitutedWord: Sendable, Codable, Equatable {
  /// In which way tokens were found.
  public enum Kind: String, Sendable, Codable {
    /// The singular of a plural or the plural of a singular: `sneakers` as `sneaker`.
    case inflection
    /// Two words for one: `tshirt` as `t` and `shirt`.
    case split
    /// One word for two: `t-shirt` as `tshirt`.
    case joined
  }

  public let word: String
  public let tokens: [String]
  public let kind: Kind
}

/// Tokens that may have been meant by a word that the vocabulary does not have.
public struct WordSuggestion: Sendable, Codable, Equatable {
  public let word: String
  /// The nearest first.
  public let near: [String]
}

/// A token that the words of a query brought along.
public struct ExpandedToken: Sendable, Codable, Equatable {
  public let token: String
  /// What it counts in the query.
  public let weight: Double
  /// The words of the query it is related to, in their order.
  public let broughtBy: [String]
}

extension SubstitutedWord.Kind {
  init(_ kind: WordSubstitution.Kind) {
    switch kind {
    case .inflection: self = .inflection
    case .split: self = .split
    case .joined: self = .joined
    }
  }
}

extension NewelIndex {
  /// What may have been meant by unknown words.
  func suggestions(for words: [String]) -> [WordSuggestion] {
    words.compactMap { word in
      let near = NearWords.near(word, in: vocabulary)
      return near.isEmpty ? nil : WordSuggestion(word: word, near: near)
    }
  }
}
