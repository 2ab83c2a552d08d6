public import EmbeddingDumps
import GRDB
public import InvertedIndex
import Synchronization

/// A metadata field that documents of an index have.
public struct FilterFieldInfo: Sendable, Equatable {
  /// As conditions name it, dots of inner objects included.
  public var name: String
  /// Different values in the whole index; nil when they are not in the catalog, so that no condition on the field can be
  /// answered.
  public var valueCount: Int?
}

extension IndexSnapshot {
  /// The documents that meet every condition, one bitmap for each segment.
  ///
  /// - Throws: ``IndexStoreError/outdatedSnapshot(path:)`` when segments were merged and another commit followed,
  ///   ``IndexStoreError/unknownField(name:known:)`` for a field that no document has,
  ///   ``IndexStoreError/unrecordedField(name:)`` for one whose values are not in the catalog, `damagedCatalog` when what is there
  ///   is not what was committed.
  /// - Complexity: O(documents of the values that match), and at the first use of a field O(its values).
  public func accepted(by filter: MetadataFilter) throws(IndexStoreError) -> [AcceptedDocuments] {
    do throws(IndexStoreError) {
      return try bitmaps(of: filter)
    } catch {
      guard case .damagedCatalog = error, try isOutdated() else { throw error }
      throw .outdatedSnapshot(path: folder)
    }
  }

  /// Whether segments of this snapshot are no longer part of the index, so that the catalog may have forgotten their values.
  private func isOutdated() throws(IndexStoreError) -> Bool {
    let path = catalog.path
    guard case .manifest(let current) = try catalog.read({ db in try CatalogReader.read(db, path: path) }) else {
      return false
    }
    return !Set(manifest.segments.map(\.number)).isSubset(of: current.segments.map(\.number))
  }

  /// Proves that what was read before this call was complete: the values of a merged segment go all at once, and never come
  /// back.
  private func checkValuesAreThere() throws(IndexStoreError) {
    let segments = manifest.segments.filter { $0.fields.contains { $0.rowCount > 0 } }.map { Int64($0.number) }
    let missing = try catalog.read { db in
      try segments.first { segment in
        try Bool.fetchOne(
          db, sql: "SELECT NOT EXISTS (SELECT 1 FROM filter_values WHERE segment = ?)", arguments: [segment]) ?? true
      }
    }
    guard let missing else { return }
    if try isOutdated() { throw .outdatedSnapshot(path: folder) }
    throw .damagedCatalog(path: catalog.path, what: "the values of the metadata in segment \(missing) are missing")
  }

  private func bitmaps(of filter: MetadataFilter) throws(IndexStoreError) -> [AcceptedDocuments] {
    for condition in filter.conditions {
      let isKnown = manifest.segments.contains { segment in
        segment.leavesFieldsOut || segment.fields.contains { $0.isNamed(condition.field) }
      }
      guard isKnown else {
        throw .unknownField(
          name: condition.field, known: try filterFields().filter { $0.valueCount != nil }.map(\.name))
      }
    }
    var accepted: [AcceptedDocuments] = []
    for segment in manifest.segments {
      let reader = FilterReader(catalog: catalog, segment: segment)
      var words: [UInt64]?
      for condition in filter.conditions {
        try checkOnce(condition.field, reader)
        let documents = try reader.documents(meeting: condition)
        guard let before = words else {
          words = documents
          continue
        }
        words = zip(before, documents).map { $0 & $1 }
      }
      let all = [UInt64](repeating: .max, count: (segment.documentCount + 63) / 64)
      accepted.append(AcceptedDocuments(documentCount: segment.documentCount, words: words ?? all))
    }
    try checkValuesAreThere()
    return accepted
  }

  /// The metadata fields of the documents, by name.
  ///
  /// - Complexity: O(segments · fields), and O(values) for fields of several segments.
  public func filterFields() throws(IndexStoreError) -> [FilterFieldInfo] {
    var places: [[UInt8]: [(segment: UInt64, field: FilterField)]] = [:]
    for segment in manifest.segments {
      for field in segment.fields { places[Array(field.name.utf8), default: []].append((segment.number, field)) }
    }
    var fields: [FilterFieldInfo] = []
    for (_, found) in places.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let isRecorded =
        found.allSatisfy(\.field.isRecorded)
        && !manifest.segments.contains { segment in
          segment.leavesFieldsOut && !segment.fields.contains { $0.isNamed(found[0].field.name) }
        }
      fields.append(
        FilterFieldInfo(name: found[0].field.name, valueCount: isRecorded ? try countValues(of: found) : nil))
    }
    return fields
  }

  private func countValues(of places: [(segment: UInt64, field: FilterField)]) throws(IndexStoreError) -> Int {
    if places.count == 1 { return places[0].field.valueCount }
    var seen: Set<FilterValue> = []
    for place in places {
      try catalog.read { db in
        let rows = try Row.fetchCursor(
          db, sql: "SELECT DISTINCT kind, value FROM filter_values WHERE segment = ? AND field = ?",
          arguments: [Int64(place.segment), place.field.number])
        while let row = try rows.next() {
          if let kind = row[0] as Int64?, let value = FilterValue(kind: kind, row[1]) { seen.insert(value) }
        }
      }
    }
    try checkValuesAreThere()
    return seen.count
  }

  /// Proves once per snapshot that no value of a field was lost or altered.
  private func checkOnce(_ name: String, _ reader: FilterReader) throws(IndexStoreError) {
    guard let field = try reader.field(named: name) else { return }
    let place = FilterPlace(segment: reader.segment.number, field: field.number)
    if checkedFilterFields.withLock({ $0.contains(place) }) { return }
    try reader.checkEntries(of: field)
    checkedFilterFields.withLock { _ = $0.insert(place) }
  }
}

/// A field of a segment.
struct FilterPlace: Hashable, Sendable {
  var segment: UInt64
  var field: Int
}
