import CSparseKernels
import Glibc
import Testing

/// A million groups of postings, shared among the variants: documents at both ends of the 16 bits and many times in one
/// group, weights at their limits, the groups against a forbidden page.
@Suite struct AddGroupsTests {
  private static let cellBytes = 4 << 16
  private static let groupBytes = 48
  private static let most = 400

  @Test("groups of postings are added like by the plain kernel", arguments: Level.variants)
  func adding(level: Level) {
    let (plain, variant) = (Level.all[0].kernels.add_groups!, level.kernels.add_groups!)
    let scattered = RandomPool(seed: 81)
    // Halves of a word that are often 0, the largest, or one of a few.
    let crowded = RandomPool(seed: 82) { random in
      let word = UInt32(truncatingIfNeeded: random.next())
      return switch word >> 30 {
      case 0: 0
      case 1: .max
      case 2: word & 0x00FF_00FF
      default: word
      }
    }
    let memory = GuardedPages(byteCount: Self.most * Self.groupBytes)
    let expected = GuardedPages(byteCount: Self.cellBytes)
    let found = GuardedPages(byteCount: Self.cellBytes)
    var random = SeededRandom(state: 83)
    var groupsLeft = 1_000_000 / Level.variants.count
    var round = 0
    while groupsLeft > 0 {
      let choice = random.next()
      let weight = ([1, -1, 7, -300, 65_535, -65_535] as [Int32])[round % 6]
      // Sums stay within 31 bits, as in a query: few groups with a large weight.
      let count = weight.magnitude > 1000 ? round / 6 % 7 : round % 5 == 0 ? round / 5 % 20 : Self.most
      let size = count * Self.groupBytes
      let groups = memory.base + memory.offset(of: size, unit: 1, choice: choice)
      memcpy(groups, (round / 6 % 2 == 0 ? scattered : crowded).piece(size, choice: choice >> 16), size)
      plain(
        groups.assumingMemoryBound(to: UInt8.self), count, weight, expected.base.assumingMemoryBound(to: Int32.self))
      variant(groups.assumingMemoryBound(to: UInt8.self), count, weight, found.base.assumingMemoryBound(to: Int32.self))
      guard memcmp(expected.base, found.base, Self.cellBytes) == 0 else {
        Issue.record("round \(round): \(count) groups, weight \(weight)")
        return
      }
      if round % 6 == 5 {
        memset(expected.base, 0, Self.cellBytes)
        memcpy(found.base, expected.base, Self.cellBytes)
      }
      groupsLeft -= count
      round += 1
    }
  }
}
