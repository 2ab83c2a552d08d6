/// How many of the strongest tokens of a picture somebody said of it, beside the same for captions of other pictures.
///
/// Precision@k = tokens among the k strongest that the picture's captions hold, divided by k: a picture of fewer than k
/// tokens gets no credit for the missing ones. The control holds the same tokens against the captions of another picture:
/// what chance and common words reach. Leave out stop words on both sides before; they say nothing about a picture.
public struct TokenPrecision: Sendable, Equatable {
  /// The values of k, ascending.
  public let depths: [Int]
  /// Pictures that were added.
  public private(set) var pictureCount = 0

  private var hits: [Int]
  private var controlHits: [Int]
  private var recallSum = 0.0
  private var recallCount = 0

  /// Nothing counted yet.
  ///
  /// - Parameter depths: the values of k, each at least 1.
  public init(depths: [Int] = [1, 5, 10]) {
    precondition(depths.allSatisfy { $0 >= 1 }, "the depth of a measure is at least 1")
    self.depths = depths.sorted()
    hits = [Int](repeating: 0, count: depths.count)
    controlHits = hits
  }

  /// Adds one picture.
  ///
  /// - Parameters:
  ///   - tokens: the strongest tokens of the picture, the strongest first, without stop words: as many as the greatest k,
  ///     or all.
  ///   - said: the tokens of its captions, without stop words.
  ///   - saidFound: how many of them are among all tokens of the picture.
  ///   - control: those of another picture's captions.
  public mutating func add(tokens: [UInt32], said: Set<UInt32>, saidFound: Int, control: Set<UInt32>) {
    pictureCount += 1
    for (place, depth) in depths.enumerated() {
      let strongest = tokens.prefix(depth)
      hits[place] += strongest.count { said.contains($0) }
      controlHits[place] += strongest.count { control.contains($0) }
    }
    guard !said.isEmpty else { return }
    recallSum += Double(saidFound) / Double(said.count)
    recallCount += 1
  }

  /// Precision at the depth of this place in ``depths``, 0...1; 0 without pictures.
  public func precision(_ place: Int) -> Double { share(hits[place], place) }

  /// The control at the depth of this place in ``depths``.
  public func control(_ place: Int) -> Double { share(controlHits[place], place) }

  /// The mean share of a picture's caption tokens that are among all of its tokens; 0 without captions.
  public var captionRecall: Double { recallCount == 0 ? 0 : recallSum / Double(recallCount) }

  private func share(_ count: Int, _ place: Int) -> Double {
    pictureCount == 0 ? 0 : Double(count) / Double(pictureCount * depths[place])
  }
}

/// An order in which every element stands at another's place: who is held against whom in a shuffled control.
public enum Derangement {
  /// For each of `count` positions the position of another; one cycle through all. For one position, itself.
  ///
  /// - Source: Sattolo (1986), Information Processing Letters 22(6), doi:10.1016/0020-0190(86)90073-6.
  /// - Complexity: O(count).
  public static func cycle(of count: Int, seed: UInt64 = 1) -> [Int] {
    var order = Array(0..<max(0, count))
    var random = SeededGenerator(seed: seed)
    for place in order.indices.dropFirst().reversed() { order.swapAt(place, random.next(below: place)) }
    return order
  }
}
