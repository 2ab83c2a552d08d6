import ByteStorage

/// What the manifest says of a metadata field of one segment. FORMAT.md §7.9.1.
struct FilterField: Equatable, Sendable {
  /// The place of the field in its segment's list, from 0; rows of values refer to it.
  var number: Int
  /// As conditions name it, dots of inner objects included.
  var name: String
  /// Whether the values are in the catalog. A field of very many values is only known to be there.
  var isRecorded: Bool
  /// Different values.
  var valueCount: Int
  /// Rows of values; more than values when lists were too long to be collected in one go.
  var rowCount: Int
  /// The sum of the checksums of the rows' entries.
  var entryChecksums: UInt64

  /// Whether a condition means this field.
  func isNamed(_ name: String) -> Bool { self.name.utf8.elementsEqual(name.utf8) }

  /// What the checksum of the manifest covers.
  func encode(into writer: inout ByteWriter) {
    writer.u32(UInt32(name.utf8.count))
    writer.append(utf8: name)
    writer.u32(isRecorded ? 1 : 0)
    writer.u64(UInt64(valueCount))
    writer.u64(UInt64(rowCount))
    writer.u64(entryChecksums)
  }
}

/// One row of values: a value of a field, and documents of the segment that have it. FORMAT.md §7.9.1.
struct FilterRow: Equatable, Sendable {
  var value: FilterValue
  var firstDocument: Int
  var documentCount: Int
  /// Over all of the row. FORMAT.md §7.9.3.
  var checksum: UInt32
  /// A packed ``DocumentList``.
  var documents: [UInt8]

  /// A row with its checksum.
  init(_ value: FilterValue, _ list: DocumentList.Builder, field: String, segment: UInt64) {
    self.value = value
    firstDocument = list.first
    documentCount = list.count
    documents = list.packed()
    checksum = 0
    checksum = Self.checksum(
      of: value, field: field, segment: segment, firstDocument: firstDocument, documentCount: documentCount, documents)
  }

  /// The checksum that a row must have.
  static func checksum(
    of value: FilterValue, field: String, segment: UInt64, firstDocument: Int, documentCount: Int, _ documents: [UInt8]
  ) -> UInt32 {
    var writer = key(value, field, segment, firstDocument, documentCount)
    writer.u32(UInt32(truncatingIfNeeded: documents.count))
    writer.append(documents)
    return CRC32C.checksum(writer.bytes)
  }

  /// The checksum of what a row says without its list: the part that the manifest counts together.
  static func entryChecksum(
    of value: FilterValue, field: String, segment: UInt64, firstDocument: Int, documentCount: Int, rowChecksum: UInt32
  ) -> UInt64 {
    var writer = key(value, field, segment, firstDocument, documentCount)
    writer.u32(rowChecksum)
    return UInt64(CRC32C.checksum(writer.bytes))
  }

  private static func key(
    _ value: FilterValue, _ field: String, _ segment: UInt64, _ firstDocument: Int, _ documentCount: Int
  ) -> ByteWriter {
    var writer = ByteWriter()
    writer.u64(segment)
    writer.u32(UInt32(field.utf8.count))
    writer.append(utf8: field)
    value.encode(into: &writer)
    // Numbers of a damaged row may be anything.
    writer.u32(UInt32(truncatingIfNeeded: firstDocument))
    writer.u32(UInt32(truncatingIfNeeded: documentCount))
    return writer
  }
}
