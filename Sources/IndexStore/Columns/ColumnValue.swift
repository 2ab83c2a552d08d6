import EmbeddingDumps

/// A scalar of metadata as a columns file keeps it, so that conditions can be answered without the documents. FORMAT.md §7.11.
///
/// Two values are equal when their kinds and bytes are: 3 is not 3.0, and texts that only look the same differ.
enum ColumnValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case bigInteger(String)
  case text(String)

  /// The numbers of the kinds in the file. FORMAT.md §7.11.2.
  enum Kind: UInt32, CaseIterable {
    case null = 0
    case bool = 1
    case integer = 2
    case number = 3
    case bigInteger = 4
    case text = 5
  }

  /// The value of a JSON scalar; nil for arrays and objects.
  init?(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .integer(let integer): self = .integer(integer)
    // Zero has one spelling here, as it is one number to every condition.
    case .number(let number): self = .number(number == 0 ? 0 : number)
    case .bigInteger(let digits): self = .bigInteger(digits)
    case .string(let text): self = .text(text)
    case .array, .object: return nil
    }
  }

  var kind: Kind {
    switch self {
    case .null: .null
    case .bool: .bool
    case .integer: .integer
    case .number: .number
    case .bigInteger: .bigInteger
    case .text: .text
    }
  }

  /// The value as a document had it, but for the sign of zero.
  var json: JSONValue {
    switch self {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .integer(let integer): .integer(integer)
    case .number(let number): .number(number)
    case .bigInteger(let digits): .bigInteger(digits)
    case .text(let text): .string(text)
    }
  }

  /// The text of the kinds that have one.
  var text: String? {
    switch self {
    case .bigInteger(let text), .text(let text): text
    default: nil
    }
  }

  /// The 64 bits of the kinds that have no text.
  var bits: UInt64 {
    switch self {
    case .null, .bigInteger, .text: 0
    case .bool(let flag): flag ? 1 : 0
    case .integer(let integer): UInt64(bitPattern: integer)
    case .number(let number): number.bitPattern
    }
  }

  /// The value of these bits, or of this text; nil when they do not fit the kind.
  init?(_ kind: Kind, bits: UInt64, text: String?) {
    switch (kind, text) {
    case (.null, nil) where bits == 0: self = .null
    case (.bool, nil) where bits <= 1: self = .bool(bits == 1)
    case (.integer, nil): self = .integer(Int64(bitPattern: bits))
    case (.number, nil) where Double(bitPattern: bits).isFinite: self = .number(Double(bitPattern: bits))
    case (.bigInteger, let text?): self = .bigInteger(text)
    case (.text, let text?): self = .text(text)
    default: return nil
    }
  }

  /// The order in the file: by kind, then by value; texts by their bytes.
  func isBefore(_ other: ColumnValue) -> Bool {
    switch (self, other) {
    case (.bool(let one), .bool(let other)): !one && other
    case (.integer(let one), .integer(let other)): one < other
    case (.number(let one), .number(let other)): one < other
    case (.bigInteger(let one), .bigInteger(let other)), (.text(let one), .text(let other)):
      one.utf8.lexicographicallyPrecedes(other.utf8)
    default: kind.rawValue < other.kind.rawValue
    }
  }

  /// Bytes that it takes in memory and in the file, about.
  var byteCount: Int { ColumnsLayout.valueEntryByteCount + (text?.utf8.count ?? 0) }
}

extension ColumnValue: Hashable {
  static func == (left: ColumnValue, right: ColumnValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let one), .bool(let other)): one == other
    case (.integer(let one), .integer(let other)): one == other
    case (.number(let one), .number(let other)): one == other
    case (.bigInteger(let one), .bigInteger(let other)), (.text(let one), .text(let other)):
      one == other && one.utf8.elementsEqual(other.utf8)
    default: false
    }
  }

  func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let flag): hasher.combine(flag)
    case .integer(let integer): hasher.combine(integer)
    case .number(let number): hasher.combine(number)
    // Equal bytes are equal texts, so this agrees with the stricter equality above.
    case .bigInteger(let text), .text(let text): hasher.combine(text)
    }
  }
}
