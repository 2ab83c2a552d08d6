import LinearAlgebra
import Testing

@Suite struct NumberTests {
  @Test("SplitMix64 gives the published sequence for seed 1234567")
  func publishedSequence() {
    var random = SplitMix64(seed: 1_234_567)
    #expect(random.next() == 6_457_827_717_110_365_317)
    #expect(random.next() == 3_203_168_211_198_807_973)
    #expect(random.next() == 9_817_491_932_198_370_423)
  }

  @Test("Uniform and normal numbers have their means and variances")
  func moments() {
    var random = SplitMix64(seed: 3)
    let n = 20_000
    let uniform = (0..<n).map { _ in random.uniform() }
    let normal = (0..<n).map { _ in random.normal() }
    #expect(uniform.allSatisfy { (0..<1).contains($0) })
    #expect(abs(uniform.reduce(0, +) / Double(n) - 0.5) < 0.01)
    #expect(abs(normal.reduce(0, +) / Double(n)) < 0.03)
    #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / Double(n) - 1) < 0.04)
    #expect(normal.allSatisfy { $0.isFinite })
  }

  @Test("Every half survives the way to a float and back")
  func halfRoundTrip() {
    let halves = (0...UInt16.max).map { $0 }
    var floats = [Float](repeating: -1, count: halves.count + 2)
    halves.withUnsafeBytes { bytes in
      HalfFloats.decode(bytes.bytes, count: halves.count, into: &floats, at: 1)
    }
    #expect(floats.first == -1 && floats.last == -1)
    let back = HalfFloats.encode(floats[1...halves.count])
    for (half, again) in zip(halves, back) where half & 0x7C00 != 0x7C00 || half & 0x3FF == 0 {
      #expect(half == again)
    }
    #expect(floats[1 + 0x3C00] == 1)
  }

  @Test("Narrowing rounds to the nearest half and overflows to infinity")
  func narrowing() {
    #expect(HalfFloats.encode([1, -2, 65504, 70000, 0][...]) == [0x3C00, 0xC000, 0x7BFF, 0x7C00, 0])
    #expect(HalfFloats.encode([]) == [])
  }
}
