/// What a head gives on rows it was not trained on, at the state in which it serves: the strongest tokens, weights in 8
/// bits, queries as table words.
public struct ServingQuality: Sendable, Equatable {
  /// The share of captions whose picture is among the first 1, 5 and 10 pictures; ties count against it.
  public var textToImage = Recall()
  /// The share of pictures one of whose captions is among the first 1, 5 and 10 captions; ties count against it.
  public var imageToText = Recall()
  /// The same from captions with their expansions to pictures; nil when there are none.
  public var expanded: Recall?
  /// The share of the five strongest tokens of a picture that one of its captions says.
  public var precision = 0.0
  /// The tokens of a picture, on average.
  public var meanTokens = 0.0
  /// The share of pictures that the most frequent token is in.
  public var largestFrequency = 0.0
  /// The pictures it was measured on, and their captions.
  public var pictures = 0
  public var captions = 0

  /// Recall among the first 1, 5 and 10.
  public struct Recall: Sendable, Equatable {
    public var at1 = 0.0
    public var at5 = 0.0
    public var at10 = 0.0

    var mean: Double { (at1 + at5 + at10) / 3 }

    mutating func count(rank: Int) {
      if rank < 1 { at1 += 1 }
      if rank < 5 { at5 += 1 }
      if rank < 10 { at10 += 1 }
    }

    mutating func divide(by count: Int) {
      let count = Double(max(1, count))
      at1 /= count
      at5 /= count
      at10 /= count
    }
  }

  /// Nothing measured.
  public init() {}
}

/// Measures sparse vectors of held-out pictures against their captions.
///
/// A query's score is the sum of query weight times impact, as in an index; the vectors are searched through posting lists.
struct ServingJudge: Sendable {
  /// The captions of the pictures.
  let bags: CaptionBags
  /// At most this many captions of a picture are asked.
  private static let captionsPerPicture = 5

  /// The impact an index gives to a weight.
  static func impact(of weight: Float, ceiling: Float) -> Float {
    min(255, max(1, (weight * (255 / ceiling)).rounded(.toNearestOrEven)))
  }

  /// The weight below which a share `quantile` of all weights lies.
  static func ceiling(of vectors: [[TokenWeight]], quantile: Double) -> Float {
    let weights = vectors.joined().map(\.weight).sorted()
    guard let last = weights.last else { return 1 }
    let place = Int((Double(weights.count) * quantile).rounded(.up)) - 1
    let ceiling = weights.indices.contains(place) ? weights[place] : last
    return ceiling > 0 ? ceiling : 1
  }

  /// - Parameters:
  ///   - vectors: one for every row of the captions, each in falling order of weights.
  ///   - ceiling: the weight that becomes impact 255.
  ///   - queryWeights: one for every token.
  ///   - expand: turns the tokens of a caption into a query with expansions; nil leaves these out.
  func quality(
    of vectors: [[TokenWeight]], ceiling: Float, queryWeights: [Float],
    expand: ((ArraySlice<UInt32>) -> [TokenWeight])? = nil
  ) -> ServingQuality {
    var quality = ServingQuality()
    quality.pictures = vectors.count
    guard !vectors.isEmpty else { return quality }
    var postings = [[(picture: Int, impact: Float)]](repeating: [], count: queryWeights.count)
    for (picture, vector) in vectors.enumerated() {
      for term in vector {
        postings[Int(term.token)].append((picture, Self.impact(of: term.weight, ceiling: ceiling)))
      }
      let said = bags.tokens(ofRow: picture)
      quality.precision += Double(vector.prefix(5).count { said.contains($0.token) }) / 5
    }
    quality.precision /= Double(vectors.count)
    quality.meanTokens = Double(vectors.reduce(0) { $0 + $1.count }) / Double(vectors.count)
    quality.largestFrequency = Double(postings.reduce(0) { max($0, $1.count) }) / Double(vectors.count)

    let queries = (0..<vectors.count).flatMap { picture in
      bags.captions(of: picture).prefix(Self.captionsPerPicture).map { (picture: picture, tokens: bags.tokens(of: $0)) }
    }
    quality.captions = queries.count
    var scores = [Float](repeating: 0, count: vectors.count)
    // The best score of each picture with a caption of its own; ranks of captions are counted against it.
    var best = [Float](repeating: 0, count: vectors.count)
    for query in queries {
      score(query.tokens.map { TokenWeight(token: $0, weight: queryWeights[Int($0)]) }, postings, into: &scores)
      quality.textToImage.count(rank: Self.rank(of: query.picture, scores))
      best[query.picture] = max(best[query.picture], scores[query.picture])
    }
    var ranks = [Int](repeating: 0, count: vectors.count)
    for query in queries {
      score(query.tokens.map { TokenWeight(token: $0, weight: queryWeights[Int($0)]) }, postings, into: &scores)
      for picture in ranks.indices where picture != query.picture && scores[picture] >= best[picture] {
        ranks[picture] += 1
      }
    }
    for rank in ranks { quality.imageToText.count(rank: rank) }
    quality.textToImage.divide(by: queries.count)
    quality.imageToText.divide(by: vectors.count)
    if let expand {
      var expanded = ServingQuality.Recall()
      for query in queries {
        score(expand(query.tokens), postings, into: &scores)
        expanded.count(rank: Self.rank(of: query.picture, scores))
      }
      expanded.divide(by: queries.count)
      quality.expanded = expanded
    }
    return quality
  }

  private func score(
    _ query: [TokenWeight], _ postings: [[(picture: Int, impact: Float)]], into scores: inout [Float]
  ) {
    for picture in scores.indices { scores[picture] = 0 }
    for term in query {
      for posting in postings[Int(term.token)] { scores[posting.picture] += term.weight * posting.impact }
    }
  }

  /// How many others score as much or more; a picture without any of the words comes last.
  private static func rank(of picture: Int, _ scores: [Float]) -> Int {
    let own = scores[picture]
    return scores.count { $0 >= own } - 1
  }
}
