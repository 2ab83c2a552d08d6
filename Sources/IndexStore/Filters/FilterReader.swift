import ByteStorage
import EmbeddingDumps
import GRDB

/// Answers conditions on metadata for one segment from the catalog.
struct FilterReader {
  let catalog: CatalogDatabase
  let segment: Manifest.Segment

  /// The field that a condition means; nil when no document of the segment has it.
  ///
  /// - Throws: ``IndexStoreError/unrecordedField(name:)`` when its values are not in the catalog.
  func field(named name: String) throws(IndexStoreError) -> FilterField? {
    let field = segment.fields.first { $0.isNamed(name) }
    guard field?.isRecorded ?? !segment.leavesFieldsOut else { throw .unrecordedField(name: name) }
    return field
  }

  /// The documents for which a condition holds, as a bitmap.
  ///
  /// - Throws: `damagedCatalog` when a row that is needed is not what was committed. That no row is missing is the business of
  ///   ``checkEntries(of:)``.
  func documents(meeting condition: MetadataCondition) throws(IndexStoreError) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: (segment.documentCount + 63) / 64)
    if let field = try field(named: condition.field) {
      for part in Self.candidates(for: condition) {
        try forEachRow(of: field, where: part.sql, part.arguments) { value, row throws(IndexStoreError) in
          guard condition.matches(value.json) else { return }
          try forEachDocument(row, value, of: field) { words[$0 >> 6] |= 1 << UInt64($0 & 63) }
        }
      }
    }
    guard condition.comparison == .notEqual else { return words }
    for place in words.indices { words[place] = ~words[place] }
    if segment.documentCount % 64 != 0 { words[words.count - 1] &= (1 << UInt64(segment.documentCount % 64)) - 1 }
    return words
  }

  /// Compares what all rows of a field say, but for their lists, with what the manifest counts.
  ///
  /// - Complexity: O(values).
  func checkEntries(of field: FilterField) throws(IndexStoreError) {
    var rows = 0
    var sum: UInt64 = 0
    try forEachRow(of: field, where: "1", []) { value, row throws(IndexStoreError) in
      rows += 1
      let entry = try entry(row, field)
      let checksum = FilterRow.entryChecksum(
        of: value, field: field.name, segment: segment.number, firstDocument: entry.first, documentCount: entry.count,
        rowChecksum: entry.checksum)
      sum = sum.addingReportingOverflow(checksum).partialValue
    }
    guard rows == field.rowCount, sum == field.entryChecksums else { throw damage(field) }
  }

  /// Every document of every value of a field, value by value.
  func forEachDocument(of field: FilterField, _ body: (FilterValue, Int) -> Void) throws(IndexStoreError) {
    try forEachRow(of: field, where: "1", []) { value, row throws(IndexStoreError) in
      try forEachDocument(row, value, of: field) { body(value, $0) }
    }
  }

  /// Where the values are that may meet a condition; each still has to be asked.
  private static func candidates(
    for condition: MetadataCondition
  ) -> [(sql: String, arguments: [any DatabaseValueConvertible])] {
    typealias Kind = FilterValue.Kind
    guard condition.comparison == .equal || condition.comparison == .notEqual else {
      return [("kind BETWEEN ? AND ?", [Kind.integer.rawValue, Kind.bigInteger.rawValue])]
    }
    var parts: [(sql: String, arguments: [any DatabaseValueConvertible])] = []
    func exactly(_ value: FilterValue) {
      parts.append(("kind = ? AND value = ?", [value.kind.rawValue, value.content]))
    }
    exactly(.text(condition.value))
    if condition.value == "null" { exactly(.null) }
    if condition.value == "true" || condition.value == "false" { exactly(.bool(condition.value == "true")) }
    if let integer = condition.integer {
      exactly(.integer(integer))
    } else if let number = condition.number {
      // Beyond 2⁵³ several integers are one number.
      let low = Int64(exactly: number.nextDown.rounded(.down)) ?? (number < 0 ? .min : .max)
      let high = Int64(exactly: number.nextUp.rounded(.up)) ?? (number < 0 ? .min : .max)
      parts.append(("kind = ? AND value BETWEEN ? AND ?", [Kind.integer.rawValue, low, high]))
    }
    if let number = condition.number {
      exactly(.number(number == 0 ? 0 : number))
      exactly(.bigInteger(condition.value))
    }
    return parts
  }

  private func forEachRow(
    of field: FilterField, where condition: String, _ arguments: [any DatabaseValueConvertible],
    _ body: (FilterValue, Row) throws(IndexStoreError) -> Void
  ) throws(IndexStoreError) {
    try catalog.read { db in
      let statement = try db.cachedStatement(
        sql: """
          SELECT kind, value, first_document, document_count, checksum, documents FROM filter_values
          WHERE segment = ? AND field = ? AND \(condition) ORDER BY kind, value, first_document
          """)
      let all: [any DatabaseValueConvertible] = [Int64(segment.number), field.number] + arguments
      let rows = try Row.fetchCursor(statement, arguments: StatementArguments(all))
      while let row = try rows.next() {
        guard let kind = row[0] as Int64?, let value = FilterValue(kind: kind, row[1]) else { throw damage(field) }
        try body(value, row)
      }
    }
  }

  private func entry(
    _ row: Row, _ field: FilterField
  ) throws(IndexStoreError) -> (first: Int, count: Int, checksum: UInt32) {
    guard let first = row[2] as Int?, let count = row[3] as Int?,
      let checksum = (row[4] as Int64?).flatMap(UInt32.init(exactly:))
    else { throw damage(field) }
    return (first, count, checksum)
  }

  /// A row's documents, after its checksum was compared.
  private func forEachDocument(
    _ row: Row, _ value: FilterValue, of field: FilterField, _ body: (Int) -> Void
  ) throws(IndexStoreError) {
    let entry = try entry(row, field)
    let packed: DatabaseValue = row[5]
    guard case .blob(let data) = packed.storage else { throw damage(field) }
    let documents = Array(data)
    let checksum = FilterRow.checksum(
      of: value, field: field.name, segment: segment.number, firstDocument: entry.first, documentCount: entry.count,
      documents)
    guard checksum == entry.checksum,
      DocumentList.forEach(
        in: documents, first: entry.first, count: entry.count, documentCount: segment.documentCount, body)
    else { throw damage(field) }
  }

  private func damage(_ field: FilterField) -> IndexStoreError {
    .damagedCatalog(
      path: catalog.path,
      what: "the values of the metadata field '\(field.name)' in segment \(segment.number) do not match their checksum")
  }
}
