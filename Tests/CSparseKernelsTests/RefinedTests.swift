import CSparseKernels
import Glibc
import Testing

/// 12-bit weights of every document of two windows, by every variant, against what the strips mean; the strips end before a
/// forbidden page, but for the padding that the header promises.
@Suite struct RefinedTests {
  /// A strip with refinements behind it, and the weight of each cell in 1/32 of an impact.
  private struct RefinedStrip {
    let sample: SampleStrip
    var bytes: [UInt8]
    var weights = [UInt32](repeating: 0, count: 4096)

    init(shape: Int, random: inout SeededRandom) {
      sample = SampleStrip(shape: shape, random: &random)
      bytes = sample.bytes
      let refinements = sample.postings.map { _ in UInt8(random.next() % 16) }
      for number in stride(from: 0, to: refinements.count, by: 2) {
        bytes.append(refinements[number] | (number + 1 < refinements.count ? refinements[number + 1] << 4 : 0))
      }
      let dense = Int(sample.entry.dense_count)
      let denseBlocks = Set(sample.bytes[8 * dense..<9 * dense].map(Int.init))
      // Refinements stand in the order of the impacts: those of sparse blocks first.
      var next = (sparse: 0, dense: Int(sample.entry.sparse_count))
      for posting in sample.postings {
        let number = denseBlocks.contains(posting.cell / 64) ? next.dense : next.sparse
        if denseBlocks.contains(posting.cell / 64) { next.dense += 1 } else { next.sparse += 1 }
        weights[posting.cell] = 32 * UInt32(posting.impact) + 2 * UInt32(refinements[number]) - 15
      }
    }
  }

  @Test("every posting is found with its refinement, and no other", arguments: Level.all)
  func finding(level: Level) {
    var random = SeededRandom(state: 97)
    let memory = GuardedPages(byteCount: 32768)
    for round in 0..<150 {
      let strips = [
        RefinedStrip(shape: round, random: &random), RefinedStrip(shape: Int(random.next() % 12), random: &random),
      ]
      var entries = strips.map(\.sample.entry) + [newel_strip()]
      entries[1].start = UInt32(strips[0].bytes.count)
      entries[2].start = UInt32(strips[0].bytes.count + strips[1].bytes.count)
      let bytes = strips[0].bytes + strips[1].bytes
      let size = bytes.count + Int(NEWEL_STRIP_PADDING)
      let place = (memory.base + memory.byteCount - size).assumingMemoryBound(to: UInt8.self)
      bytes.withUnsafeBytes { if !$0.isEmpty { memcpy(place, $0.baseAddress!, $0.count) } }
      let expected = strips[0].weights + strips[1].weights

      var documents = (0..<8192).map { UInt32($0) }
      if round % 2 == 1 { documents.shuffle(using: &random) }
      if round % 3 == 2 { documents.removeLast(Int(random.next() % 8192)) }
      var weights = [UInt32](repeating: 77, count: documents.count)
      level.kernels.refined_weights!(entries, place, documents, documents.count, &weights)
      if weights != documents.map({ expected[Int($0)] }) {
        Issue.record("round \(round)")
        return
      }
    }
    level.kernels.refined_weights!(nil, nil, nil, 0, nil)
  }
}
