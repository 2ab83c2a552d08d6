internal import EmbeddingDumps
internal import IndexStore
internal import LinearAlgebra
internal import TokenSpace

extension NewelIndex {
  /// Chooses pictures, and collects their words.
  ///
  /// - Throws: `invalidArgument` for a count or limit below 1, and for conditions that cannot be used or that no document
  ///   meets; what ``search(_:threads:)`` throws for the query.
  /// - Complexity: O(postings of the gallery).
  package func atlas(_ request: AtlasRequest, progress: ProgressHandler? = nil) throws -> Atlas {
    guard request.count >= 1 else {
      throw NewelError(.invalidArgument, "The sample is \(request.count) pictures, but it must be at least 1.")
    }
    guard request.limit >= 1 else {
      throw NewelError(.invalidArgument, "The limit is \(request.limit), but it must be at least 1.")
    }
    let gallery = try gallery(where: request.conditions)
    let words = try words(of: gallery, captions: false, progress: progress)
    let used = words.frequencies.indices.filter { words.frequencies[$0] > 0 }
      .sorted { (words.frequencies[$1], $0) < (words.frequencies[$0], $1) }
    var pictures: [Atlas.Picture] = []
    var unknown: [String] = []
    if let query = request.query {
      let response = try search(
        SearchRequest(query, count: request.count, conditions: request.conditions, includesMetadata: false))
      unknown = response.unknownWords
      for hit in response.hits {
        pictures.append(
          try picture(try position(of: hit.key), request, score: hit.score, contributions: hit.contributions))
      }
    } else {
      for position in Self.sample(request.count, of: gallery.positions, seed: request.seed) {
        pictures.append(try picture(position, request))
      }
    }
    let postings = words.frequencies.reduce(0, +)
    return Atlas(
      path: path, documentCount: documentCount, galleryCount: gallery.count, vocabularyCount: vocabulary.count,
      meanTokens: Double(postings) / Double(max(1, gallery.count)), frequencies: used.map { words.frequencies[$0] },
      mostFrequent: used.prefix(30).map {
        IndexStatistics.TokenCount(token: tokenName($0), documentFrequency: words.frequencies[$0])
      }, pictures: pictures, unknownWords: unknown)
  }

  private func picture(
    _ position: UInt32, _ request: AtlasRequest, score: Double? = nil, contributions: [TokenContribution] = []
  ) throws -> Atlas.Picture {
    var imagePath: String?
    if case .object(let object) = try JSONValue.parse(try snapshot.metadata(of: position)) {
      imagePath = object[request.pictureField]?.stringValue
    }
    return Atlas.Picture(
      inspection: try inspect(position: position, limit: request.limit), imagePath: imagePath, score: score,
      contributions: contributions)
  }

  /// Some of the positions, chosen at random, ascending; the same for the same seed.
  private static func sample(_ count: Int, of positions: [UInt32], seed: UInt64) -> [UInt32] {
    var rest = positions
    var random = SplitMix64(seed: seed)
    let chosen = min(count, rest.count)
    for place in 0..<chosen { rest.swapAt(place, place + random.below(rest.count - place)) }
    return rest.prefix(chosen).sorted()
  }
}
