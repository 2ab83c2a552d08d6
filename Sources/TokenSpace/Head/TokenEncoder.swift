import Glibc
import LinearAlgebra

/// How a head turns the rows of one space, that of pictures or that of texts, into scores of tokens.
public enum TokenEncoder: Sendable, Equatable {
  /// Logits of a network; a token weighs `log1p(relu(logit))`.
  case network(TokenNetwork)
  /// Comparison with the embeddings of the words themselves.
  case words(WordDictionary)

  /// The length of the rows it takes.
  public var dimension: Int {
    switch self {
    case .network(let network): network.dimension
    case .words(let dictionary): dictionary.dimension
    }
  }

  /// One score per row and token: what is above 0 is a token of the row, the larger the stronger.
  func scores(of rows: Matrix) throws(TokenSpaceError) -> Matrix {
    switch self {
    case .network(let network): try network.logits(of: rows)
    case .words(let dictionary): try dictionary.scores(of: rows)
    }
  }

  /// The weight of a token, from a score above 0.
  func weight(ofScore score: Float) -> Float {
    if case .words(let dictionary) = self, case .decomposition = dictionary.rule { return score }
    return log1p(score)
  }

  /// What makes this no encoder for a vocabulary: the tensor at fault and why; nil when all is well.
  func fault(vocabularyCount: Int) -> (section: String, reason: String)? {
    switch self {
    case .network(let network): network.fault(vocabularyCount: vocabularyCount)
    case .words(let dictionary): dictionary.fault(vocabularyCount: vocabularyCount)
    }
  }

  /// The head methods that make such encoders.
  var methods: [String] {
    switch self {
    case .network: ["ridge", "stair"]
    case .words(let dictionary):
      switch dictionary.rule {
      case .projection: ["projection"]
      case .decomposition: ["splice"]
      }
    }
  }
}
