/// What a file of an index holds. FORMAT.md §5.1.
public enum FileKind: UInt32, Sendable, CaseIterable {
  case postings = 1
  case forward = 2
  case documents = 3
  case vectors = 4
  case head = 5
  case vocabulary = 6
  case coordinates = 7
  case alignment = 8
  case tombstones = 9
  case commit = 10
  case columns = 11
  case scales = 12
  case segment = 13

  /// The name of the kind, which is also the extension of its files.
  public var name: String {
    switch self {
    case .postings: "postings"
    case .forward: "forward"
    case .documents: "documents"
    case .vectors: "vectors"
    case .head: "head"
    case .vocabulary: "vocabulary"
    case .coordinates: "coordinates"
    case .alignment: "alignment"
    case .tombstones: "tombstones"
    case .commit: "commit"
    case .columns: "columns"
    case .scales: "scales"
    case .segment: "segment"
    }
  }
}

/// What the manifest remembers of a file, enough to know it again.
public struct FileSummary: Sendable, Hashable {
  /// The name inside the folder.
  public var name: String
  /// The length of the whole file in bytes.
  public var byteCount: Int
  /// The checksum at the end of the footer. It covers the checksums of everything else, so it identifies the content.
  public var checksum: UInt32

  public init(name: String, byteCount: Int, checksum: UInt32) {
    self.name = name
    self.byteCount = byteCount
    self.checksum = checksum
  }
}

/// The name of a section: four ASCII letters, the first in the lowest byte. FORMAT.md §5.3.
public struct SectionTag: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// A tag from four ASCII characters, as in `SectionTag("DOCS")`.
  ///
  /// - Precondition: `text` has exactly four bytes.
  public init(_ text: StaticString) {
    let bytes = Array(text.description.utf8)
    precondition(bytes.count == 4, "A section tag has exactly four ASCII characters.")
    rawValue = bytes.enumerated().reduce(0) { $0 | UInt32($1.element) << UInt32(8 * $1.offset) }
  }

  /// The four characters; other bytes than printable ASCII are shown as `?`.
  public var description: String {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> (8 * UInt32($0))) }
    return String(decoding: bytes.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }
}

/// The constants of the envelope around every file. FORMAT.md §5.
public enum EnvelopeLayout {
  /// The format version written and read.
  public static let formatVersion: UInt32 = 2
  /// The first eight bytes of every file.
  public static let magic: [UInt8] = Array("NEWELIDX".utf8)
  /// Every bit of `NEWL` inverted, near the end of every file.
  public static let invertedMagic: [UInt8] = "NEWL".utf8.map { ~$0 }
  /// The length of the header in bytes.
  public static let headerByteCount = 64
  /// The length of the footer in bytes.
  public static let footerByteCount = 64
  /// The length of an entry of the section table in bytes.
  public static let sectionEntryByteCount = 32
  /// Sections, and the section table, begin at multiples of this.
  public static let alignment = 64
  /// The number of bytes under one checksum of the block table.
  public static let blockByteCount = 65_536
  /// The largest number of sections in a file.
  public static let maximumSectionCount = 4096

  /// The next place, from `offset` on, at which a section or the section table can begin.
  ///
  /// - Precondition: `offset` lies in a file, so that adding 63 to it cannot overflow.
  static func aligned(_ offset: Int) -> Int { (offset + alignment - 1) / alignment * alignment }

  /// Offsets in the header. FORMAT.md §5.1.
  enum Header {
    static let magic = 0
    static let formatVersion = 8
    static let kind = 12
    static let reserved = 16
    static let flags = 24
    static let zeros = 28
    static let checksum = 60
  }

  /// Offsets in an entry of the section table. FORMAT.md §5.3.
  enum SectionEntry {
    static let tag = 0
    static let zero = 4
    static let offset = 8
    static let length = 16
    static let reserved = 24
  }

  /// Offsets in the footer. FORMAT.md §5.5.
  enum Footer {
    static let sectionTableOffset = 0
    static let sectionCount = 8
    static let blockCount = 12
    static let sectionTableChecksum = 16
    static let blockTableChecksum = 20
    static let fileByteCount = 24
    static let formatVersion = 32
    static let kind = 36
    static let reserved = 40
    static let zeros = 48
    static let invertedMagic = 56
    static let checksum = 60
  }

  static func header(kind: FileKind) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(magic)
    writer.u32(formatVersion)
    writer.u32(kind.rawValue)
    writer.u64(0)
    writer.u32(0)
    writer.zeros(Header.checksum - Header.zeros)
    writer.u32(CRC32C.checksum(writer.bytes))
    return writer.bytes
  }
}
