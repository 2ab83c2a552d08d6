/// The number of a document in the order of insertion over the whole life of an index. It is never reused, and a document keeps
/// it through merges; deleted documents leave gaps.
///
/// Not to be confused with a document's number within its segment, or with its place among the postings.
public struct Ordinal: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }
  public init(_ rawValue: UInt64) { self.rawValue = rawValue }

  public static func < (left: Ordinal, right: Ordinal) -> Bool { left.rawValue < right.rawValue }

  public var description: String { "\(rawValue)" }

  /// Numbers stay below this, so that sums of them and of lengths of segments cannot overflow.
  static let limit: UInt64 = 1 << 62
}
