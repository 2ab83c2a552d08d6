import CSparseKernels
import Glibc
import Testing

@Suite struct DispatchTests {
  @Test("the best level that the CPU has is used, unless the plain one is forced")
  func level() {
    let forced = getenv("NEWEL_FORCE_SCALAR").map { String(cString: $0) } == "1"
    #expect(newel_kernel_level() == Int32(forced ? NEWEL_PLAIN : Level.all.last?.number ?? -1))
    #expect(Level.all.first?.number == NEWEL_PLAIN)
    #expect(newel_kernels_at(-1) == nil)
    #expect(newel_kernels_at(Int32(NEWEL_LEVELS)) == nil)
  }

  @Test("each function leads to the kernel of its name")
  func functions() {
    #expect(newel_crc32c(0, Array("123456789".utf8), 9) == 0xE306_9283)
    var float: [Float] = [0, 0]
    newel_half_to_float([0x3C00, 0xC000] as [UInt16], &float, 2)
    #expect(float == [1, -2])
    var half: [UInt16] = [0, 0]
    newel_float_to_half([1, -2], &half, 2)
    #expect(half == [0x3C00, 0xC000])
    var cells: [UInt32] = [1, 2]
    newel_add_scaled_bytes([3, 4], 10, &cells, 2)
    #expect(cells == [31, 42])
    var positions: [UInt32] = [9, 9]
    #expect(newel_collect_at_least([31, 42], 2, 32, &positions) == 1)
    #expect(positions[0] == 1)
    var scores = [Int32](repeating: 0, count: 1 << 16)
    newel_add_groups([UInt8](repeating: 0, count: 32) + [UInt8](repeating: 5, count: 16), 1, 2, &scores)
    #expect(scores[0] == 160)
  }
}
