/// How often the words of a picture's class are among its strongest tokens, without any training on classes.
///
/// A class name of several words counts twice over: `any` when at least one of its words is among the k strongest, `all`
/// when every one is. A class of which the vocabulary has no word can never be named; its pictures count as failures, and
/// ``unnamedCount`` tells of them.
///
/// - Source: the token grounding accuracy of STAIR (Chen and others 2023, arXiv 2301.13081), at k = 1, 5, 10 and 20.
public struct ClassTokenAccuracy: Sendable, Equatable {
  /// The values of k, ascending.
  public let depths: [Int]
  /// Pictures with a class.
  public private(set) var pictureCount = 0
  /// Pictures whose class has no word in the vocabulary.
  public private(set) var unnamedCount = 0

  private var anyHits: [Int]
  private var allHits: [Int]

  /// Nothing counted yet.
  ///
  /// - Parameter depths: the values of k, each at least 1.
  public init(depths: [Int] = [1, 5, 10, 20]) {
    precondition(depths.allSatisfy { $0 >= 1 }, "the depth of a measure is at least 1")
    self.depths = depths.sorted()
    anyHits = [Int](repeating: 0, count: depths.count)
    allHits = anyHits
  }

  /// Adds one picture.
  ///
  /// - Parameters:
  ///   - tokens: the tokens of the picture, the strongest first.
  ///   - words: for each word of its class the tokens that stand for it, such as its singular and its plural; a word
  ///     that the vocabulary lacks has none.
  public mutating func add(tokens: [UInt32], words: [Set<UInt32>]) {
    pictureCount += 1
    if words.allSatisfy(\.isEmpty) {
      unnamedCount += 1
      return
    }
    let ranks = words.map { word in tokens.firstIndex { word.contains($0) }.map { $0 + 1 } ?? .max }
    guard let first = ranks.min(), let last = ranks.max() else { return }
    for (place, depth) in depths.enumerated() {
      if first <= depth { anyHits[place] += 1 }
      if last <= depth { allHits[place] += 1 }
    }
  }

  /// The share of pictures with at least one word of the class among the strongest, at this place in ``depths``.
  public func any(_ place: Int) -> Double { pictureCount == 0 ? 0 : Double(anyHits[place]) / Double(pictureCount) }

  /// The share of pictures with all words of the class among the strongest, at this place in ``depths``.
  public func all(_ place: Int) -> Double { pictureCount == 0 ? 0 : Double(allHits[place]) / Double(pictureCount) }
}
