import EmbeddingDumps

/// Collects, for one segment, which documents have which values in their metadata. FORMAT.md §7.9.
///
/// Fields of few values are recorded, and those that were asked for by name whatever their values. Of others only the name is
/// kept, so that a condition on them can be told from a mistyped one.
///
/// Memory: ``Limits/heldByteCount`` of lists, which then go to the catalog, and at most ``Limits/values`` values for each of at
/// most ``Limits/fields`` fields.
final class FilterCollector {
  struct Limits: Sendable {
    /// Values of a recorded field that nobody asked for.
    var values = 4096
    /// A field new to the index may have one value for so many documents of its first segment, ...
    var documentsPerValue = 8
    /// ... and always this many.
    var valuesOfSmallSegments = 64
    /// Bytes of one field's values.
    var valueByteCount = 1 << 20
    /// Fields of a segment, those asked for not counted.
    var fields = 256
    /// Bytes of a field's name.
    var nameByteCount = 1024
    /// Bytes of lists that are held before they go to the catalog.
    var heldByteCount = 64 << 20
  }

  /// What is known of fields before a segment begins.
  struct Plan: Sendable {
    /// Recorded whatever their values.
    var named: Set<String> = []
    /// Recorded in every segment before that has them.
    var recorded: Set<String> = []
    /// Left out of a segment before.
    var leftOut: Set<String> = []

    /// - Parameter segments: those before.
    init(named: [String], after segments: [Manifest.Segment]) {
      self.named = Set(named)
      for field in segments.flatMap(\.fields) {
        if field.isRecorded { recorded.insert(field.name) } else { leftOut.insert(field.name) }
      }
    }
  }

  private final class Field {
    let number: Int
    let name: String
    let isNamed: Bool
    var isRecorded: Bool
    /// Places in `values` and `lists`.
    var places: [FilterValue: Int] = [:]
    var values: [FilterValue] = []
    var lists: [DocumentList.Builder] = []
    var valueByteCount = 0
    var rowCount = 0
    var entryChecksums: UInt64 = 0

    init(number: Int, name: String, isNamed: Bool, isRecorded: Bool) {
      self.number = number
      self.name = name
      self.isNamed = isNamed
      self.isRecorded = isRecorded
    }

    func clear() {
      places = [:]
      values = []
      lists = []
    }
  }

  private let segment: UInt64
  private let plan: Plan
  private let limits: Limits
  private let catalog: CatalogWriter
  private var numbers: [[UInt8]: Int] = [:]
  private var fields: [Field] = []
  private var unnamedFields = 0
  private var heldByteCount = 0
  /// Whether documents have fields that not even the names are kept of.
  private(set) var leavesFieldsOut = false

  init(segment: UInt64, plan: Plan, limits: Limits, catalog: CatalogWriter) {
    self.segment = segment
    self.plan = plan
    self.limits = limits
    self.catalog = catalog
  }

  /// Adds what a document has.
  ///
  /// - Parameter document: its number in the segment; not below that of the call before.
  func add(_ object: JSONObject, document: Int) throws(IndexStoreError) {
    try object.forEachFilterValue { (name, value) throws(IndexStoreError) in
      guard let field = field(named: name), field.isRecorded, let value = FilterValue(value) else { return }
      let place: Int
      if let known = field.places[value] {
        place = known
      } else {
        guard try makesRoom(for: value, in: field) else { return }
        place = field.values.count
        field.places[value] = place
        field.values.append(value)
        field.lists.append(DocumentList.Builder())
      }
      let before = field.lists[place].byteCount
      field.lists[place].append(document)
      heldByteCount += field.lists[place].byteCount - before
    }
    if heldByteCount > limits.heldByteCount { try flush() }
  }

  /// Writes what is held, and says which fields the segment has.
  func finish(documentCount: Int) throws(IndexStoreError) -> [FilterField] {
    let share = max(limits.valuesOfSmallSegments, documentCount / limits.documentsPerValue)
    for field in fields where field.isRecorded && !field.isNamed && !plan.recorded.contains(field.name) {
      if field.values.count > share { try leaveOut(field) }
    }
    try flush()
    var result: [FilterField] = []
    for field in fields {
      result.append(
        FilterField(
          number: field.number, name: field.name, isRecorded: field.isRecorded,
          valueCount: field.isRecorded
            ? try catalog.countFilterValues(segment: segment, field: field.number) : 0,
          rowCount: field.rowCount, entryChecksums: field.entryChecksums))
    }
    return result
  }

  /// Whether a condition can mean a field: SQLite's texts end at a zero byte, and so does what can be typed.
  static func canBeNamed(_ name: [UInt8]) -> Bool { !name.contains(0) }

  private func field(named name: String) -> Field? {
    let key = Array(name.utf8)
    if let number = numbers[key] { return fields[number] }
    let isNamed = plan.named.contains(name)
    if !Self.canBeNamed(key) { return nil }
    guard isNamed || (unnamedFields < limits.fields && key.count <= limits.nameByteCount) else {
      leavesFieldsOut = true
      return nil
    }
    if !isNamed { unnamedFields += 1 }
    let field = Field(
      number: fields.count, name: name, isNamed: isNamed, isRecorded: isNamed || !plan.leftOut.contains(name))
    numbers[key] = field.number
    fields.append(field)
    return field
  }

  /// Takes a new value into account.
  ///
  /// - Returns: whether the field is recorded still.
  private func makesRoom(for value: FilterValue, in field: Field) throws(IndexStoreError) -> Bool {
    field.valueByteCount += value.byteCount
    if field.isNamed {
      heldByteCount += value.byteCount
      return true
    }
    if field.values.count < limits.values, field.valueByteCount <= limits.valueByteCount { return true }
    try leaveOut(field)
    return false
  }

  private func leaveOut(_ field: Field) throws(IndexStoreError) {
    if field.rowCount > 0 { try catalog.removeFilterRows(segment: segment, field: field.number) }
    heldByteCount -= field.lists.reduce(0) { $0 + $1.byteCount }
    field.clear()
    field.isRecorded = false
    field.rowCount = 0
    field.entryChecksums = 0
  }

  /// Writes the lists to the catalog and forgets them. Values of a field that was asked for are forgotten too.
  private func flush() throws(IndexStoreError) {
    for field in fields where field.isRecorded {
      for place in field.values.indices where field.lists[place].count > 0 {
        let row = FilterRow(field.values[place], field.lists[place], field: field.name, segment: segment)
        try catalog.insert(row, segment: segment, field: field.number)
        field.rowCount += 1
        field.entryChecksums += FilterRow.entryChecksum(
          of: row.value, field: field.name, segment: segment, firstDocument: row.firstDocument,
          documentCount: row.documentCount, rowChecksum: row.checksum)
      }
      if field.isNamed {
        field.clear()
      } else {
        for place in field.lists.indices { field.lists[place] = DocumentList.Builder() }
      }
    }
    heldByteCount = 0
  }
}
