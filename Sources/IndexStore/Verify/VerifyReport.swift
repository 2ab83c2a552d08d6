/// How thoroughly an index is checked.
public enum VerifyLevel: String, Sendable, CaseIterable, Comparable {
  /// The manifest, and that every file it names is there with the right header, footer and tables.
  case quick
  /// Every checksum of every file, and the keys.
  case full
  /// Everything decoded: documents, keys against the catalog, dense rows, postings against their inverse, SQLite's own
  /// check.
  case deep

  public static func < (left: VerifyLevel, right: VerifyLevel) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .quick: 0
    case .full: 1
    case .deep: 2
    }
  }
}

/// Something that is wrong with an index.
public struct VerifyProblem: Sendable, Equatable, CustomStringConvertible {
  /// The name of the file inside the folder.
  public var file: String
  /// One sentence.
  public var message: String

  public var description: String { message }
}

/// What a check found.
public struct VerifyReport: Sendable {
  public var level: VerifyLevel
  public var generation: UInt64
  public var documentCount: UInt64
  /// Files that were looked at, catalog included.
  public var filesChecked = 0
  /// Bytes whose checksums were computed.
  public var bytesChecked = 0
  /// What is wrong; empty for a good index.
  public var problems: [VerifyProblem] = []
  /// What is worth knowing and not wrong.
  public var notes: [String] = []

  /// Whether nothing is wrong.
  public var isGood: Bool { problems.isEmpty }
}
