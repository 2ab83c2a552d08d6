public import LinearAlgebra

extension WordSide {
  /// How much ridge regression holds back a word: the penalty of one that is as telling as can be.
  public static let defaultPenalty = 3.0

  /// Fits words to the coordinates of the pictures whose captions have them, by ridge regression on bags in which a word
  /// counts its inverse document frequency.
  ///
  /// - Parameters:
  ///   - words: the captions, one for each row.
  ///   - coordinates: of the pictures, as ``AlignmentMap/coordinates(_:of:)`` gives them.
  ///   - penalty: above 0; that of a word is this divided by the square of how telling it is, compared with the mean word of
  ///     a caption.
  /// - Throws: ``AlignmentError`` for other numbers of rows and bad options.
  /// - Complexity: O(iterations · words of all captions · coordinates).
  public static func ridge(
    _ words: WordBags, onto coordinates: Matrix, penalty: Double = defaultPenalty
  ) throws(AlignmentError) -> WordSide {
    guard penalty > 0, penalty.isFinite else {
      throw .badOption(name: "penalty of words", value: "\(penalty)", range: "a number above 0")
    }
    guard words.count == coordinates.rows else {
      throw .unpairedRows(images: coordinates.rows, texts: words.count)
    }
    guard coordinates.columns <= maximumCoordinates else {
      throw .badOption(
        name: "number of coordinates with words", value: "\(coordinates.columns)",
        range: "\(maximumCoordinates) or less")
    }
    let telling = words.telling
    var (sum, count) = (0.0, 0.0)
    for (word, frequency) in words.frequencies.enumerated() {
      sum += Double(frequency) * telling[word]
      count += Double(frequency)
    }
    let mean = max(sum / count, 1e-6)
    let penalties = telling.map { penalty * mean * mean / max($0 * $0, 1e-6) }
    let solution = WordRidge(words, targets: coordinates, penalties: penalties)
    return try WordSide(
      tokens: words.tokens, tokenizer: words.tokenizer, table: solution.table, intercept: solution.intercept,
      source: "the fitted words")
  }

  /// The largest number of coordinates that words are fitted to; anchors have more and serve as sparse vectors.
  public static let maximumCoordinates = 1 << 14
}
