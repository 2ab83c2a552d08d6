import CSparseKernels
import Testing

@Suite("Every variant adds groups of postings as the plain one does")
struct AddGroupsTests {
  /// A million groups in all; documents at both ends of the 16 bits and many twice in a group, weights at their limits.
  @Test(arguments: Level.variants)
  func asThePlainOneDoes(level: Level) {
    let plain = Level.all[0].kernels
    let variant = level.kernels
    var random = SystemRandomNumberGenerator()
    var expected = [Int32](repeating: 0, count: 1 << 16)
    var found = expected
    for round in 0..<250 {
      let count = round % 5 == 0 ? round % 7 : 5000
      let documents: [UInt16] = (0..<16 * count).map { _ in
        let bits = random.next() as UInt16
        return round % 3 == 0 ? bits : bits & 3 == 0 ? 0 : bits & 3 == 1 ? .max : bits & 0xFF
      }
      var groups: [UInt8] = []
      groups.reserveCapacity(48 * count)
      for group in 0..<count {
        for document in documents[16 * group..<16 * group + 16] {
          groups.append(UInt8(truncatingIfNeeded: document))
          groups.append(UInt8(document >> 8))
        }
        for _ in 0..<16 { groups.append(random.next()) }
      }
      let weight = [1, -1, 7, 65_535, -65_535][round % 5] as Int32
      for index in expected.indices {
        expected[index] = Int32(index % 5)
        found[index] = Int32(index % 5)
      }
      // As in a query, sums stay within 31 bits: with large weights only a few groups.
      let small = min(count, weight.magnitude > 7 ? 8 : count)
      plain.add_groups(groups, small, weight, &expected)
      variant.add_groups(groups, small, weight, &found)
      #expect(found == expected, "\(level), round \(round)")
    }
  }
}
