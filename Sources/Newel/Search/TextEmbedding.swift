internal import LinearAlgebra
internal import TokenSpace

extension NewelIndex {
  /// The length of the text embeddings that can be searched with; nil when the index's head has no text side.
  public var textDimension: Int? { head?.textDimension }

  /// The tokens of an embedding of a text, as many as the head keeps of a document.
  func tokens(ofText embedding: [Float]) throws(NewelError) -> [(token: UInt32, weight: Float)] {
    guard let head else {
      throw NewelError(
        .invalidArgument,
        "'\(path)' holds sparse vectors made elsewhere and has no head to read an embedding with; query by words or by "
          + "token weights.")
    }
    if let place = embedding.firstIndex(where: { !$0.isFinite }) {
      throw NewelError(
        .invalidInput, "Number \(place + 1) of the query vector is \(embedding[place]); all must be finite.")
    }
    if !embedding.isEmpty, embedding.allSatisfy({ $0 == 0 }) {
      throw NewelError(.invalidInput, "The query vector is all zeros and says nothing; encode the text again.")
    }
    let rows = Matrix(rows: 1, columns: embedding.count, values: embedding)
    let vectors: [[TokenWeight]]
    do {
      vectors = try head.encodeText(rows)
    } catch .notFinite {
      throw NewelError(
        .invalidInput,
        "The query vector has numbers so large that its tokens cannot be computed; scale it as those that the head was "
          + "trained on.")
    } catch {
      throw NewelError(wrapping: error)
    }
    return vectors.first.map { vector in vector.map { (token: $0.token, weight: $0.weight) } } ?? []
  }

  /// Refuses related tokens where there are none to be had.
  func checkExpansion(of query: SearchRequest.Query) throws(NewelError) {
    switch query {
    case .text, .plain: break
    case .tokens, .embedding:
      throw NewelError(
        .invalidArgument, "Only the words of a query bring related tokens along; vectors say all they want themselves.")
    }
    guard encoder.expansions == nil else { return }
    throw NewelError(
      .invalidArgument,
      "The head of '\(path)' does not know which tokens are related; search without expansion, or build the index with a "
        + "head that does.")
  }
}
