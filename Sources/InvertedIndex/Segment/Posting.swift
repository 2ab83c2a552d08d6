/// One non-zero of a sparse vector: a token of the vocabulary and how much of it the document has.
public struct Posting: Sendable, Equatable {
  /// Position in the vocabulary.
  public var token: UInt32
  /// Quantised weight, 1...255.
  public var impact: UInt8

  public init(token: UInt32, impact: UInt8) {
    self.token = token
    self.impact = impact
  }
}
