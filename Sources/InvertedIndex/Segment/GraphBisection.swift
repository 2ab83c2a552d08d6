#if canImport(Glibc)
  internal import Glibc
#endif

/// Recursive graph bisection: orders documents so that those with the same tokens are near each other.
///
/// The documents are halved again and again. In each halving every document gets one signed number, how much better its
/// tokens fit the right half than the left, and the half with the larger numbers becomes the right one; a few rounds of
/// that settle it. Deterministic: ties go by document number.
///
/// - Complexity: O(rounds · postings · log(documents / smallest part)) time.
/// - Source: Dhulipala et al. (2016), "Compressing graphs and indexes with recursive graph bisection", KDD; the bias
///   and its annealed stop after Mackenzie, Petri and Moffat (2022), "Tradeoff options for bipartite graph partitioning",
///   IEEE TKDE.
struct GraphBisection {
  /// How hard to try.
  struct Effort {
    /// Rounds per halving, at most.
    var rounds: Int
    /// Parts are not halved below twice this size.
    var smallestPart: Int
    /// Tokens in fewer documents, or in a larger share of them, are ignored.
    var minimumFrequency: Int
    var maximumShare: Double

    /// Measured on 1 M documents with 119 tokens: 27 s instead of 43 s on one core, bounds almost as sharp as full.
    static let light = Effort(rounds: 4, smallestPart: 128, minimumFrequency: 256, maximumShare: 0.15)
    static let full = Effort(rounds: 12, smallestPart: 16, minimumFrequency: 64, maximumShare: 0.35)
  }

  private let effort: Effort
  private let documentCount: Int
  /// Postings of the tokens that take part, document-major, tokens renumbered.
  private var starts: [UInt32] = [0]
  private var tokens: [UInt32] = []
  private let tokenCount: Int

  init(_ effort: Effort, _ vectors: ForwardVectors, vocabularyCount: Int) {
    self.effort = effort
    documentCount = vectors.documentCount
    var frequencies = [Int](repeating: 0, count: vocabularyCount)
    for token in vectors.tokens { frequencies[Int(token)] += 1 }
    // A small collection has no frequent tokens; a sixteenth of its documents is enough then.
    let minimum = min(effort.minimumFrequency, max(2, documentCount / 1024))
    let maximum = Int(effort.maximumShare * Double(documentCount))
    var numbers = [UInt32](repeating: .max, count: vocabularyCount)
    var count: UInt32 = 0
    for (token, frequency) in frequencies.enumerated() where frequency >= minimum && frequency <= maximum {
      numbers[token] = count
      count += 1
    }
    tokenCount = Int(count)
    for document in 0..<documentCount {
      for token in vectors.tokens[vectors.range(of: document)] where numbers[Int(token)] != .max {
        tokens.append(numbers[Int(token)])
      }
      starts.append(UInt32(tokens.count))
    }
  }

  /// The document at each place.
  func order() -> [UInt32] {
    var order = (0..<UInt32(documentCount)).map { $0 }
    var scratch = Scratch(tokenCount: tokenCount, documentCount: documentCount)
    var parts = [0..<documentCount]
    while let part = parts.popLast() {
      guard part.count / 2 >= effort.smallestPart else { continue }
      let middle = part.lowerBound + part.count / 2
      halve(part, middle: middle, &order, &scratch)
      parts.append(middle..<part.upperBound)
      parts.append(part.lowerBound..<middle)
    }
    return order
  }

  /// What the halving of a part needs, allocated once.
  private struct Scratch {
    var left: [Int32]
    var right: [Int32]
    var gains: [Float]
    /// Tokens of the current part, so that clearing costs no more than counting.
    var touched: [UInt32] = []
    var biases: [UInt64]
    /// Which half each document was in before the current round.
    var wasLeft: [Bool]
    var logarithms: [Float]

    init(tokenCount: Int, documentCount: Int) {
      left = [Int32](repeating: 0, count: tokenCount)
      right = left
      gains = [Float](repeating: 0, count: tokenCount)
      biases = [UInt64](repeating: 0, count: documentCount)
      wasLeft = [Bool](repeating: false, count: documentCount)
      logarithms = (0...(documentCount + 1)).map { $0 == 0 ? 0 : log2f(Float($0)) }
    }
  }

  private func halve(_ part: Range<Int>, middle: Int, _ order: inout [UInt32], _ scratch: inout Scratch) {
    count(part, middle: middle, order, &scratch)
    for round in 0..<effort.rounds {
      for token in scratch.touched {
        let index = Int(token)
        scratch.gains[index] =
          scratch.logarithms[Int(scratch.right[index])] - scratch.logarithms[Int(scratch.left[index])]
      }
      var largestLeft = -Float.infinity
      var smallestRight = Float.infinity
      for place in part {
        let bias = bias(of: order[place], scratch.gains)
        if place < middle { largestLeft = max(largestLeft, bias) } else { smallestRight = min(smallestRight, bias) }
        scratch.biases[place] = UInt64(Self.sortable(bias)) << 32 | UInt64(order[place])
        scratch.wasLeft[Int(order[place])] = place < middle
      }
      if largestLeft - smallestRight <= Float(round) { break }
      let moved = split(part, middle: middle, &order, &scratch)
      if moved * 200 < part.count { break }
    }
    for token in scratch.touched {
      scratch.left[Int(token)] = 0
      scratch.right[Int(token)] = 0
    }
    scratch.touched.removeAll(keepingCapacity: true)
  }

  private func count(_ part: Range<Int>, middle: Int, _ order: [UInt32], _ scratch: inout Scratch) {
    for place in part {
      let document = Int(order[place])
      for number in Int(starts[document])..<Int(starts[document + 1]) {
        let token = Int(tokens[number])
        if scratch.left[token] == 0, scratch.right[token] == 0 { scratch.touched.append(tokens[number]) }
        if place < middle { scratch.left[token] += 1 } else { scratch.right[token] += 1 }
      }
    }
  }

  private func bias(of document: UInt32, _ gains: [Float]) -> Float {
    var sum: Float = 0
    for number in Int(starts[Int(document)])..<Int(starts[Int(document) + 1]) { sum += gains[Int(tokens[number])] }
    return sum
  }

  /// Moves the smaller biases to the left of the middle and updates the counts.
  ///
  /// - Returns: how many documents changed sides.
  private func split(
    _ part: Range<Int>, middle: Int, _ order: inout [UInt32], _ scratch: inout Scratch
  ) -> Int {
    Selection.partition(&scratch.biases, in: part, at: middle)
    var moved = 0
    for place in part {
      order[place] = UInt32(truncatingIfNeeded: scratch.biases[place])
      let document = Int(order[place])
      let isLeft = place < middle
      guard scratch.wasLeft[document] != isLeft else { continue }
      moved += 1
      let change: Int32 = isLeft ? 1 : -1
      for number in Int(starts[document])..<Int(starts[document + 1]) {
        scratch.left[Int(tokens[number])] += change
        scratch.right[Int(tokens[number])] -= change
      }
    }
    return moved
  }

  /// Bits that order as the float does.
  private static func sortable(_ value: Float) -> UInt32 {
    let bits = value.bitPattern
    return bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
  }
}

/// Selection without sorting.
enum Selection {
  /// Rearranges `range` so that the keys before `middle` are smaller than those from it on, and `keys[middle]` is the
  /// smallest of the latter. Keys are distinct.
  ///
  /// - Complexity: O(n) expected; the pivot is a median of three, the order of equal inputs is always the same.
  /// - Source: Hoare (1961), "Algorithm 65: Find", CACM 4.
  static func partition(_ keys: inout [UInt64], in range: Range<Int>, at middle: Int) {
    var low = range.lowerBound
    var high = range.upperBound - 1
    while low < high {
      let pivot = median(keys[low], keys[low + (high - low) / 2], keys[high])
      var left = low
      var right = high
      while left <= right {
        while keys[left] < pivot { left += 1 }
        while keys[right] > pivot { right -= 1 }
        if left <= right {
          keys.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if middle <= right { high = right } else if middle >= left { low = left } else { return }
    }
  }

  private static func median(_ first: UInt64, _ second: UInt64, _ third: UInt64) -> UInt64 {
    max(min(first, second), min(max(first, second), third))
  }
}
