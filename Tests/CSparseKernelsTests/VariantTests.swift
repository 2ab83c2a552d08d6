import CSparseKernels
import Glibc
import Testing

/// Every variant against the plain kernel, bit by bit: lengths from 0 to 130 and a few larger, unaligned places, and
/// forbidden pages around every array. A million cases for each kernel, shared among the variants.
@Suite struct VariantTests {
  private static let cases = (1_000_000 + Level.variants.count - 1) / max(1, Level.variants.count)

  /// The length of a case: all small ones in turn, now and then a larger one.
  private static func length(_ number: Int, _ choice: UInt64, upTo largest: Int) -> Int {
    number % 251 == 250 ? Int(choice % UInt64(largest + 1)) : number % 131
  }

  /// Runs the cases until one fails; the description of that one.
  private static func firstFailure(seed: UInt64, _ fails: (_ number: Int, inout SeededRandom) -> String?) -> String? {
    var random = SeededRandom(state: seed)
    for number in 0..<cases {
      if let failure = fails(number, &random) { return "seed \(seed), case \(number): \(failure)" }
    }
    return nil
  }

  @Test("the checksum is that of the plain kernel", arguments: Level.variants)
  func checksum(level: Level) {
    let (plain, variant) = (Level.all[0].kernels.crc32c!, level.kernels.crc32c!)
    let pool = RandomPool(seed: 11)
    let memory = GuardedPages(byteCount: 16384)
    let failure = Self.firstFailure(seed: 12) { number, random in
      let choice = random.next()
      let count = Self.length(number, choice >> 40, upTo: 16000)
      let bytes = memory.base + memory.offset(of: count, unit: 1, choice: choice >> 8)
      memcpy(bytes, pool.piece(count, choice: choice >> 16), count)
      let start = number % 4 == 0 ? 0 : UInt32(truncatingIfNeeded: choice)
      return variant(start, bytes, count) == plain(start, bytes, count) ? nil : "\(count) bytes from \(start)"
    }
    #expect(failure == nil)
  }

  @Test("halves are decoded like by the plain kernel", arguments: Level.variants)
  func decoding(level: Level) {
    let (plain, variant) = (Level.all[0].kernels.half_to_float!, level.kernels.half_to_float!)
    let pool = RandomPool(seed: 21)
    let memory = GuardedPages(byteCount: 8192)
    let results = ResultPair(byteCount: 16384)
    let failure = Self.firstFailure(seed: 22) { number, random in
      let choice = random.next()
      let count = Self.length(number, choice >> 40, upTo: 3000)
      let halves = memory.base + memory.offset(of: 2 * count, unit: 1, choice: choice >> 8)
      memcpy(halves, pool.piece(2 * count, choice: choice >> 16), 2 * count)
      results.place(4 * count, unit: 4, choice: choice, from: pool)
      plain(halves, results.expected.assumingMemoryBound(to: Float.self), count)
      variant(halves, results.found.assumingMemoryBound(to: Float.self), count)
      return results.areEqual ? nil : "\(count) halves"
    }
    #expect(failure == nil)
  }

  @Test("halves are encoded like by the plain kernel", arguments: Level.variants)
  func encoding(level: Level) {
    let (plain, variant) = (Level.all[0].kernels.float_to_half!, level.kernels.float_to_half!)
    let pool = RandomPool.floats(seed: 31)
    let memory = GuardedPages(byteCount: 16384)
    let results = ResultPair(byteCount: 8192)
    let failure = Self.firstFailure(seed: 32) { number, random in
      let choice = random.next()
      let count = Self.length(number, choice >> 40, upTo: 3000)
      let place = memory.base + memory.offset(of: 4 * count, unit: 4, choice: choice >> 8)
      memcpy(place, pool.piece(4 * count, choice: choice >> 16), 4 * count)
      let floats = UnsafePointer(place.assumingMemoryBound(to: Float.self))
      results.place(2 * count, unit: 1, choice: choice, from: pool)
      plain(floats, results.expected, count)
      variant(floats, results.found, count)
      return results.areEqual ? nil : "\(count) floats"
    }
    #expect(failure == nil)
  }

  @Test("the cells that reach a threshold are those of the plain kernel", arguments: Level.variants)
  func collecting(level: Level) {
    let (plain, variant) = (Level.all[0].kernels.collect_at_least!, level.kernels.collect_at_least!)
    let pool = RandomPool(seed: 51)
    let memory = GuardedPages(byteCount: 16384)
    let results = ResultPair(byteCount: 16384)
    let failure = Self.firstFailure(seed: 52) { number, random in
      let choice = random.next()
      let count = Self.length(number, choice >> 40, upTo: 4000)
      let cells = (memory.base + memory.offset(of: 4 * count, unit: 4, choice: choice >> 8))
        .assumingMemoryBound(to: Int32.self)
      memcpy(cells, pool.piece(4 * count, choice: choice >> 16), 4 * count)
      let any = Int32(truncatingIfNeeded: choice)
      let threshold: Int32 =
        switch number % 8 {
        case 0: 1
        case 1: .max
        case 2: 0
        case 3: .min
        case 4: any
        // Few cells, which is what the search asks for.
        default: .max - (any & 0x0FFF_FFFF)
        }
      if count > 0, number % 3 == 0 {
        cells[Int(choice >> 33) % count] = threshold
        cells[Int(choice >> 21) % count] = number % 2 == 0 ? .max : .min
      }
      results.place(4 * count, unit: 4, choice: choice, from: pool)
      let expected = plain(cells, count, threshold, results.expected.assumingMemoryBound(to: UInt32.self))
      let found = variant(cells, count, threshold, results.found.assumingMemoryBound(to: UInt32.self))
      guard found == expected else { return "\(count) cells, threshold \(threshold): \(found) cells, not \(expected)" }
      results.forget(from: 4 * expected, to: 4 * count)
      return results.areEqual ? nil : "\(count) cells, threshold \(threshold)"
    }
    #expect(failure == nil)
  }
}

/// Two guarded arrays with the same content, one for the plain kernel and one for the variant.
private final class ResultPair {
  private let first: GuardedPages
  private let second: GuardedPages
  private var offset = 0
  private var compared = 0..<0

  init(byteCount: Int) {
    first = GuardedPages(byteCount: byteCount)
    second = GuardedPages(byteCount: byteCount)
  }

  var expected: UnsafeMutableRawPointer { first.base + offset }
  var found: UnsafeMutableRawPointer { second.base + offset }

  /// Puts both arrays to the same place and fills them and what is around them with the same random bytes.
  func place(_ size: Int, unit: Int, choice: UInt64, from pool: RandomPool) {
    offset = first.offset(of: size, unit: unit, choice: choice >> 4)
    compared = first.surroundings(of: size, at: offset)
    memcpy(first.base + compared.lowerBound, pool.piece(compared.count, choice: choice >> 24), compared.count)
    memcpy(second.base + compared.lowerBound, first.base + compared.lowerBound, compared.count)
  }

  /// Leaves some bytes of the arrays out of the comparison.
  func forget(from: Int, to: Int) {
    memset(expected + from, 0, to - from)
    memset(found + from, 0, to - from)
  }

  /// Whether both arrays and the 64 bytes on each side hold the same.
  var areEqual: Bool {
    memcmp(first.base + compared.lowerBound, second.base + compared.lowerBound, compared.count) == 0
  }
}
