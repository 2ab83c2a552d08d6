import Glibc

/// What evens out how loudly pictures answer: a sample of captions that every picture is held against before its weights are
/// stored.
///
/// Some pictures score high for very many queries. Each vector is multiplied by `(h / h̄)^-½ · (‖w‖ / n̄)^-0.15`, where `h`
/// is the mean of its ten highest scores among the captions of the bank, and the bars are the means over training
/// pictures. The tokens of a picture and their order stay as they are, and so do queries; only who comes first among
/// pictures changes.
///
/// - Source: the idea of a bank of queries is that of Bogolin et al., "Cross modal retrieval with querybank normalisation"
///   (CVPR 2022), and of cross-domain local scaling (Conneau et al., 2018); here it goes into the stored weights.
public struct CaptionBank: Sendable, Equatable {
  /// Where each caption begins in ``tokens``, and behind the last where it ends.
  public let starts: [UInt32]
  /// The tokens of all captions, each caption's distinct.
  public let tokens: [UInt32]
  /// The mean over training pictures of the mean of their ten highest scores; above 0.
  public let meanAnswer: Float
  /// The mean over training pictures of the length of their vectors; above 0.
  public let meanLength: Float

  /// For every token the captions that hold it, and where its list begins.
  private let postings: [UInt32]
  private let postingStarts: [Int]

  /// How many of the highest scores count.
  private static let nearest = 10
  private static let answerExponent: Float = -0.5
  private static let lengthExponent: Float = -0.15
  /// No picture is turned down or up further.
  private static let range: ClosedRange<Float> = 0.25...4

  /// The number of captions.
  public var count: Int { max(0, starts.count - 1) }

  /// A bank of captions over a vocabulary; ``fault(vocabularyCount:)`` says whether the arrays are one.
  init(starts: [UInt32], tokens: [UInt32], meanAnswer: Float, meanLength: Float, vocabularyCount: Int) {
    self.starts = starts
    self.tokens = tokens
    self.meanAnswer = meanAnswer
    self.meanLength = meanLength
    var counts = [Int](repeating: 0, count: vocabularyCount + 1)
    for token in tokens where Int(token) < vocabularyCount { counts[Int(token) + 1] += 1 }
    for place in counts.indices.dropFirst() { counts[place] += counts[place - 1] }
    postingStarts = counts
    var postings = [UInt32](repeating: 0, count: counts.last ?? 0)
    for caption in 0..<max(0, starts.count - 1) where starts[caption] <= starts[caption + 1] {
      let range = Int(starts[caption])..<Int(starts[caption + 1])
      for place in range where place < tokens.count && Int(tokens[place]) < vocabularyCount {
        postings[counts[Int(tokens[place])]] = UInt32(caption)
        counts[Int(tokens[place])] += 1
      }
    }
    self.postings = postings
  }

  /// The same bank with the means of these vectors; of none it is returned as it is.
  func measured(on vectors: [[TokenWeight]], queryWeights: [Float]) -> CaptionBank {
    var scores = [Float](repeating: 0, count: count)
    var (answers, lengths) = (0.0, 0.0)
    for vector in vectors {
      answers += Double(answer(of: vector, queryWeights, &scores))
      lengths += Double(Self.length(of: vector))
    }
    guard answers > 0, lengths > 0 else { return self }
    return CaptionBank(
      starts: starts, tokens: tokens, meanAnswer: Float(answers / Double(vectors.count)),
      meanLength: Float(lengths / Double(vectors.count)), vocabularyCount: postingStarts.count - 1)
  }

  /// Multiplies each vector with its factor.
  ///
  /// - Complexity: O(tokens of a vector · captions with each + captions) for each vector.
  func balance(_ vectors: inout [[TokenWeight]], queryWeights: [Float]) {
    var scores = [Float](repeating: 0, count: count)
    for row in vectors.indices {
      let factor = factor(of: vectors[row], queryWeights: queryWeights, scores: &scores)
      for place in vectors[row].indices { vectors[row][place].weight *= factor }
    }
  }

  /// What to multiply the weights of a vector with; 1 when it answers none of the captions.
  ///
  /// - Parameter scores: room for one number per caption.
  private func factor(of vector: [TokenWeight], queryWeights: [Float], scores: inout [Float]) -> Float {
    let answer = answer(of: vector, queryWeights, &scores)
    guard answer > 0 else { return 1 }
    let factor =
      powf(answer / meanAnswer, Self.answerExponent) * powf(Self.length(of: vector) / meanLength, Self.lengthExponent)
    guard factor.isFinite else { return 1 }
    return min(Self.range.upperBound, max(Self.range.lowerBound, factor))
  }

  private static func length(of vector: [TokenWeight]) -> Float {
    vector.reduce(Float(0)) { $0 + $1.weight * $1.weight }.squareRoot()
  }

  /// The mean of the highest scores among the captions.
  private func answer(of vector: [TokenWeight], _ queryWeights: [Float], _ scores: inout [Float]) -> Float {
    for place in scores.indices { scores[place] = 0 }
    for term in vector {
      let amount = term.weight * queryWeights[Int(term.token)]
      for place in postingStarts[Int(term.token)]..<postingStarts[Int(term.token) + 1] {
        scores[Int(postings[place])] += amount
      }
    }
    var best: [Float] = []
    for score in scores where score > 0 {
      if best.count == Self.nearest, let least = best.last, score <= least { continue }
      best.insert(score, at: best.firstIndex { $0 < score } ?? best.count)
      if best.count > Self.nearest { best.removeLast() }
    }
    return best.reduce(0, +) / Float(max(1, min(Self.nearest, count)))
  }

  /// What makes this no bank for a vocabulary: the tensor or entry at fault and why; nil when all is well.
  func fault(vocabularyCount: Int) -> (section: String, reason: String)? {
    guard starts.count >= 2, starts.first == 0, starts.last == UInt32(exactly: tokens.count) else {
      return ("bank_starts", "it does not go from 0 to the \(tokens.count) tokens of the bank")
    }
    guard zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 }) else {
      return ("bank_starts", "a caption ends before it begins")
    }
    if let bad = tokens.first(where: { $0 >= UInt32(clamping: vocabularyCount) }) {
      return ("bank_tokens", "there is no token \(bad)")
    }
    guard meanAnswer > 0, meanAnswer.isFinite, meanLength > 0, meanLength.isFinite else {
      return ("metadata", "the means of the bank are not finite and above 0")
    }
    return nil
  }
}
