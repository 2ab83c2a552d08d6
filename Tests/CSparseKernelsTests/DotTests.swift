import CSparseKernels
import Testing

/// Dense rows against a query: every variant gives the bits of the plain kernel, with query and rows against forbidden pages.
@Suite struct DotTests {
  /// Lengths around every register and block, and some at random.
  private static func dimension(_ number: Int, _ choice: UInt64) -> Int {
    number % 7 == 6 ? 200 + Int(choice >> 40) % 1900 : number % 200
  }

  /// The halves of a pool without infinities and NaN: the largest exponent becomes a smaller one.
  private static func finiteHalves(_ pool: RandomPool) {
    let words = pool.bytes.assumingMemoryBound(to: UInt16.self)
    for place in 0..<RandomPool.byteCount / 2 where words[place] & 0x7C00 == 0x7C00 { words[place] &= 0xBFFF }
  }

  @Test("rows are multiplied to the bit like by the plain kernel", arguments: Level.variants)
  func variants(level: Level) {
    let (plain, variant) = (Level.all[0].kernels, level.kernels)
    let halves = RandomPool(seed: 61)
    Self.finiteHalves(halves)
    let bytes = RandomPool(seed: 62)
    // Half of the bytes are those with the largest products.
    let extremes = RandomPool(seed: 63) { random in
      UInt32(truncatingIfNeeded: random.next()) & 0x8080_8080 | (random.next() % 2 == 0 ? 0x7F7F_7F7F : 0)
    }
    let floats = RandomPool(seed: 64) { random in
      (Float(Int32(truncatingIfNeeded: random.next() >> 32)) / Float(1 << 31)).bitPattern
    }
    let queryMemory = GuardedPages(byteCount: 12_288)
    let rowMemory = GuardedPages(byteCount: 20_000)
    var random = SeededRandom(state: 65)
    for number in 0..<12_000 {
      let choice = random.next()
      let dimension = Self.dimension(number, choice)
      let rowCount = 1 + Int(choice >> 20) % 4
      // Rows in any order, and some of them twice.
      let numbers = (0..<Int(choice >> 24) % 6).map { _ in UInt32(random.next() % UInt64(rowCount)) }

      let query = queryMemory.base + queryMemory.offset(of: 4 * dimension, unit: 4, choice: choice >> 8)
      query.copyMemory(from: floats.piece(4 * dimension, choice: choice >> 16), byteCount: 4 * dimension)
      let size = 2 * dimension * rowCount
      let rows = rowMemory.base + rowMemory.offset(of: size, unit: 1, choice: choice >> 4)
      rows.copyMemory(from: halves.piece(size, choice: choice >> 12), byteCount: size)
      var expected = [Float](repeating: 1, count: numbers.count)
      var found = [Float](repeating: 2, count: numbers.count)
      plain.half_dots!(query.assumingMemoryBound(to: Float.self), rows, dimension, numbers, numbers.count, &expected)
      variant.half_dots!(query.assumingMemoryBound(to: Float.self), rows, dimension, numbers, numbers.count, &found)
      guard expected.map(\.bitPattern) == found.map(\.bitPattern) else {
        Issue.record("case \(number): \(numbers.count) rows of \(dimension) halves differ")
        return
      }

      let pool = number % 3 == 0 ? extremes : bytes
      let other = queryMemory.base + queryMemory.offset(of: dimension, unit: 1, choice: choice >> 6)
      other.copyMemory(from: pool.piece(dimension, choice: choice >> 18), byteCount: dimension)
      let byteSize = dimension * rowCount
      let byteRows = rowMemory.base + rowMemory.offset(of: byteSize, unit: 1, choice: choice >> 2)
      byteRows.copyMemory(from: pool.piece(byteSize, choice: choice >> 14), byteCount: byteSize)
      var sums = [Int32](repeating: 1, count: numbers.count)
      var others = [Int32](repeating: 2, count: numbers.count)
      let bytesOfQuery = other.assumingMemoryBound(to: Int8.self)
      let bytesOfRows = byteRows.assumingMemoryBound(to: Int8.self)
      plain.byte_dots!(bytesOfQuery, bytesOfRows, dimension, numbers, numbers.count, &sums)
      variant.byte_dots!(bytesOfQuery, bytesOfRows, dimension, numbers, numbers.count, &others)
      guard sums == others else {
        Issue.record("case \(number): \(numbers.count) rows of \(dimension) bytes differ")
        return
      }
    }
  }

  @Test("the products are what Swift computes in the stated order", arguments: Level.all)
  func meaning(level: Level) {
    for dimension in [0, 1, 31, 32, 33, 70] {
      let query = (0..<dimension).map { Float($0 % 11) / 3 - 1 }
      let row = (0..<dimension).map { Float16($0 % 7) / 5 - 0.5 }
      var lanes = [Float](repeating: 0, count: 32)
      for place in 0..<dimension { lanes[place % 32] += query[place] * Float(row[place]) }
      while lanes.count > 1 {
        let half = lanes.count / 2
        lanes = (0..<half).map { lanes[$0] + lanes[$0 + half] }
      }
      var product: Float = -1
      row.withUnsafeBytes { bytes in
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        level.kernels.half_dots!(query, start, dimension, [0], 1, &product)
      }
      #expect(product == lanes[0])

      let bytes = (0..<dimension).map { Int8(truncatingIfNeeded: $0 * 37) }
      let others = (0..<dimension).map { Int8(truncatingIfNeeded: -128 + $0) }
      var sum: Int32 = -1
      level.kernels.byte_dots!(bytes, others, dimension, [0], 1, &sum)
      #expect(sum == zip(bytes, others).reduce(0) { $0 + Int32($1.0) * Int32($1.1) })
    }
    // The longest rows there are, of the largest products.
    let largest = [Int8](repeating: -128, count: 65_536)
    var sum: Int32 = 0
    level.kernels.byte_dots!(largest, largest, 65_536, [0], 1, &sum)
    #expect(sum == 1 << 30)
    level.kernels.half_dots!(nil, nil, 5, nil, 0, nil)
    level.kernels.byte_dots!(nil, nil, 5, nil, 0, nil)
  }
}
