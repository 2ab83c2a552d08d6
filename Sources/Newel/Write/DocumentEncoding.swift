internal import Alignment
internal import EmbeddingDumps
internal import IndexStore
internal import InvertedIndex
internal import LinearAlgebra
internal import TokenSpace

/// Turns documents into what an index stores: words by its head, coordinates by its alignment, impacts by its scales.
struct DocumentEncoding {
  private let path: String
  private let head: TokenHead?
  private let map: AlignmentMap?
  private let top: Int?
  private let quantiser: ImpactQuantiser
  /// Tokens of sparse vectors; grows with the documents.
  private(set) var tokens: SparseTokens

  /// - Throws: `damaged` when head, vocabulary or alignment of the index cannot be trusted.
  init(_ snapshot: IndexSnapshot) throws {
    path = snapshot.folder
    let stored = try StoredWords(snapshot)
    head = stored.head
    map = try StoredAlignment.read(snapshot)
    tokens = SparseTokens(stored.vocabulary.tokens)
    top = snapshot.configuration.settings["top"].flatMap { Int($0) }
    quantiser = try ImpactQuantiser(ceiling: snapshot.configuration.ceiling)
  }

  /// Documents as they are stored, in their order, and how many of their weights were clipped.
  ///
  /// - Throws: ``NewelError`` `invalidInput` that names the key of a document that the index cannot take.
  mutating func encode(
    _ documents: [NewDocument], for configuration: IndexConfiguration
  ) throws -> (documents: [StoredDocument], weightsClipped: Int) {
    let rows = try rows(of: documents)
    let weights = try weights(of: documents, rows)
    let coordinates = try coordinates(of: documents, rows)
    let hubness = try coordinates.flatMap { try map?.hubness(of: $0) }
    var stored: [StoredDocument] = []
    var clipped = 0
    for (number, document) in documents.enumerated() {
      let object = try Self.object(document)
      var postings: [Posting] = []
      var fine: [Float]? = configuration.keepsFloatWeights || configuration.keepsFineWeights ? [] : nil
      for (token, weight) in weights[number] {
        if weight > quantiser.ceiling { clipped += 1 }
        let impact = quantiser.impact(of: weight)
        guard impact > 0 else { continue }
        postings.append(Posting(token: token, impact: impact))
        fine?.append(quantiser.fineImpact(of: weight))
      }
      stored.append(
        StoredDocument(
          key: document.key, metadata: Array(document.metadata.utf8), postings: postings, fineImpacts: fine,
          denseRow: configuration.denseDimension == nil ? nil : rows.map { Array($0.row(number)) },
          coordinates: coordinates.map { Array($0.row(number)) }, hubness: hubness?[number], object: object))
    }
    return (stored, clipped)
  }

  private static func object(_ document: NewDocument) throws -> JSONObject {
    do {
      if case .object(let object) = try JSONValue.parse(Array(document.metadata.utf8)) { return object }
    } catch {
      throw NewelError(.invalidInput, "The metadata of '\(document.key)' cannot be read: \(error).")
    }
    throw NewelError(
      .invalidInput, "The metadata of '\(document.key)' are no JSON object; give one, such as {\"category\": \"shoe\"}."
    )
  }

  /// The embeddings, as one matrix; nil for an index of sparse vectors.
  private func rows(of documents: [NewDocument]) throws -> Matrix? {
    guard let head else { return nil }
    var values: [Float] = []
    values.reserveCapacity(documents.count * head.dimension)
    for document in documents {
      guard case .embedding(let row) = document.content else {
        throw NewelError(
          .invalidInput,
          "'\(path)' was built with a head, so '\(document.key)' needs an embedding; give \"embedding\": [0.12, …].")
      }
      guard row.count == head.dimension, row.allSatisfy(\.isFinite) else {
        throw NewelError(
          .invalidInput,
          row.count == head.dimension
            ? "The embedding of '\(document.key)' has numbers that are not finite."
            : "The embedding of '\(document.key)' has \(row.count) numbers, and the head of '\(path)' needs "
              + "\(head.dimension); use the encoder whose embeddings it was trained on.")
      }
      values += row
    }
    return Matrix(rows: documents.count, columns: head.dimension, values: values)
  }

  private mutating func weights(
    of documents: [NewDocument], _ rows: Matrix?
  ) throws -> [[(token: UInt32, weight: Float)]] {
    if let head, let rows {
      return try head.encode(rows, top: top ?? head.defaultTop).map { $0.map { (token: $0.token, weight: $0.weight) } }
    }
    var all: [[(token: UInt32, weight: Float)]] = []
    for document in documents {
      guard case .tokens(let given) = document.content else {
        throw NewelError(
          .invalidInput,
          "'\(path)' holds sparse vectors made elsewhere, so '\(document.key)' needs one; give \"vector\": {\"token\": 1.5}."
        )
      }
      var weights: [(token: UInt32, weight: Float)] = []
      var seen: Set<String> = []
      for (token, weight) in given {
        guard weight.isFinite, weight >= 0 else {
          throw NewelError(
            .invalidInput, "The weight of '\(token)' in '\(document.key)' is \(weight); weights are 0 or larger.")
        }
        guard seen.insert(token).inserted else {
          throw NewelError(.invalidInput, "The token '\(token)' is given twice in '\(document.key)'.")
        }
        weights.append((tokens.number(of: token), weight))
      }
      if let top, weights.count > top {
        weights.sort { ($0.weight, $1.token) > ($1.weight, $0.token) }
        weights.removeLast(weights.count - top)
      }
      all.append(weights)
    }
    return all
  }

  private func coordinates(of documents: [NewDocument], _ rows: Matrix?) throws -> Matrix? {
    guard let map, let rows else { return nil }
    do {
      return try map.coordinates(rows, of: .images)
    } catch {
      switch error {
      case .zeroRow(_, let row), .overflow(_, let row):
        throw NewelError(
          .invalidInput,
          "The embedding of '\(documents[row].key)' has no direction that the alignment of '\(path)' can use: it is all zeros, "
            + "or too large.")
      default: throw error
      }
    }
  }
}
