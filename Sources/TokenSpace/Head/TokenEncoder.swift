import Glibc
import LinearAlgebra

/// How a head turns the rows of one space, that of pictures or that of texts, into scores of tokens.
public enum TokenEncoder: Sendable, Equatable {
  /// Logits of a network; a token weighs `log1p(relu(logit))`.
  case network(TokenNetwork)

  /// The length of the rows it takes.
  public var dimension: Int {
    switch self {
    case .network(let network): network.dimension
    }
  }

  /// One score per row and token: what is above 0 is a token of the row, the larger the stronger.
  func scores(of rows: Matrix) throws(TokenSpaceError) -> Matrix {
    switch self {
    case .network(let network): try network.logits(of: rows)
    }
  }

  /// The weight of a token, from a score above 0.
  func weight(ofScore score: Float) -> Float {
    switch self {
    case .network: log1p(score)
    }
  }
  /// What makes this no encoder for a vocabulary: the tensor at fault and why; nil when all is well.
  func fault(vocabularyCount: Int) -> (section: String, reason: String)? {
    switch self {
    case .network(let network): network.fault(vocabularyCount: vocabularyCount)
    }
  }
}
