import ByteStorage

/// Reads the columns file of a segment. Usable from many threads.
struct ColumnsReader: Sendable {
  /// A metadata field that documents of the segment have.
  struct Field: Sendable {
    /// As conditions name it, dots of inner objects included.
    let name: String
    /// Whether its values are in the file.
    let isRecorded: Bool
    /// Whether it was asked for.
    let isNamed: Bool
    fileprivate let values: Range<Int>

    /// Different values.
    var valueCount: Int { values.count }
  }

  let documentCount: Int
  /// By the bytes of their names.
  let fields: [Field]
  /// Whether documents have fields that are not among ``fields``.
  let leavesFieldsOut: Bool
  private let values: Section
  private let texts: Section
  private let lists: Section

  /// Checks the fields; values and lists are checked when they are read.
  init(_ file: EnvelopeFile) throws(StorageError) {
    let summary = try file.section(ColumnsLayout.summary)
    var reader = try summary.reader()
    documentCount = try reader.length()
    let fieldCount = Int(try reader.u32())
    let leaves = try reader.u32()
    let entries = try file.section(ColumnsLayout.fields)
    values = try file.section(ColumnsLayout.values)
    texts = try file.section(ColumnsLayout.texts)
    lists = try file.section(ColumnsLayout.lists)
    guard reader.isAtEnd, leaves <= 1, entries.byteCount == fieldCount * ColumnsLayout.fieldEntryByteCount,
      values.byteCount % ColumnsLayout.valueEntryByteCount == 0
    else {
      throw summary.damage(
        at: 0, expected: "\(ColumnsLayout.summaryByteCount) bytes about \(entries.byteCount) bytes of fields",
        found: "\(fieldCount) fields")
    }
    leavesFieldsOut = leaves == 1
    fields = try Self.fields(
      entries, names: try file.section(ColumnsLayout.names),
      valueCount: values.byteCount / ColumnsLayout.valueEntryByteCount)
  }

  private static func fields(_ entries: Section, names: Section, valueCount: Int) throws(StorageError) -> [Field] {
    let texts = try names.bytes(0..<names.byteCount)
    var reader = try entries.reader()
    var fields: [Field] = []
    var (value, place) = (0, 0)
    while !reader.isAtEnd {
      let at = reader.offset
      let firstValue = try reader.length()
      let nameOffset = try reader.length()
      let count = Int(try reader.u32())
      let length = Int(try reader.u32())
      let flags = try reader.u32()
      let zero = try reader.u32()
      // Counts of 32 bits, so that the sums fit.
      guard firstValue == value, nameOffset == place, length <= names.byteCount - place, count <= valueCount - value,
        flags <= ColumnsLayout.isRecorded | ColumnsLayout.isNamed, zero == 0,
        flags & ColumnsLayout.isRecorded != 0 || count == 0,
        let name = String(validating: texts[place..<place + length], as: UTF8.self),
        fields.last.map({ $0.name.utf8.lexicographicallyPrecedes(name.utf8) }) ?? true
      else {
        throw entries.damage(at: at, expected: "fields one after the other, by their names", found: "another entry")
      }
      fields.append(
        Field(
          name: name, isRecorded: flags & ColumnsLayout.isRecorded != 0, isNamed: flags & ColumnsLayout.isNamed != 0,
          values: value..<value + count))
      value += count
      place += length
    }
    guard value == valueCount, place == names.byteCount else {
      throw entries.damage(
        at: 0, expected: "\(valueCount) values and \(names.byteCount) bytes of names", found: "\(value) and \(place)")
    }
    return fields
  }

  /// The field that a condition names; `nil` when no document has it, or when it was left out (``leavesFieldsOut``).
  func field(named name: String) -> Field? { fields.first { $0.name.utf8.elementsEqual(name.utf8) } }

  /// Calls `body` with every value of a field, ascending, and with a function that gives its documents.
  ///
  /// - Throws: `damaged` for a value that makes no sense or is out of order, and for such a list.
  /// - Complexity: O(values), and O(documents) for each list that is asked for.
  func forEachValue(
    of field: Field,
    _ body: (ColumnValue, _ documents: ((Int) -> Void) throws(StorageError) -> Void) throws(StorageError) -> Void
  ) throws(StorageError) {
    let size = ColumnsLayout.valueEntryByteCount
    var reader = try values.reader(field.values.lowerBound * size..<field.values.upperBound * size)
    var last: ColumnValue?
    for number in field.values {
      let content = try reader.u64()
      let kind = try reader.u32()
      let textLength = Int(try reader.u32())
      let listOffset = try reader.length()
      let listLength = Int(try reader.u32())
      let count = Int(try reader.u32())
      let first = Int(try reader.u32())
      let zero = try reader.u32()
      guard let value = try value(kind, content, textLength), zero == 0, last.map({ $0.isBefore(value) }) ?? true else {
        throw values.damage(at: number * size, expected: "values ascending", found: "another entry")
      }
      last = value
      try body(value) { give throws(StorageError) in
        guard listOffset <= lists.byteCount, listLength <= lists.byteCount - listOffset,
          DocumentList.forEach(
            in: try lists.bytes(listOffset..<listOffset + listLength), first: first, count: count,
            documentCount: documentCount, give)
        else {
          throw values.damage(at: number * size, expected: "a list of \(count) documents", found: "something else")
        }
      }
    }
  }

  private func value(_ kind: UInt32, _ content: UInt64, _ length: Int) throws(StorageError) -> ColumnValue? {
    guard let kind = ColumnValue.Kind(rawValue: kind) else { return nil }
    guard kind == .text || kind == .bigInteger else {
      return length == 0 ? ColumnValue(kind, bits: content, text: nil) : nil
    }
    guard let offset = Int(exactly: content), offset <= texts.byteCount, length <= texts.byteCount - offset,
      let text = String(validating: try texts.bytes(offset..<offset + length), as: UTF8.self)
    else { return nil }
    return ColumnValue(kind, bits: 0, text: text)
  }

  /// Whether the file is what a writer makes of a segment.
  func hasSections(_ expected: [(tag: SectionTag, bytes: [UInt8])], in file: EnvelopeFile) throws(StorageError) -> Bool
  {
    for (tag, bytes) in expected {
      let section = try file.section(tag)
      if try section.bytes(0..<section.byteCount) != bytes { return false }
    }
    return true
  }
}
