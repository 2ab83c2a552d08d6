import ByteStorage

/// Constants of columns files. FORMAT.md §7.11.
enum ColumnsLayout {
  static let fields = SectionTag("FLDS")
  static let names = SectionTag("NAME")
  static let values = SectionTag("VALS")
  static let texts = SectionTag("TEXT")
  static let lists = SectionTag("LIST")
  static let summary = SectionTag("SUMM")

  static let summaryByteCount = 16
  static let fieldEntryByteCount = 32
  static let valueEntryByteCount = 40

  /// Offsets in `SUMM`.
  enum Summary {
    static let documentCount = 0
    static let fieldCount = 8
    static let leavesFieldsOut = 12
  }

  /// Offsets in an entry of `FLDS`.
  enum FieldEntry {
    static let firstValue = 0
    static let nameOffset = 8
    static let valueCount = 16
    static let nameByteCount = 20
    static let flags = 24
    static let zero = 28
  }

  /// Offsets in an entry of `VALS`.
  enum ValueEntry {
    static let content = 0
    static let kind = 8
    static let textByteCount = 12
    static let listOffset = 16
    static let listByteCount = 24
    static let documentCount = 28
    static let firstDocument = 32
    static let zero = 36
  }

  /// Flags of a field: its values are in the file.
  static let isRecorded: UInt32 = 1
  /// Flags of a field: it was asked for by name, so that its values are recorded however many they are.
  static let isNamed: UInt32 = 2

  /// Values of a recorded field that was not asked for.
  static let maximumValueCount = 65_536
  /// Such a field may have one value for so many documents, ...
  static let documentsPerValue = 8
  /// ... and always this many.
  static let valuesOfSmallSegments = 64
  /// Bytes of the values of such a field.
  static let maximumValueByteCount = 8 << 20
  /// Fields of a segment that were not asked for.
  static let maximumFieldCount = 1024
  /// Bytes of the name of such a field.
  static let maximumNameByteCount = 1024
}
