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
    // One sparse posting: document 3 of block 1, impact 5.
    var entry = [
      newel_strip(blocks: 2, start: 0, dense_count: 0, sparse_count: 1, first_maximum: 0),
      newel_strip(blocks: 0, start: 2, dense_count: 0, sparse_count: 0, first_maximum: 0),
    ]
    let strip: [UInt8] = [128 + 3, 5] + [UInt8](repeating: 0, count: Int(NEWEL_STRIP_PADDING))
    var cells = [Int32](repeating: 0, count: 4096)
    #expect(newel_add_strip(&entry, strip, 2, 10, &cells) == 1)
    #expect(newel_add_strips(&entry, 1, strip, 10, &cells) == 1)
    #expect(cells[67] == 100)
    var bounds = [UInt32](repeating: 1, count: 64)
    newel_add_maxima(&entry, 1, [UInt8](repeating: 4, count: 1 + Int(NEWEL_STRIP_PADDING)), 10, &bounds)
    #expect(bounds[1] == 41)
    var largest: UInt32 = 0
    newel_window_bounds(bounds, 1, &largest)
    #expect(largest == 41)
    #expect(newel_blocks_at_least(bounds, 2) == 2)
    var positions: [UInt32] = [9, 9]
    #expect(newel_collect_at_least([31, 42], 2, 32, &positions) == 1)
    #expect(positions[0] == 1)
    var products: [Float] = [0]
    newel_half_dots([2], [0, 0x3C, 0, 0xC0], 1, [1], 1, &products)
    #expect(products == [-4])
    var sums: [Int32] = [0]
    newel_byte_dots([2], [5, -7], 1, [1], 1, &sums)
    #expect(sums == [-14])
  }
}
