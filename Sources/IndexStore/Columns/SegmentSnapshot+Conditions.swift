import ByteStorage
public import EmbeddingDumps
public import InvertedIndex

extension SegmentSnapshot {
  /// The documents for which every condition holds, deleted ones perhaps among them, a bit for each local number.
  ///
  /// Conditions on fields whose values are not in the columns file read the documents, so every condition can be answered.
  ///
  /// - Throws: `storage` when what is needed is damaged.
  /// - Complexity: O(values + documents that match) for a field of few values, else O(bytes of the metadata).
  public func words(meeting filter: MetadataFilter) throws(IndexStoreError) -> [UInt64] {
    var words = LiveWords.all(documentCount)
    var unanswered: [MetadataCondition] = []
    for condition in filter.conditions {
      guard let meeting = try columnWords(meeting: condition) else {
        unanswered.append(condition)
        continue
      }
      for place in words.indices { words[place] &= meeting[place] }
    }
    if !unanswered.isEmpty { try readDocuments(MetadataFilter(unanswered), &words) }
    return words
  }

  /// What the columns say; `nil` when they do not know.
  private func columnWords(meeting condition: MetadataCondition) throws(IndexStoreError) -> [UInt64]? {
    let columns = open.columns
    var words = [UInt64](repeating: 0, count: (documentCount + 63) / 64)
    if let field = columns.field(named: condition.field) {
      if !field.isRecorded { return nil }
      try storing { () throws(StorageError) in
        try columns.forEachValue(of: field) { value, documents throws(StorageError) in
          guard condition.matches(value.json) else { return }
          try documents { words[$0 >> 6] |= 1 << UInt64($0 & 63) }
        }
      }
    } else if columns.leavesFieldsOut {
      return nil
    }
    if condition.comparison == .notEqual {
      let all = LiveWords.all(documentCount)
      for place in words.indices { words[place] = all[place] & ~words[place] }
    }
    return words
  }

  /// Keeps those of `words` for whose metadata a filter holds.
  private func readDocuments(_ filter: MetadataFilter, _ words: inout [UInt64]) throws(IndexStoreError) {
    for number in words.indices {
      var rest = words[number]
      while rest != 0 {
        let document = number << 6 | rest.trailingZeroBitCount
        rest &= rest - 1
        guard isLive(document), case .object(let object)? = try? JSONValue.parse(try metadata(of: document)),
          filter.accepts(object)
        else {
          words[number] &= ~(1 << UInt64(document & 63))
          continue
        }
      }
    }
  }
}

extension [SegmentSnapshot] {
  /// The documents that meet every condition, a bitmap for each segment; deleted ones may be among them.
  ///
  /// - Throws: ``IndexStoreError/unknownField(name:known:)`` for a field that no document has, `storage` when what is needed is
  ///   damaged.
  /// - Complexity: as ``SegmentSnapshot/words(meeting:)``.
  public func words(meeting filter: MetadataFilter) throws(IndexStoreError) -> [[UInt64]] {
    for condition in filter.conditions { try requireField(condition.field) }
    var all: [[UInt64]] = []
    for segment in self { all.append(try segment.words(meeting: filter)) }
    return all
  }

  /// - Throws: ``IndexStoreError/unknownField(name:known:)`` for a field that no document has.
  func requireField(_ name: String) throws(IndexStoreError) {
    let isKnown = contains { segment in
      segment.open.columns.leavesFieldsOut || segment.open.columns.field(named: name) != nil
    }
    if isKnown { return }
    var known: [[UInt8]: String] = [:]
    for field in flatMap(\.open.columns.fields) { known[Array<UInt8>(field.name.utf8)] = field.name }
    throw .unknownField(
      name: name, known: known.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value))
  }
}

extension IndexSnapshot {
  /// The documents that meet every condition, one filter for each segment; deleted ones may be among them.
  ///
  /// - Throws: as `words(meeting:)` of the segments.
  public func accepted(by filter: MetadataFilter) throws(IndexStoreError) -> [AcceptedDocuments] {
    zip(segments, try segments.words(meeting: filter)).map { segment, words in
      AcceptedDocuments(documentCount: segment.documentCount, words: words)
    }
  }
}
