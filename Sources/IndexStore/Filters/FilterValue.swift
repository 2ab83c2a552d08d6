import ByteStorage
import EmbeddingDumps
import Foundation
import GRDB

/// A scalar of metadata as the catalog keeps it, so that conditions can be answered without the documents. FORMAT.md §7.9.
///
/// Two values are equal when their kinds and bytes are: 3 is not 3.0, and texts that only look the same differ.
enum FilterValue: Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case bigInteger(String)
  case text(String)

  /// The numbers of the kinds in the catalog. FORMAT.md §7.9.1.
  enum Kind: Int64, CaseIterable {
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

  /// The value of a row; nil when kind and content do not fit together.
  init?(kind: Int64, _ content: DatabaseValue) {
    switch (Kind(rawValue: kind), content.storage) {
    case (.null, .int64(0)): self = .null
    case (.bool, .int64(0)): self = .bool(false)
    case (.bool, .int64(1)): self = .bool(true)
    case (.integer, .int64(let integer)): self = .integer(integer)
    case (.number, .double(let number)): self = .number(number)
    case (.bigInteger, .string(let digits)): self = .bigInteger(digits)
    case (.text, .string(let text)): self = .text(text)
    case (.text, .blob(let data)):
      guard data.contains(0), let text = String(validating: data, as: UTF8.self) else { return nil }
      self = .text(text)
    default: return nil
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

  /// What the column `value` holds.
  var content: DatabaseValue {
    switch self {
    case .null: Int64(0).databaseValue
    case .bool(let flag): Int64(flag ? 1 : 0).databaseValue
    case .integer(let integer): integer.databaseValue
    case .number(let number): number.databaseValue
    case .bigInteger(let digits): digits.databaseValue
    // SQLite's texts end at a zero byte.
    case .text(let text): text.utf8.contains(0) ? Data(text.utf8).databaseValue : text.databaseValue
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

  /// Bytes that it takes in memory and in the catalog, about.
  var byteCount: Int {
    switch self {
    case .bigInteger(let text), .text(let text): 16 + text.utf8.count
    default: 16
    }
  }

  /// Kind and content in the fixed form that checksums cover. FORMAT.md §7.9.3.
  func encode(into writer: inout ByteWriter) {
    writer.u8(UInt8(kind.rawValue))
    switch self {
    case .null: writer.u64(0)
    case .bool(let flag): writer.u64(flag ? 1 : 0)
    case .integer(let integer): writer.u64(UInt64(bitPattern: integer))
    case .number(let number): writer.f64(number)
    case .bigInteger(let text), .text(let text):
      writer.u64(UInt64(text.utf8.count))
      writer.append(utf8: text)
    }
  }
}

extension FilterValue: Hashable {
  static func == (left: FilterValue, right: FilterValue) -> Bool {
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
