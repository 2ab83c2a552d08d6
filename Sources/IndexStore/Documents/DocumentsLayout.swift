import ByteStorage

/// Constants of the documents file. FORMAT.md §7.3.
enum DocumentsLayout {
  static let summary = SectionTag("SUMM")
  static let dictionary = SectionTag("DICT")
  static let frames = SectionTag("FRMS")
  static let directory = SectionTag("FDIR")
  static let dictionaryDirectory = SectionTag("DDIR")
  static let keyOffsets = SectionTag("KOFF")
  static let keys = SectionTag("KEYS")
  static let keyHashes = SectionTag("KHSH")
  static let keyDocuments = SectionTag("KDOC")
  static let ordinalOffsets = SectionTag("ORDN")

  /// The length of the section `SUMM`.
  static let summaryByteCount = 40
  /// The length of an entry of the section `FDIR`.
  static let directoryEntryByteCount = 24

  /// The length of an entry of the section `DDIR`.
  static let dictionaryEntryByteCount = 8
  /// The most dictionaries of a file.
  static let maximumDictionaryCount = 64

  /// Offsets in `SUMM`.
  enum Summary {
    static let documentCount = 0
    static let frameCount = 8
    static let contentByteCount = 16
    static let dictionaryID = 24
    static let zeros = 28
    static let ordinalSpan = 32
  }

  /// Offsets in an entry of `FDIR`.
  enum DirectoryEntry {
    static let offset = 0
    static let byteCount = 8
    static let contentByteCount = 12
    static let firstDocument = 16
    static let documentCount = 20
  }

  /// Offsets in an entry of `DDIR`.
  enum DictionaryEntry {
    static let identifier = 0
    static let byteCount = 4
  }

  /// A frame is ended once its content is at least this long.
  static let frameContentByteCount = 16_384
  /// The longest content of a frame: one document of the largest size after others.
  static let maximumFrameContentByteCount =
    frameContentByteCount + StoredDocument.maximumMetadataByteCount + 64
  static let compressionLevel = 3
  /// Documents are held back until they are this long together; a dictionary is then learned from them.
  static let sampleByteCount = 2_097_152
  /// Without this much to learn from, there is no dictionary.
  static let minimumSampleByteCount = 262_144
  /// The longest dictionary. With frames of 16 KiB a longer one costs more than it saves (measured on captions).
  static let dictionaryByteCount = 16_384
  /// A dictionary is at most this part of what it is learned from.
  static let sampleShare = 128
}
