/// The four bits that make a 12-bit weight of an 8-bit impact: in which sixteenth of the step that was rounded to the impact
/// the weight lies (FORMAT.md §7.1.5).
///
/// The 12-bit weight is `impact + (2 · refinement − 15) / 32`, the middle of that sixteenth.
enum Refinement {
  /// How many bits a posting has beside its impact.
  static let bits = 4
  static let range: ClosedRange<UInt8> = 0...15
  /// By how much a 12-bit weight can exceed its impact, or fall short of it.
  static let largestError = 15.0 / 32

  /// The refinement of an impact.
  ///
  /// Weights beyond the step, clipped at the ceiling or raised to impact 1, get its last or first sixteenth.
  /// - Parameter half: by how much the weight exceeds the impact, as bits of a 16-bit float; not NaN.
  static func of(half: UInt16) -> UInt8 {
    let sixteenth = ((Float(Float16(bitPattern: half)) + 0.5) * 16).rounded(.down)
    return sixteenth >= 15 ? 15 : sixteenth > 0 ? UInt8(sixteenth) : 0
  }

  /// One impact in the unit of 12-bit weights.
  static let unit: UInt32 = 32

  /// The 12-bit weight in 1/32 of an impact; above 0.
  @inline(__always)
  static func weight(impact: UInt32, _ refinement: UInt8) -> UInt32 { unit &* impact &+ 2 &* UInt32(refinement) &- 15 }

  /// A 12-bit weight in impacts; exact.
  @inline(__always)
  static func impacts(_ weight: UInt32) -> Double { Double(weight) / Double(unit) }

  /// How many bytes so many refinements take, two in each.
  @inline(__always)
  static func byteCount(_ count: Int) -> Int { (count &+ 1) >> 1 }

  /// Two in each byte, the first in the low bits.
  static func packed(_ refinements: some Collection<UInt8>) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount(refinements.count))
    for (number, refinement) in refinements.enumerated() {
      bytes[number >> 1] |= refinement << UInt8(4 * (number & 1))
    }
    return bytes
  }

  /// The refinement with this number, from the byte that holds it.
  @inline(__always)
  static func unpacked(_ number: Int, from byte: UInt8) -> UInt8 {
    byte >> UInt8(truncatingIfNeeded: 4 &* (number & 1)) & 15
  }

  /// How many postings a strip has: what is left of it for impacts and their refinements, 3 bytes for every two.
  ///
  /// - Parameter byteCount: of impacts and refinements together.
  @inline(__always)
  static func count(inBytes byteCount: Int) -> Int { 2 &* byteCount / 3 }
}
