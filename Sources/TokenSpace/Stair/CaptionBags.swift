/// The captions of some rows of a dump as sets of token numbers, held in four flat arrays.
///
/// Every row has at least one caption, every caption at least one token; the tokens of a caption are distinct and ascend.
struct CaptionBags: Sendable, Equatable {
  /// The numbers of the rows in the dump, ascending.
  private(set) var rowNumbers: [Int] = []
  /// `captionStarts[r]..<captionStarts[r + 1]` are the captions of row `r`.
  private var captionStarts = [0]
  /// `tokenStarts[c]..<tokenStarts[c + 1]` are the tokens of caption `c`.
  private var tokenStarts = [0]
  private var tokens: [UInt32] = []

  var rowCount: Int { rowNumbers.count }
  var captionCount: Int { tokenStarts.count - 1 }
  var tokenCount: Int { tokens.count }

  /// Adds a row with its captions; those without a token are left out.
  ///
  /// - Returns: whether the row was added, which it is not when no caption is left.
  mutating func append(row number: Int, captions: [[UInt32]]) -> Bool {
    for caption in captions where !caption.isEmpty {
      tokens.append(contentsOf: caption)
      tokenStarts.append(tokens.count)
    }
    guard captionCount > captionStarts[rowCount] else { return false }
    captionStarts.append(captionCount)
    rowNumbers.append(number)
    return true
  }

  /// The numbers of the captions of row `row`, counted within these bags.
  func captions(of row: Int) -> Range<Int> { captionStarts[row]..<captionStarts[row + 1] }

  /// The tokens of a caption.
  func tokens(of caption: Int) -> ArraySlice<UInt32> { tokens[tokenStarts[caption]..<tokenStarts[caption + 1]] }

  /// The tokens of all captions of a row, each once, ascending.
  func tokens(ofRow row: Int) -> [UInt32] {
    let captions = captions(of: row)
    if captions.count == 1 { return Array(tokens(of: captions.lowerBound)) }
    return Set(captions.flatMap { tokens(of: $0) }).sorted()
  }

  /// In how many rows each of `count` tokens stands.
  func documentFrequencies(_ count: Int) -> [Int] {
    var frequencies = [Int](repeating: 0, count: count)
    for row in 0..<rowCount {
      for token in tokens(ofRow: row) { frequencies[Int(token)] += 1 }
    }
    return frequencies
  }

  /// Whether two captions differ.
  var hasDifferentCaptions: Bool {
    (1..<max(1, captionCount)).contains { !tokens(of: $0).elementsEqual(tokens(of: 0)) }
  }
}
