import ByteStorage
import Foundation
import GRDB

/// The tables of the catalog that answer conditions on metadata. FORMAT.md §7.7.1 and §7.9.
enum FilterSchema {
  static let statements = [
    """
    CREATE TABLE filter_fields (
      segment INTEGER NOT NULL REFERENCES segments (number),
      number INTEGER NOT NULL,
      name TEXT NOT NULL,
      is_recorded INTEGER NOT NULL,
      value_count INTEGER NOT NULL,
      row_count INTEGER NOT NULL,
      entry_checksums INTEGER NOT NULL,
      PRIMARY KEY (segment, number)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE filter_values (
      segment INTEGER NOT NULL,
      field INTEGER NOT NULL,
      kind INTEGER NOT NULL,
      value ANY NOT NULL,
      first_document INTEGER NOT NULL,
      document_count INTEGER NOT NULL,
      checksum INTEGER NOT NULL,
      documents BLOB NOT NULL,
      PRIMARY KEY (segment, field, kind, value, first_document)
    ) STRICT, WITHOUT ROWID
    """,
  ]

  /// The fields of every segment, by its number.
  static func readFields(_ db: Database, path: String) throws -> [UInt64: [FilterField]] {
    var fields: [UInt64: [FilterField]] = [:]
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT segment, number, name, is_recorded, value_count, row_count, entry_checksums FROM filter_fields
        ORDER BY segment, number
        """)
    while let row = try rows.next() {
      guard let segment = (row[0] as Int64?).flatMap(UInt64.init(exactly:)),
        let number = row[1] as Int?, let name = row[2] as String?, let recorded = row[3] as Int?,
        let values = row[4] as Int?, let count = row[5] as Int?,
        let sum = (row[6] as Int64?).flatMap(UInt64.init(exactly:)),
        number == fields[segment, default: []].count, recorded == 0 || recorded == 1, values >= 0, count >= values
      else { throw IndexStoreError.damagedCatalog(path: path, what: "a metadata field of a segment makes no sense") }
      fields[segment, default: []].append(
        FilterField(
          number: number, name: name, isRecorded: recorded == 1, valueCount: values, rowCount: count,
          entryChecksums: sum))
    }
    return fields
  }

  /// Replaces the fields of every segment.
  static func storeFields(_ segments: [Manifest.Segment], _ db: Database) throws {
    for segment in segments {
      for field in segment.fields {
        try db.cachedStatement(
          sql:
            "INSERT INTO filter_fields (segment, number, name, is_recorded, value_count, row_count, entry_checksums) "
            + "VALUES (?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
          Int64(segment.number), field.number, field.name, field.isRecorded ? 1 : 0, field.valueCount, field.rowCount,
          Int64(field.entryChecksums),
        ])
      }
    }
  }
}

extension CatalogWriter {
  /// Adds a value of a field to the open transaction.
  func insert(_ row: FilterRow, segment: UInt64, field: Int) throws(IndexStoreError) {
    try database.write { db in
      let statement = try db.cachedStatement(
        sql: "INSERT INTO filter_values (segment, field, kind, value, first_document, document_count, checksum, "
          + "documents) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      try statement.execute(arguments: [
        Int64(segment), field, row.value.kind.rawValue, row.value.content, row.firstDocument, row.documentCount,
        Int64(row.checksum), Data(row.documents),
      ])
    }
  }

  /// Takes the rows of a field back.
  func removeFilterRows(segment: UInt64, field: Int) throws(IndexStoreError) {
    try database.write { db in
      try db.execute(
        sql: "DELETE FROM filter_values WHERE segment = ? AND field = ?", arguments: [Int64(segment), field])
    }
  }

  /// Different values among the rows of a field.
  func countFilterValues(segment: UInt64, field: Int) throws(IndexStoreError) -> Int {
    try database.write { db in
      try Int.fetchOne(
        db,
        sql: "SELECT count(*) FROM (SELECT DISTINCT kind, value FROM filter_values WHERE segment = ? AND field = ?)",
        arguments: [Int64(segment), field]) ?? 0
    }
  }
}
