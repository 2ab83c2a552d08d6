/// One of the two spaces that are aligned.
public enum AlignedSide: String, Sendable, CaseIterable, CustomStringConvertible {
  /// The space of the documents, usually that of an image encoder.
  case images
  /// The space of the queries, usually that of a text encoder.
  case texts

  /// As errors name it.
  public var description: String { rawValue }

  /// The other one.
  public var other: AlignedSide { self == .images ? .texts : .images }
}
