#if canImport(Glibc)
  internal import Glibc
#endif

/// Logarithms of counts in 1,024ths, so that sums of them do not depend on the order of summation.
struct BisectionLogarithms: Sendable {
  static let one: Int32 = 1024
  private let table: [Int16]

  init() {
    // The logarithm of 0 counts as 0, as in the published form.
    table = (0..<1 << 16).map { $0 == 0 ? 0 : Self.logarithm(of: $0) }
  }

  @inline(__always)
  subscript(count: Int32) -> Int16 {
    Int(count) < table.count ? table[Int(count)] : Self.logarithm(of: Int(count))
  }

  private static func logarithm(of count: Int) -> Int16 {
    // At most 1,024 · log2(2²²): it fits.
    Int16(clamping: Int((Float(one) * log2f(Float(count))).rounded()))
  }
}

/// Consecutive documents of an order, with those of their tokens that still matter, side by side in memory.
///
/// A token that is in one document of a part only says nothing in any halving of it, so parts carry fewer and fewer
/// tokens, numbered anew: what the loops look up stays in the nearest caches.
///
/// - Invariant: (all unchecked access here) `starts` ascends from 0 to `tokens.count` and has one number more than
///   `documents`; every token is below `tokenCount`, the length of every table the loops look into.
@safe struct BisectionPart<Token: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  /// The documents, by the numbers of the whole collection.
  let documents: [UInt32]
  private let starts: [UInt32]
  private let tokens: [Token]
  private let tokenCount: Int

  private init(documents: [UInt32], starts: [UInt32], tokens: [Token], tokenCount: Int) {
    self.documents = documents
    self.starts = starts
    self.tokens = tokens
    self.tokenCount = tokenCount
  }

  /// - Parameter numbers: the new number of each token, `UInt32.max` for one that does not take part.
  init(_ vectors: ForwardVectors, _ documents: [UInt32], _ numbers: [UInt32], tokenCount: Int) {
    var count = 0
    for token in vectors.tokens where numbers[Int(token)] != .max { count += 1 }
    var starts: [UInt32] = [0]
    starts.reserveCapacity(documents.count + 1)
    var tokens: [Token] = []
    tokens.reserveCapacity(count)
    for document in documents {
      for token in vectors.tokens[vectors.range(of: Int(document))] where numbers[Int(token)] != .max {
        tokens.append(Token(truncatingIfNeeded: numbers[Int(token)]))
      }
      starts.append(UInt32(tokens.count))
    }
    self.init(documents: documents, starts: starts, tokens: tokens, tokenCount: tokenCount)
  }

  /// Two parts of equal size, the documents that belong together in the same one; inside each they keep their order.
  func halved(_ effort: GraphBisection.Effort, _ logarithms: BisectionLogarithms) -> (BisectionPart, BisectionPart) {
    let half = documents.count / 2
    var counts = HalfCounts(tokenCount: tokenCount)
    count(half, &counts)
    var isRight = [Bool](repeating: true, count: documents.count)
    for place in 0..<half { isRight[place] = false }
    var gains = [Int16](repeating: 0, count: tokenCount)
    var keys: [UInt64] = []
    for round in 0..<effort.rounds {
      for token in 0..<tokenCount { gains[token] = logarithms[counts.right[token]] - logarithms[counts.left[token]] }
      let overlap = rank(gains, isRight, into: &keys)
      if overlap <= Int32(round) * BisectionLogarithms.one { break }
      var selected = keys
      Selection.partition(&selected, in: selected.indices, at: half)
      let moved = move(keys, from: selected[half], &isRight, &counts)
      if moved * 200 < documents.count { break }
    }
    return (
      part(arranged(keys, isRight, false, half, effort), counts.left, effort),
      part(arranged(keys, isRight, true, documents.count - half, effort), counts.right, effort)
    )
  }

  /// The places of one half's documents in the order that its own halving begins with: those of smaller bias first. At the
  /// end of the recursion they are sorted by bias.
  private func arranged(
    _ keys: [UInt64], _ isRight: [Bool], _ side: Bool, _ size: Int, _ effort: GraphBisection.Effort
  ) -> [UInt32] {
    var mine: [UInt64] = []
    mine.reserveCapacity(size)
    for place in isRight.indices where isRight[place] == side { mine.append(keys[place]) }
    guard effort.divides(size) else { return mine.sorted().map { UInt32(truncatingIfNeeded: $0) } }
    var selected = mine
    Selection.partition(&selected, in: selected.indices, at: size / 2)
    let pivot = selected[size / 2]
    var places: [UInt32] = []
    places.reserveCapacity(size)
    for key in mine where key < pivot { places.append(UInt32(truncatingIfNeeded: key)) }
    for key in mine where key >= pivot { places.append(UInt32(truncatingIfNeeded: key)) }
    return places
  }

  /// How often each token is in either half.
  private struct HalfCounts {
    var left: [Int32]
    var right: [Int32]

    init(tokenCount: Int) {
      left = [Int32](repeating: 0, count: tokenCount)
      right = left
    }
  }

  private func count(_ half: Int, _ counts: inout HalfCounts) {
    let middle = Int(starts[half])
    unsafe tokens.withUnsafeBufferPointer { tokens in
      unsafe counts.left.withUnsafeMutableBufferPointer { left in
        for number in 0..<middle { unsafe left[Int(tokens[number])] &+= 1 }
      }
      unsafe counts.right.withUnsafeMutableBufferPointer { right in
        for number in middle..<tokens.count { unsafe right[Int(tokens[number])] &+= 1 }
      }
    }
  }

  /// Computes each document's bias towards the right half. Keys order by bias, then by place.
  ///
  /// - Returns: how far the halves overlap: the largest bias on the left minus the smallest on the right.
  private func rank(_ gains: [Int16], _ isRight: [Bool], into keys: inout [UInt64]) -> Int32 {
    var largestLeft = Int32.min
    var smallestRight = Int32.max
    let documentCount = documents.count
    keys = unsafe [UInt64](unsafeUninitializedCapacity: documentCount) { keys, count in
      unsafe starts.withUnsafeBufferPointer { starts in
        unsafe tokens.withUnsafeBufferPointer { tokens in
          unsafe gains.withUnsafeBufferPointer { gains in
            for place in 0..<documentCount {
              var number = unsafe Int(starts[place])
              let end = unsafe Int(starts[place + 1])
              var first: Int32 = 0
              var second: Int32 = 0
              while number + 1 < end {
                unsafe first &+= Int32(gains[Int(tokens[number])])
                unsafe second &+= Int32(gains[Int(tokens[number + 1])])
                number += 2
              }
              if number < end { unsafe first &+= Int32(gains[Int(tokens[number])]) }
              let bias = first &+ second
              if isRight[place] {
                smallestRight = min(smallestRight, bias)
              } else {
                largestLeft = max(largestLeft, bias)
              }
              unsafe (keys.baseAddress! + place).initialize(
                to: UInt64(UInt32(bitPattern: bias) ^ 0x8000_0000) << 32 | UInt64(UInt32(truncatingIfNeeded: place)))
            }
          }
        }
      }
      count = documentCount
    }
    return largestLeft.subtractingReportingOverflow(smallestRight).partialValue
  }

  /// Puts the documents from `pivot` on to the right, the others to the left, and updates the counts.
  ///
  /// - Returns: how many changed sides.
  private func move(_ keys: [UInt64], from pivot: UInt64, _ isRight: inout [Bool], _ counts: inout HalfCounts) -> Int {
    var moved = 0
    unsafe tokens.withUnsafeBufferPointer { tokens in
      unsafe counts.left.withUnsafeMutableBufferPointer { left in
        unsafe counts.right.withUnsafeMutableBufferPointer { right in
          for place in keys.indices where (keys[place] >= pivot) != isRight[place] {
            isRight[place].toggle()
            moved += 1
            let change: Int32 = isRight[place] ? 1 : -1
            for number in Int(starts[place])..<Int(starts[place + 1]) {
              let token = unsafe Int(tokens[number])
              unsafe left[token] &-= change
              unsafe right[token] &+= change
            }
          }
        }
      }
    }
    return moved
  }

  /// The documents at `places` as a part of their own, without the tokens that are in one of them only.
  private func part(_ places: [UInt32], _ counts: [Int32], _ effort: GraphBisection.Effort) -> BisectionPart {
    let documents = places.map { self.documents[Int($0)] }
    guard effort.divides(places.count) else {
      return BisectionPart(documents: documents, starts: [], tokens: [], tokenCount: 0)
    }
    var numbers = [Token](repeating: 0, count: tokenCount)
    var tokenCount = 0
    var postingCount = 0
    for (token, count) in counts.enumerated() where count > 1 {
      numbers[token] = Token(truncatingIfNeeded: tokenCount)
      tokenCount += 1
      postingCount += Int(count)
    }
    var newStarts: [UInt32] = [0]
    newStarts.reserveCapacity(places.count + 1)
    // One more than needed: each token is written, and kept by moving on.
    let newTokens = unsafe [Token](unsafeUninitializedCapacity: postingCount + 1) { target, end in
      unsafe tokens.withUnsafeBufferPointer { tokens in
        unsafe counts.withUnsafeBufferPointer { counts in
          unsafe numbers.withUnsafeBufferPointer { numbers in
            for place in places {
              for number in Int(starts[Int(place)])..<Int(starts[Int(place) + 1]) {
                let token = unsafe Int(tokens[number])
                unsafe (target.baseAddress! + end).initialize(to: numbers[token])
                unsafe end += counts[token] > 1 ? 1 : 0
              }
              newStarts.append(UInt32(truncatingIfNeeded: end))
            }
          }
        }
      }
    }
    return BisectionPart(documents: documents, starts: newStarts, tokens: newTokens, tokenCount: tokenCount)
  }
}
