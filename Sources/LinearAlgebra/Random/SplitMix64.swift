import Glibc

/// A small seeded generator: the same seed gives the same numbers on every machine.
///
/// Not for secrets.
/// - Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014).
public struct SplitMix64: RandomNumberGenerator, Sendable {
  /// Where the sequence is: a generator with this seed goes on as this one does.
  public private(set) var state: UInt64

  /// A generator whose whole sequence is determined by `seed`.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from [0, 1), in steps of 2⁻⁵³.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number from [0, `bound`); `bound` must be positive.
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "a random number below 0 does not exist")
    return Int(next(upperBound: UInt64(bound)))
  }

  /// A number from the normal distribution with mean 0 and standard deviation 1 (Box and Muller, 1958).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }
}
