internal import Alignment
internal import IndexStore
internal import LinearAlgebra
internal import TokenSpace

/// A query as a dense row, and what to compare it with.
struct PreparedDenseQuery {
  /// Nil when the query says nothing to the dense rows.
  let query: DenseQuery?
  let rows: DenseRows
  /// What it was made of, as in ``RerankReport/query``.
  let source: String

  /// Whether it is one of the queries that hubness is about; documents as queries are not.
  var weighsHubness: Bool { rows == .coordinates && source != "document" }

  /// The rows, as in ``RerankReport/rows``.
  var rowsName: String { rows == .raw ? "vectors" : "coordinates" }
}

extension NewelIndex {
  /// The dense side of a request: its vector through the texts of the alignment, together with its words through those of the
  /// alignment; the vector as it is where the alignment has no texts; the words alone without a vector.
  ///
  /// - Throws: `invalidArgument` when the index has nothing to compare it with, `invalidInput` for a vector that does not fit.
  func denseQuery(
    for request: SearchRequest, _ reranking: Reranking, parts: QueryParts
  ) throws(NewelError) -> PreparedDenseQuery {
    var vector = reranking.vector
    if vector == nil, case .embedding(let own) = request.query { vector = own }
    if let vector { try check(vector) }
    guard let map = try alignment() else { return try rawQuery(vector) }
    if let vector {
      // An alignment that was fitted with words alone leaves texts of the pictures' own space as they are.
      if map.dimension(.texts) == nil, vector.count == denseDimension { return try rawQuery(vector) }
      let own = reranking.comparesWords ? coordinates(of: request, parts, in: map) : nil
      return try query(vector, and: own, through: map)
    }
    guard map.words != nil else {
      throw NewelError(
        .invalidArgument,
        "The alignment of '\(path)' knows no words, only embeddings of texts; give one of the query with --query-vector, or "
          + "an index whose alignment was fitted with captions.")
    }
    let own = coordinates(of: request, parts, in: map)
    return PreparedDenseQuery(query: own.flatMap { DenseQuery($0) }, rows: .coordinates, source: "words")
  }

  /// The words of a request in the space of an alignment, of length 1; nil when it knows none of them.
  private func coordinates(of request: SearchRequest, _ parts: QueryParts, in map: AlignmentMap) -> [Float]? {
    guard let side = map.words else { return nil }
    let words = words(of: request.query, parts: parts, for: side)
    return words.isEmpty ? nil : map.coordinates(words: words)
  }

  private func check(_ vector: [Float]) throws(NewelError) {
    if let place = vector.firstIndex(where: { !$0.isFinite }) {
      throw NewelError(
        .invalidInput, "Number \(place + 1) of the query vector is \(vector[place]); all must be finite.")
    }
    guard vector.contains(where: { $0 != 0 }) else {
      throw NewelError(.invalidInput, "The query vector is all zeros and says nothing; encode the text again.")
    }
  }

  /// Without an alignment a text is compared with the dense rows themselves, as encoders of both make possible.
  private func rawQuery(_ vector: [Float]?) throws(NewelError) -> PreparedDenseQuery {
    guard let dimension = denseDimension else {
      throw NewelError(
        .invalidArgument,
        "'\(path)' keeps no dense rows, so there is nothing to re-rank by; build it with --dense-rows or --alignment.")
    }
    guard let vector else {
      throw NewelError(
        .invalidArgument,
        "'\(path)' has no alignment, so words cannot be compared with its dense rows; make one with 'newel align' and put it in "
          + "with 'newel realign', or give an embedding of the text with --query-vector.")
    }
    guard vector.count == dimension else {
      throw NewelError(
        .invalidInput,
        "The query vector has \(vector.count) numbers and the dense rows of '\(path)' have \(dimension), which only an "
          + "alignment can bring together; put one in with 'newel realign', or give a vector of the pictures' space.")
    }
    return PreparedDenseQuery(query: DenseQuery(vector), rows: .raw, source: "vector")
  }

  /// A text's vector through an alignment, half way to its words where there are some.
  private func query(_ vector: [Float], and words: [Float]?, through map: AlignmentMap) throws(NewelError)
    -> PreparedDenseQuery
  {
    guard let expected = map.dimension(.texts) else {
      throw NewelError(
        .invalidArgument,
        "The alignment of '\(path)' knows words and no embeddings of texts, and the query vector has \(vector.count) numbers, not "
          + "those of a dense row; leave --query-vector out, or put in an alignment that was fitted with --texts.")
    }
    guard vector.count == expected else {
      throw NewelError(
        .invalidInput,
        "The query vector has \(vector.count) numbers, but the alignment of '\(path)' was fitted on texts of \(expected); "
          + "encode the text with the same model.")
    }
    do {
      let row = Matrix(rows: 1, columns: vector.count, values: vector)
      let coordinates = try map.coordinates(row, of: .texts)
      var values = coordinates.values
      // Both are of length 1, and so count alike.
      if let words { for place in values.indices { values[place] += words[place] } }
      return PreparedDenseQuery(
        query: DenseQuery(values), rows: .coordinates, source: words == nil ? "vector" : "words and vector")
    } catch {
      throw NewelError(wrapping: error)
    }
  }
}
