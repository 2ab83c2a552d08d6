/// The tokens of a vocabulary that somebody may have meant by a word it lacks.
public enum NearWords {
  /// Tokens that begin with the word, and those a few letters away: one in words of up to five letters, two in longer
  /// ones. A letter left out, added, exchanged, or swapped with its neighbour counts one.
  ///
  /// - Parameter limit: how many at most.
  /// - Returns: the fewest differences first, then in the order of the vocabulary, which is that of frequency when it was
  ///   learned from captions.
  /// - Complexity: O(tokens · length²).
  public static func near(_ word: String, in vocabulary: Vocabulary, limit: Int = 3) -> [String] {
    let wanted = Array(word.lowercased().unicodeScalars)
    guard wanted.count >= 3, wanted.count <= 64, limit > 0 else { return [] }
    let allowed = wanted.count <= 5 ? 1 : 2
    let ownLetters = Letters(word.lowercased())
    var found: [(token: String, distance: Int)] = []
    for token in vocabulary.tokens where Letters(token).mayBe(ownLetters, within: allowed) {
      // A scalar takes at most four bytes, so much longer tokens need no closer look.
      guard token.utf8.count <= 4 * (wanted.count + 8) else { continue }
      let letters = Array(token.unicodeScalars)
      if letters.count > wanted.count, letters.count <= wanted.count + 8, letters.starts(with: wanted) {
        found.append((token, allowed))
      } else if abs(letters.count - wanted.count) <= allowed {
        let distance = distance(wanted, letters)
        if distance > 0, distance <= allowed { found.append((token, distance)) }
      }
    }
    // Stable: the order of the vocabulary stays within one distance.
    return found.enumerated().sorted { ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset) }
      .prefix(limit).map(\.element.token)
  }

  /// Which letters a word has, to tell most words from one without comparing them.
  struct Letters {
    /// One bit for each ASCII letter, perhaps the same for two of them.
    private var bits: UInt64 = 0
    private var isASCII = true

    init(_ word: String) {
      for byte in word.utf8 {
        bits |= 1 << UInt64(byte & 63)
        if byte >= 0x80 { isASCII = false }
      }
    }

    /// Whether a word with these letters can begin with the other, or be so few letters away from it: each letter that it
    /// lacks is one away.
    func mayBe(_ other: Letters, within distance: Int) -> Bool {
      !(isASCII && other.isASCII) || (other.bits & ~bits).nonzeroBitCount <= distance
    }
  }

  /// The optimal string alignment distance.
  ///
  /// - Source: Damerau (1964), Communications of the ACM 7(3).
  static func distance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
    var before: [Int] = []
    var last = Array(0...second.count)
    for i in 0..<first.count {
      var row = [i + 1]
      row.reserveCapacity(second.count + 1)
      for j in 0..<second.count {
        var best = min(last[j] + (first[i] == second[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] { best = min(best, before[j - 1] + 1) }
        row.append(best)
      }
      before = last
      last = row
    }
    return last[second.count]
  }
}
