import GRDB

/// Puts together what the catalog knows of the metadata of neighbouring segments. FORMAT.md §7.9.
///
/// Nothing is decided anew: a field stays recorded when it is recorded in every segment that has it, whatever its values, so
/// that every condition that could be answered can be answered afterwards, and no other.
///
/// Memory: the values and lists of one field of one segment, and 64 MiB.
struct FilterMerger {
  /// Bytes of lists that are held before they go to the catalog.
  static let heldByteCount = 64 << 20

  private let sources: [Manifest.Segment]
  private let number: UInt64
  /// Reads the last commit.
  private let committed: CatalogDatabase
  /// Takes the rows of the new segment, in the open transaction.
  private let catalog: CatalogWriter

  init(_ sources: [Manifest.Segment], number: UInt64, committed: CatalogDatabase, catalog: CatalogWriter) {
    self.sources = sources
    self.number = number
    self.committed = committed
    self.catalog = catalog
  }

  /// Whether documents have fields of which nothing is known.
  var leavesFieldsOut: Bool { sources.contains(where: \.leavesFieldsOut) }

  /// Writes the values of every recorded field; the fields of the new segment.
  ///
  /// - Throws: `damagedCatalog` when the catalog is not what was committed.
  func write() throws(IndexStoreError) -> [FilterField] {
    var names: [String] = []
    var seen: Set<[UInt8]> = []
    for field in sources.flatMap(\.fields) where seen.insert(Array(field.name.utf8)).inserted {
      names.append(field.name)
    }
    var fields: [FilterField] = []
    for (number, name) in names.enumerated() { fields.append(try merge(name, number)) }
    return fields
  }

  private func merge(_ name: String, _ number: Int) throws(IndexStoreError) -> FilterField {
    var result = FilterField(
      number: number, name: name, isRecorded: isRecorded(name), valueCount: 0, rowCount: 0, entryChecksums: 0)
    guard result.isRecorded else { return result }
    var lists: [FilterValue: DocumentList.Builder] = [:]
    var first = 0
    for source in sources {
      if let field = source.fields.first(where: { $0.isNamed(name) }) {
        let reader = FilterReader(catalog: committed, segment: source)
        try reader.checkEntries(of: field)
        try reader.forEachDocument(of: field) { lists[$0, default: DocumentList.Builder()].append(first + $1) }
      }
      first += source.documentCount
      if lists.reduce(0, { $0 + $1.value.byteCount }) > Self.heldByteCount { try write(&lists, &result) }
    }
    try write(&lists, &result)
    result.valueCount = try catalog.countFilterValues(segment: self.number, field: number)
    return result
  }

  private func isRecorded(_ name: String) -> Bool {
    sources.allSatisfy { source in
      source.fields.first { $0.isNamed(name) }?.isRecorded ?? !source.leavesFieldsOut
    }
  }

  private func write(
    _ lists: inout [FilterValue: DocumentList.Builder], _ field: inout FilterField
  ) throws(IndexStoreError) {
    for (value, list) in lists {
      let row = FilterRow(value, list, field: field.name, segment: number)
      try catalog.insert(row, segment: number, field: field.number)
      field.rowCount += 1
      field.entryChecksums += FilterRow.entryChecksum(
        of: value, field: field.name, segment: number, firstDocument: row.firstDocument,
        documentCount: row.documentCount, rowChecksum: row.checksum)
    }
    lists = [:]
  }
}

extension CatalogWriter {
  /// Removes the values of segments that are neither of the last commit nor of the one before: snapshots of those two can
  /// still be asked.
  func removeFilterRows(exceptOf kept: Set<UInt64>) throws(IndexStoreError) {
    try database.write { db in
      var next: Int64? = .min
      while let from = next {
        next = try Int64.fetchOne(
          db, sql: "SELECT min(segment) FROM filter_values WHERE segment >= ?", arguments: [from])
        guard let segment = next else { break }
        if UInt64(exactly: segment).map(kept.contains) != true {
          try db.execute(sql: "DELETE FROM filter_values WHERE segment = ?", arguments: [segment])
        }
        next = segment == .max ? nil : segment + 1
      }
    }
  }
}
