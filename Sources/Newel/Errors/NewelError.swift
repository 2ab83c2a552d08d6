/// The one error of the public interface: an open code, a sentence, and what lay beneath.
///
/// New codes may appear in any release; compare codes with `==`, never the message.
public struct NewelError: Error, Sendable, CustomStringConvertible {
  /// What kind of thing went wrong.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// An argument or a query that cannot be used.
    public static let invalidArgument = Code(rawValue: "invalid-argument")
    /// No such index, file, document or token.
    public static let notFound = Code(rawValue: "not-found")
    /// Input data that contradicts itself or its format.
    public static let invalidInput = Code(rawValue: "invalid-input")
    /// A file of an index is damaged.
    public static let damaged = Code(rawValue: "damaged")
    /// Written by a newer version.
    public static let unsupportedVersion = Code(rawValue: "unsupported-version")
    /// Somebody else is writing.
    public static let locked = Code(rawValue: "locked")
    /// A query that can be read but has nothing to search for in this index: no known word, or negative ones only.
    public static let nothingToSearch = Code(rawValue: "nothing-to-search")
    /// The caller stopped the job.
    public static let cancelled = Code(rawValue: "cancelled")
    /// The operating system refused to read or write.
    public static let inputOutput = Code(rawValue: "input-output")
  }

  public let code: Code
  /// One sentence: what, where, expected, found, how to fix.
  public let message: String
  /// The error of the layer below, if there was one.
  public let cause: (any Error)?

  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  public var description: String { message }
}
