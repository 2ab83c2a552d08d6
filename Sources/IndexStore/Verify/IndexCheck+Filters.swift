import EmbeddingDumps
import GRDB

extension IndexCheck {
  /// At `full`: the values of every metadata field against their checksums, and that there are no others.
  mutating func filters() {
    guard report.level >= .full else { return }
    let (catalog, manifest) = (self.catalog, self.manifest)
    do throws(IndexStoreError) {
      var rows = 0
      for segment in manifest.segments {
        let reader = FilterReader(catalog: catalog, segment: segment)
        for field in segment.fields {
          try reader.checkEntries(of: field)
          var values = 0
          var last: FilterValue?
          try reader.forEachDocument(of: field) { value, _ in
            if value != last { values += 1 }
            last = value
          }
          rows += field.rowCount
          guard values == field.valueCount else {
            throw .damagedCatalog(
              path: catalog.path,
              what: "the metadata field '\(field.name)' has \(values) values in segment \(segment.number), and "
                + "\(field.valueCount) in the manifest")
          }
        }
      }
      let found = try catalog.read { db in
        // Those of segments that were merged stay for a while, for snapshots of the commit before.
        try Int.fetchOne(
          db, sql: "SELECT count(*) FROM filter_values WHERE segment IN (SELECT number FROM segments)") ?? 0
      }
      guard found == rows else {
        throw .damagedCatalog(
          path: catalog.path, what: "it has \(found) rows of metadata values, and the manifest counts \(rows)")
      }
    } catch {
      problem(IndexFolder.catalog, error.description)
    }
  }

  /// At `deep`: the catalog has the values that the documents of a segment have, for the documents that have them.
  ///
  /// Both sides are added up by field, document by document and value by value, so neither has to be held.
  mutating func filterValues(_ open: SegmentSnapshot, _ segment: Manifest.Segment) throws(IndexStoreError) {
    var sums: [[UInt8]: (stored: Fingerprint, found: Fingerprint)] = [:]
    let reader = FilterReader(catalog: catalog, segment: segment)
    for field in segment.fields {
      var stored = Fingerprint()
      try reader.forEachDocument(of: field) { stored.add($0, $1) }
      sums[Array(field.name.utf8)] = (stored, Fingerprint())
    }
    var strange: String?
    try open.documents.forEach(
      { (number, document) throws(IndexStoreError) in
        guard case .object(let object)? = try? JSONValue.parse(document.metadata) else { return }
        var seen: Set<SeenValue> = []
        object.forEachFilterValue { name, json in
          let key = Array(name.utf8)
          guard let value = FilterValue(json), seen.insert(SeenValue(name: key, value: value)).inserted else { return }
          if sums[key]?.found.add(value, number) == nil, !segment.leavesFieldsOut, FilterCollector.canBeNamed(key) {
            strange = name
          }
        }
      }, failure: { .storage($0) })
    for field in segment.fields where field.isRecorded {
      guard let (stored, found) = sums[Array(field.name.utf8)], stored != found else { continue }
      problem(IndexFolder.catalog, disagreement(field.name, segment))
    }
    if let strange { problem(IndexFolder.catalog, disagreement(strange, segment)) }
  }

  private func disagreement(_ field: String, _ segment: Manifest.Segment) -> String {
    IndexStoreError.damagedCatalog(
      path: catalog.path,
      what: "what it says of the metadata field '\(field)' in segment \(segment.number) is not what the documents say"
    ).description
  }
}

/// A value of a field that a document has; arrays may have it several times.
private struct SeenValue: Hashable {
  var name: [UInt8]
  var value: FilterValue
}

/// A sum over values and documents that does not depend on their order.
private struct Fingerprint: Equatable {
  private var count = 0
  private var sum: UInt64 = 0

  mutating func add(_ value: FilterValue, _ document: Int) {
    var hasher = Hasher()
    hasher.combine(value)
    hasher.combine(document)
    count += 1
    sum &+= UInt64(bitPattern: Int64(hasher.finalize()))
  }
}
