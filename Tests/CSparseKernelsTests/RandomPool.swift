/// Splitmix64 (Steele, Lea and Flood 2014): the seed gives the whole sequence.
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

/// Random bytes made once; a case takes them from a random place, which costs far less than to make them.
final class RandomPool {
  let bytes: UnsafeMutableRawPointer
  static let byteCount = 1 << 18

  init(seed: UInt64, _ word: (inout SeededRandom) -> UInt32 = { UInt32(truncatingIfNeeded: $0.next()) }) {
    bytes = .allocate(byteCount: Self.byteCount, alignment: 64)
    var random = SeededRandom(state: seed)
    for offset in stride(from: 0, to: Self.byteCount, by: 4) {
      bytes.storeBytes(of: word(&random), toByteOffset: offset, as: UInt32.self)
    }
  }

  deinit { bytes.deallocate() }

  /// `size` bytes that begin at a multiple of four.
  func piece(_ size: Int, choice: UInt64) -> UnsafeRawPointer {
    UnsafeRawPointer(bytes + Int(choice % UInt64((Self.byteCount - size) / 4)) * 4)
  }

  /// Floats whose halves are normal, subnormal, zero, infinite or NaN, many of them halfway between two halves.
  static func floats(seed: UInt64) -> RandomPool {
    RandomPool(seed: seed) { random in SampleFloats.next(&random).bitPattern }
  }
}

/// Floats that a conversion to half precision may get wrong.
enum SampleFloats {
  static func next(_ random: inout SeededRandom) -> Float {
    let word = random.next()
    let sign = UInt32(truncatingIfNeeded: word >> 63) << 31
    let any = UInt32(truncatingIfNeeded: word)
    // Exponents from below the smallest subnormal half to above the largest half.
    let exponent = UInt32(100 + (word >> 32) % 46) << 23
    switch (word >> 40) % 8 {
    case 0: return Float(bitPattern: any)
    case 1: return Float(bitPattern: sign | 0x7F80_0000 | (any & 0x7F_FFFF))
    case 2: return Float(bitPattern: sign | (any & 0x7F_FFFF))
    case 3: return Float(bitPattern: sign | exponent | (any & 0x7F_E000) | 0x1000)
    case 4: return Float(bitPattern: sign | exponent | (any & 0x7F_F000) &+ UInt32(word >> 50 & 2) &- 1)
    case 5: return Float(bitPattern: sign | exponent | 0x40_0000 >> (any % 24))
    default: return Float(bitPattern: sign | exponent | (any & 0x7F_FFFF))
    }
  }
}
