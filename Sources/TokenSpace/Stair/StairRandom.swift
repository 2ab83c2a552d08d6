import LinearAlgebra

/// What random numbers of a training are for.
///
/// Every use has its own generator, seeded by the seed of the training and where in it the use is, so that a resumed
/// training draws what an uninterrupted one draws, without a state to keep.
enum StairRandom: UInt64 {
  case parameters = 1
  case holdOut, validation, order, caption, noise, expansion

  /// The seed of the generator for a use at a place.
  static func seed(_ seed: UInt64, _ use: StairRandom, _ place: Int...) -> UInt64 {
    var mixed = SplitMix64(seed: seed &+ use.rawValue &* 0x9E37_79B9_7F4A_7C15)
    var result = mixed.next()
    for number in place {
      mixed = SplitMix64(seed: result ^ UInt64(bitPattern: Int64(number)) &* 0xD6E8_FEB8_6659_FD93)
      result = mixed.next()
    }
    return result
  }
}
