import CSparseKernels
import Glibc
import Testing

/// A million documents, shared among the variants: tokens at both ends of the table and twice in a document, entries at
/// their limits, tokens, impacts and table against forbidden pages.
@Suite struct ForwardTests {
  private static let cases = (1_000_000 + Level.variants.count - 1) / max(1, Level.variants.count)
  private static let most = 3000

  /// A table in which every fourth entry or so is set, the first and the last one by turns.
  private static func fill(_ table: GuardedPages, round: Int) -> UnsafePointer<UInt32> {
    let entries = table.base.assumingMemoryBound(to: UInt32.self)
    var random = SeededRandom(state: 94 &+ UInt64(round))
    for token in 0..<65_536 {
      let word = UInt32(truncatingIfNeeded: random.next())
      entries[token] = word >> 30 != 0 ? 0 : round % 2 == 0 ? word & 0xFFFF : word &* 5
    }
    entries[0] = round % 3 == 0 ? 0 : .max
    entries[65_535] = round % 3 == 1 ? 0 : 65_535
    return UnsafePointer(entries)
  }

  @Test("documents are scored and matched like by the plain kernel", arguments: Level.variants)
  func documents(level: Level) {
    let (plain, variant) = (Level.all[0].kernels, level.kernels)
    let pool = RandomPool(seed: 91)
    // Halves of a word that are often 0, the largest, or one of a few.
    let crowded = RandomPool(seed: 92) { random in
      let word = UInt32(truncatingIfNeeded: random.next())
      return switch word >> 30 {
      case 0: 0
      case 1: .max
      case 2: word & 0x00FF_00FF
      default: word
      }
    }
    let table = GuardedPages(byteCount: 4 << 16)
    let tokenMemory = GuardedPages(byteCount: 8192)
    let impactMemory = GuardedPages(byteCount: 4096)
    let expected = GuardedPages(byteCount: 4 * Self.most)
    let found = GuardedPages(byteCount: 4 * Self.most)
    var weights = Self.fill(table, round: 0)
    var random = SeededRandom(state: 93)
    for number in 0..<Self.cases {
      if number % 50_000 == 49_999 { weights = Self.fill(table, round: number / 50_000 + 1) }
      let choice = random.next()
      let count = number % 251 == 250 ? Int(choice >> 40) % (Self.most + 1) : number % 131
      let tokenBytes = tokenMemory.base + tokenMemory.offset(of: 2 * count, unit: 1, choice: choice >> 8)
      memcpy(tokenBytes, (number % 3 == 0 ? crowded : pool).piece(2 * count, choice: choice >> 16), 2 * count)
      let impactBytes = impactMemory.base + impactMemory.offset(of: count, unit: 1, choice: choice >> 4)
      memcpy(impactBytes, pool.piece(count, choice: choice >> 24), count)
      let tokens = UnsafePointer(tokenBytes.assumingMemoryBound(to: UInt8.self))
      let impacts = UnsafePointer(impactBytes.assumingMemoryBound(to: UInt8.self))
      let sum = plain.forward_dot!(tokens, impacts, count, weights)
      guard variant.forward_dot!(tokens, impacts, count, weights) == sum else {
        Issue.record("case \(number): the sum of \(count) postings differs")
        return
      }
      // As little room as there may be: behind the last position is the forbidden page.
      let room = found.byteCount - 4 * count
      let places = (expected.base + room).assumingMemoryBound(to: UInt32.self)
      let others = (found.base + room).assumingMemoryBound(to: UInt32.self)
      let matched = plain.forward_matches!(tokens, count, weights, places)
      guard variant.forward_matches!(tokens, count, weights, others) == matched,
        memcmp(places, others, 4 * matched) == 0
      else {
        Issue.record("case \(number): the matches of \(count) postings differ")
        return
      }
    }
  }

  @Test("a document's score and matches are what Swift computes", arguments: Level.all)
  func meaning(level: Level) {
    var weights = [UInt32](repeating: 0, count: 65_536)
    weights[0] = 7
    weights[300] = 65_535
    weights[65_535] = UInt32(bitPattern: -3)
    for count in 0...70 {
      let choices: [UInt16] = [0, 300, 65_535, 5, 65_534]
      let tokens = (0..<count).map { choices[$0 % 5] }
      let impacts: [UInt8] = (0..<count).map { UInt8(truncatingIfNeeded: 255 - $0) }
      var sum: UInt32 = 0
      for (token, impact) in zip(tokens, impacts) { sum &+= weights[Int(token)] &* UInt32(impact) }
      let bytes = tokens.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
      #expect(level.kernels.forward_dot!(bytes, impacts, count, weights) == sum)
      var positions = [UInt32](repeating: 0, count: count)
      let found = level.kernels.forward_matches!(bytes, count, weights, &positions)
      let held = (0..<count).filter { $0 % 5 < 3 }.map { UInt32($0) }
      #expect(Array(positions.prefix(found)) == held)
    }
    #expect(level.kernels.forward_dot!(nil, nil, 0, weights) == 0)
    #expect(level.kernels.forward_matches!(nil, 0, weights, nil) == 0)
  }
}
