import ByteStorage

/// The ordinals of a segment's documents, counted from the first ordinal of the segment. Usable from many threads.
/// FORMAT.md §7.3.5.
struct OrdinalOffsets: Sendable {
  private let documentCount: Int
  /// How many ordinals the segment takes up; its offsets are below.
  let span: UInt64
  /// `nil` when offsets are the numbers of the documents.
  private let section: Section?
  /// Bytes of an offset.
  private let width: Int

  /// How many bytes an offset takes in a segment of this span.
  static func width(span: UInt64) -> Int { span <= 1 << 32 ? 4 : 8 }

  /// Checks lengths; offsets are checked when they are read.
  ///
  /// - Parameter summary: the section that `span` is from.
  init(_ file: EnvelopeFile, documentCount: Int, span: Int, summary: Section) throws(StorageError) {
    self.documentCount = documentCount
    self.span = UInt64(span)
    width = Self.width(span: self.span)
    section = file.optionalSection(DocumentsLayout.ordinalOffsets)
    guard span >= documentCount else {
      throw summary.damage(
        at: DocumentsLayout.Summary.ordinalSpan, expected: "ordinals for \(documentCount) documents", found: "\(span)")
    }
    if let section {
      let size = documentCount.multipliedReportingOverflow(by: width)
      guard !size.overflow, size.partialValue == section.byteCount else {
        throw section.damage(
          at: 0, expected: "\(documentCount) offsets of \(width) bytes", found: "\(section.byteCount) bytes")
      }
    }
  }

  /// The offset of a document `0 ..< documentCount`.
  ///
  /// - Throws: `damaged` when its block is, or when it leaves no room for those before or behind it.
  /// - Complexity: O(1).
  func offset(of document: Int) throws(StorageError) -> UInt64 {
    precondition(document >= 0 && document < documentCount, "The document is not in the segment.")
    guard let section else { return UInt64(document) }
    let at = width * document
    var offset = UInt64(try section.u32(at: at))
    if width == 8 { offset |= UInt64(try section.u32(at: at + 4)) << 32 }
    // Offsets ascend and end below the span.
    guard offset >= UInt64(document), offset <= span - UInt64(documentCount - document) else {
      throw section.damage(at: at, expected: "offsets ascending below \(span)", found: "\(offset)")
    }
    return offset
  }

  /// The document with this offset; `nil` when there is none, as when it was dropped by a merge.
  ///
  /// - Throws: as ``offset(of:)``, for what is looked at.
  /// - Complexity: O(log dropped documents).
  func document(at offset: UInt64) throws(StorageError) -> Int? {
    guard offset < span else { return nil }
    // Below the span, which is an `Int`.
    let number = Int(offset)
    guard section != nil else { return number < documentCount ? number : nil }
    let dropped = Int(span) - documentCount
    // At most all that were dropped lie before it.
    var low = max(0, number - dropped)
    var high = min(documentCount, number + 1)
    while low < high {
      let middle = low + (high - low) / 2
      let found = try self.offset(of: middle)
      if found == offset { return middle }
      if found < offset { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// Proves that offsets ascend and are below the span.
  ///
  /// - Complexity: O(documents).
  func check() throws(StorageError) {
    guard let section else { return }
    var last: UInt64?
    for document in 0..<documentCount {
      let offset = try offset(of: document)
      if let last, offset <= last {
        throw section.damage(at: width * document, expected: "offsets ascending", found: "\(offset) behind \(last)")
      }
      last = offset
    }
  }
}
