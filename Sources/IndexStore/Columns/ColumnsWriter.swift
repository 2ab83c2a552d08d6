import ByteStorage
import EmbeddingDumps

/// Collects, for one segment, which documents have which values in their metadata, and writes its columns file. FORMAT.md §7.11.
///
/// Fields of few values are recorded, and those that were asked for by name whatever their values. Of others only the name is
/// kept: a condition on them reads the documents.
///
/// What is written depends on the documents and on what was asked for alone.
/// Memory: the values, and for each document that has one 1 to 5 bytes.
final class ColumnsWriter {
  private final class Field {
    let name: [UInt8]
    let isNamed: Bool
    var isRecorded = true
    /// Places in `values` and `lists`.
    var places: [ColumnValue: Int] = [:]
    var values: [ColumnValue] = []
    var lists: [DocumentList.Builder] = []
    var valueByteCount = 0

    init(name: [UInt8], isNamed: Bool) {
      self.name = name
      self.isNamed = isNamed
    }

    /// Forgets the values.
    func leaveOut() {
      places = [:]
      values = []
      lists = []
      isRecorded = false
    }
  }

  private let named: Set<[UInt8]>
  private var fields: [[UInt8]: Field] = [:]
  private var unnamedCount = 0
  private var documentCount = 0
  /// Whether documents have fields that not even the names are kept of.
  private var leavesFieldsOut = false

  /// - Parameter named: fields that were asked for.
  init(named: [String]) { self.named = Set(named.map { Array($0.utf8) }) }

  /// Appends what the next document has.
  func append(_ object: JSONObject) {
    object.forEachFilterValue { name, json in
      guard let field = field(named: name), field.isRecorded, let value = ColumnValue(json) else { return }
      let place: Int
      if let known = field.places[value] {
        place = known
      } else {
        field.valueByteCount += value.byteCount
        guard
          field.isNamed
            || (field.values.count < ColumnsLayout.maximumValueCount
              && field.valueByteCount <= ColumnsLayout.maximumValueByteCount)
        else { return field.leaveOut() }
        place = field.values.count
        field.places[value] = place
        field.values.append(value)
        field.lists.append(DocumentList.Builder())
      }
      field.lists[place].append(documentCount)
    }
    documentCount += 1
  }

  /// Appends what the next document has; nothing when its metadata are no JSON object.
  func append(metadata: [UInt8]) {
    if case .object(let object)? = try? JSONValue.parse(metadata) { append(object) } else { documentCount += 1 }
  }

  /// Whether a condition can mean a field: what can be typed has no zero byte.
  private static func canBeNamed(_ name: [UInt8]) -> Bool { !name.contains(0) }

  private func field(named name: String) -> Field? {
    let key = Array(name.utf8)
    if let known = fields[key] { return known }
    if !Self.canBeNamed(key) { return nil }
    let isNamed = named.contains(key)
    guard
      isNamed || (unnamedCount < ColumnsLayout.maximumFieldCount && key.count <= ColumnsLayout.maximumNameByteCount)
    else {
      leavesFieldsOut = true
      return nil
    }
    if !isNamed { unnamedCount += 1 }
    let field = Field(name: key, isNamed: isNamed)
    fields[key] = field
    return field
  }

  /// The sections of the file, in their order.
  func sections() -> [(tag: SectionTag, bytes: [UInt8])] {
    let share = max(ColumnsLayout.valuesOfSmallSegments, documentCount / ColumnsLayout.documentsPerValue)
    var entries = ByteWriter()
    var names = ByteWriter()
    var values = ByteWriter()
    var texts = ByteWriter()
    var lists = ByteWriter()
    var valueCount = 0
    for (_, field) in fields.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      if !field.isNamed, field.values.count > share { field.leaveOut() }
      entries.u64(UInt64(valueCount))
      entries.u64(UInt64(names.count))
      entries.u32(UInt32(truncatingIfNeeded: field.values.count))
      entries.u32(UInt32(truncatingIfNeeded: field.name.count))
      entries.u32(
        (field.isRecorded ? ColumnsLayout.isRecorded : 0) | (field.isNamed ? ColumnsLayout.isNamed : 0))
      entries.u32(0)
      names.append(field.name)
      valueCount += field.values.count
      for place in field.values.indices.sorted(by: { field.values[$0].isBefore(field.values[$1]) }) {
        let value = field.values[place]
        let list = field.lists[place]
        let packed = list.packed()
        values.u64(value.text == nil ? value.bits : UInt64(texts.count))
        values.u32(value.kind.rawValue)
        values.u32(UInt32(truncatingIfNeeded: value.text?.utf8.count ?? 0))
        values.u64(UInt64(lists.count))
        values.u32(UInt32(truncatingIfNeeded: packed.count))
        values.u32(UInt32(truncatingIfNeeded: list.count))
        values.u32(UInt32(truncatingIfNeeded: list.first))
        values.u32(0)
        if let text = value.text { texts.append(utf8: text) }
        lists.append(packed)
      }
    }
    var summary = ByteWriter()
    summary.u64(UInt64(documentCount))
    summary.u32(UInt32(truncatingIfNeeded: fields.count))
    summary.u32(leavesFieldsOut ? 1 : 0)
    return [
      (ColumnsLayout.lists, lists.bytes), (ColumnsLayout.texts, texts.bytes), (ColumnsLayout.values, values.bytes),
      (ColumnsLayout.names, names.bytes), (ColumnsLayout.fields, entries.bytes),
      (ColumnsLayout.summary, summary.bytes),
    ]
  }

  /// Writes and finishes the file.
  func finish(to file: EnvelopeWriter) throws(StorageError) -> FileSummary {
    for section in sections() {
      try file.begin(section.tag)
      try file.append(section.bytes)
      file.end()
    }
    return try file.finish()
  }
}
