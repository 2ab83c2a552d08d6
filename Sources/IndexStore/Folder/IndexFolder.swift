import ByteStorage

/// The names in the folder of an index. FORMAT.md §4.
enum IndexFolder {
  static let catalog = "catalog.sqlite"
  static let catalogCompanions = ["catalog.sqlite-wal", "catalog.sqlite-shm", "catalog.sqlite-journal"]
  static let catalogTemporary = "catalog.sqlite.tmp"
  static let checksum = "catalog.checksum"
  static let checksumTemporary = "catalog.checksum.tmp"
  static let lock = "writer.lock"
  /// The largest number in a name; larger ones are nobody's.
  static let maximumNumber: UInt64 = 999_999_999_999_999
  /// A writer needs this many numbers: more than it can take, which is one per segment and three per commit.
  static let numbersOfWriter: UInt64 = 1 << 33
  /// Numbers in names have at least this many digits.
  static let digitCount = 10

  /// The name of a file, such as `0000000007.postings`.
  static func name(_ number: UInt64, _ kind: FileKind) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, digitCount - digits.count)) + digits + "." + kind.name
  }

  /// The number and kind in a name that ``name(_:_:)`` made; `nil` for every other name.
  static func parse(_ name: String) -> (number: UInt64, kind: FileKind)? {
    guard let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")), let number = UInt64(name[..<dot]),
      let kind = FileKind.allCases.first(where: { $0.name == name[name.utf8.index(after: dot)...] }),
      number <= maximumNumber, Self.name(number, kind) == name
    else { return nil }
    return (number, kind)
  }

  /// The number in a name; 0 for a name that is not ours.
  static func number(_ name: String) -> UInt64 { parse(name)?.number ?? 0 }

  /// Whether a name is one that this program gives.
  static func isOurs(_ name: String) -> Bool {
    name == catalog || catalogCompanions.contains(name) || name == checksum || name == checksumTemporary
      || name == catalogTemporary || name == lock || parse(name) != nil
  }

  /// Whether a file of this name holds index data that only counts when the manifest names it.
  static func isDisposable(_ name: String) -> Bool {
    name == checksumTemporary || name == catalogTemporary || parse(name) != nil
  }
}
