import ByteStorage
public import EmbeddingDumps

/// A metadata field that documents of an index have.
public struct FilterFieldInfo: Sendable, Equatable {
  /// As conditions name it, dots of inner objects included.
  public var name: String
  /// Different values that documents have; `nil` when they are too many to be kept, so that a condition on the field reads the
  /// documents.
  public var valueCount: Int?
}

extension IndexSnapshot {
  /// The metadata fields of the documents, by name.
  ///
  /// - Complexity: O(values), and O(documents) in segments with deleted ones.
  public func filterFields() throws(IndexStoreError) -> [FilterFieldInfo] {
    var seen: [[UInt8]: Set<ColumnValue>?] = [:]
    var names: [[UInt8]: String] = [:]
    for segment in segments {
      let columns = segment.open.columns
      for field in columns.fields {
        let key = Array(field.name.utf8)
        names[key] = field.name
        guard field.isRecorded, var values = seen[key, default: []] else {
          seen[key] = .some(nil)
          continue
        }
        try storing { () throws(StorageError) in
          try columns.forEachValue(of: field) { value, documents throws(StorageError) in
            var isLive = segment.liveWords == nil
            if !isLive { try documents { isLive = isLive || segment.isLive($0) } }
            if isLive { values.insert(value) }
          }
        }
        seen[key] = values
      }
    }
    return names.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, name in
      FilterFieldInfo(name: name, valueCount: seen[key]??.count)
    }
  }
}

/// A value of a metadata field.
public struct FieldValueCount: Sendable, Equatable {
  /// The value as JSON has it.
  public var value: JSONValue
  /// Documents that have it, deleted ones not counted.
  public var documentCount: Int
}

extension IndexSnapshot {
  /// The values of a metadata field, those of most documents first, then by kind and value.
  ///
  /// - Returns: `nil` when they are too many to be kept.
  /// - Throws: ``IndexStoreError/unknownField(name:known:)`` for a field that no document has, `storage` for damage.
  /// - Complexity: O(documents that have the field).
  public func values(of name: String) throws(IndexStoreError) -> [FieldValueCount]? {
    try segments.requireField(name)
    var counts: [ColumnValue: Int] = [:]
    for segment in segments {
      let columns = segment.open.columns
      guard let field = columns.field(named: name) else {
        if columns.leavesFieldsOut { return nil }
        continue
      }
      guard field.isRecorded else { return nil }
      try storing { () throws(StorageError) in
        try columns.forEachValue(of: field) { value, documents throws(StorageError) in
          var count = 0
          try documents { count += segment.isLive($0) ? 1 : 0 }
          if count > 0 { counts[value, default: 0] += count }
        }
      }
    }
    return counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key.isBefore($1.key) }
      .map { FieldValueCount(value: $0.key.json, documentCount: $0.value) }
  }
}
