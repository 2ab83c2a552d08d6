public import ByteStorage
import Foundation
import InvertedIndex

/// One segment in one file, to be taken into another index that was made with the same things. FORMAT.md §7.12.
///
/// The files of the segment lie in it as they are, so that taking it in is copying; those that bounds and directories are read from
/// come first.
enum SegmentPackage {
  static let summary = SectionTag("INFO")

  /// The sections of files, in their order.
  static let sections: [(kind: FileKind, tag: SectionTag)] = [
    (.postings, SectionTag("PSTG")), (.forward, SectionTag("FRWD")), (.documents, SectionTag("DOCS")),
    (.columns, SectionTag("COLM")), (.vectors, SectionTag("VECT")), (.coordinates, SectionTag("COOR")),
  ]

  /// What the section `INFO` says, as JSON.
  struct Summary: Codable, Equatable {
    /// A file: its length and the checksum that identifies its content.
    struct File: Codable, Equatable {
      var byteCount: Int
      var checksum: UInt32
    }

    var formatVersion: UInt32
    var documentCount: Int
    var postingCount: UInt64
    var ordinalSpan: UInt64
    /// What the index was made with; free settings and the key field do not count.
    var configuration: IndexConfiguration
    /// Vocabulary, head, alignment and scales of the index, by kind.
    var shared: [String: File]
    /// The files of the segment, by kind.
    var files: [String: File]
    /// The bytes of the package with everything that bounds a search: the table of terms with its k-th impacts, the short lists, the
    /// directory of windows and the maxima. One ranged read.
    var bounds: [Int]
  }

  static func file(_ file: Manifest.File) -> Summary.File {
    Summary.File(byteCount: file.summary.byteCount, checksum: file.summary.checksum)
  }

  /// Vocabulary, head, alignment and scales of a manifest.
  static func shared(_ manifest: Manifest) -> [String: Summary.File] {
    manifest.files.filter { Manifest.soleKinds.contains($0.kind) }
      .reduce(into: [:]) { $0[$1.kind.name] = file($1) }
  }

  /// What keeps a package from an index; `nil` when it fits.
  static func obstacle(_ package: Summary, _ configuration: IndexConfiguration, _ manifest: Manifest) -> String? {
    func differs<T: Equatable>(_ one: T, _ other: T, _ what: String) -> String? {
      one == other ? nil : "it was made with \(what) \(text(one)), and the index with \(text(other))"
    }
    let (mine, its) = (configuration, package.configuration)
    let scalars =
      differs(its.ceiling, mine.ceiling, "the ceiling")
      ?? differs(its.vocabularyFingerprint, mine.vocabularyFingerprint, "the vocabulary")
      ?? differs(its.tokenizer, mine.tokenizer, "the tokenizer")
      ?? differs(its.denseDimension, mine.denseDimension, "dense rows of dimension")
      ?? differs(its.element, mine.element, "dense rows of")
      ?? differs(its.coordinateCount, mine.coordinateCount, "coordinates of dimension")
      ?? differs(its.keepsFloatWeights, mine.keepsFloatWeights, "float weights:")
      ?? differs(its.keepsFineWeights, mine.keepsFineWeights, "fine weights:")
      ?? differs(its.headMass, mine.headMass, "head lists of mass")
      ?? differs(its.headCap, mine.headCap, "head lists of")
    if let scalars { return scalars }
    let own = shared(manifest)
    for kind in Manifest.soleKinds where package.shared[kind.name] != own[kind.name] {
      return
        "it was made with \(own[kind.name] == nil ? "a" : package.shared[kind.name] == nil ? "no" : "another") \(kind.name)"
    }
    return nil
  }

  private static func text<T>(_ value: T) -> String {
    if case Optional<Any>.none = value as Any? { return "none" }
    return "\(value)".replacingOccurrences(of: "Optional(", with: "").replacingOccurrences(of: ")", with: "")
  }

  /// The sections of a postings file from the table of terms to the last maxima: what is read before any posting.
  static let boundSections = ["TERM", "RARE", "WDIR", "BMAX", "CMAX"]
}

extension IndexSnapshot {
  /// Writes a segment into one file.
  ///
  /// - Parameters:
  ///   - segment: one of this snapshot's, without deleted documents (merge first).
  ///   - name: the file's name in `folder`; nothing of this name may be there.
  /// - Returns: the length of the file in bytes.
  /// - Throws: `storage` when a file of the segment is damaged: every block is proved while it is copied.
  public func export(
    _ segment: SegmentSnapshot, to name: String, in folder: String, fileSystem target: any FileSystem,
    progress: (_ done: Int, _ total: Int) throws(IndexStoreError) -> Void = { _, _ in }
  ) throws(IndexStoreError) -> Int {
    precondition(segment.liveCount == segment.documentCount, "A segment with deleted documents is merged first.")
    let total = segment.open.files.reduce(0) { $0 + $1.summary.byteCount }
    let writer = try storing { () throws(StorageError) in
      try EnvelopeWriter(creating: name, in: folder, kind: .segment, fileSystem: target)
    }
    do throws(IndexStoreError) {
      var done = 0
      var bounds: [Int] = []
      for (kind, tag) in SegmentPackage.sections {
        guard let file = segment.open.files.first(where: { $0.kind == kind }) else { continue }
        try progress(done, total)
        let source = try Self.open(file, self.folder, fileSystem)
        try storing { () throws(StorageError) in
          try source.verifyAll()
          try writer.begin(tag)
        }
        if kind == .postings { bounds = Self.bounds(of: source, at: writer.offset) }
        try storing { () throws(StorageError) in
          let mapped = source.file
          try writer.append(mapped.bytes)
          writer.end()
        }
        done += file.summary.byteCount
      }
      try progress(done, total)
      let summary = SegmentPackage.Summary(
        formatVersion: EnvelopeLayout.formatVersion, documentCount: segment.documentCount,
        postingCount: segment.entry.postingCount, ordinalSpan: segment.entry.ordinalSpan,
        configuration: configuration, shared: SegmentPackage.shared(manifest),
        files: segment.open.files.reduce(into: [:]) { $0[$1.kind.name] = SegmentPackage.file($1) }, bounds: bounds)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let text = (try? encoder.encode(summary)).map { Array($0) } ?? []
      return try storing { () throws(StorageError) in
        try writer.begin(SegmentPackage.summary)
        try writer.append(text)
        writer.end()
        return try writer.finish().byteCount
      }
    } catch {
      writer.abandon()
      throw error
    }
  }

  /// Where in a package the bounds of its postings file are.
  private static func bounds(of postings: EnvelopeFile, at offset: Int) -> [Int] {
    let ranges = postings.tags.filter { SegmentPackage.boundSections.contains($0.description) }
      .compactMap { postings.range(of: $0) }
    guard let first = ranges.map(\.lowerBound).min(), let last = ranges.map(\.upperBound).max() else { return [] }
    return [offset + first, offset + last]
  }
}

extension IndexWriter {
  /// Takes in a segment that ``IndexSnapshot/export(_:to:in:fileSystem:progress:)`` wrote, as if its documents were added last.
  /// It counts with the next commit.
  ///
  /// - Parameters:
  ///   - path: the package.
  ///   - replacing: whether documents with the same keys are replaced; otherwise such a key is refused.
  /// - Returns: how many documents it has, and how many were replaced.
  /// - Throws: `doesNotFit` for one that was made with other things, `duplicateKey`, `storage` for a damaged one: every block is
  ///   proved before it is used.
  public func attach(
    _ path: String, replacing: Bool = false
  ) throws(IndexStoreError) -> (documents: Int, replaced: Int) {
    try checkUsable()
    let (package, summary) = try open(path)
    let manifest = committed?.manifest ?? .empty
    if pending.vocabulary != nil || pending.head != nil || pending.alignment != nil {
      throw .doesNotFit(path: path, reason: "the index is being given other tokens; commit first")
    }
    if let obstacle = SegmentPackage.obstacle(summary, configuration, manifest) {
      throw .doesNotFit(path: path, reason: obstacle)
    }
    guard summary.ordinalSpan < Ordinal.limit - nextOrdinal else {
      throw .doesNotFit(path: path, reason: "its documents cover \(summary.ordinalSpan) ordinals")
    }
    try endSegment()
    // What is wrong with the package does not end the writer; the copies are removed with what was pending, or by the next one.
    let written = try copy(package, summary, path)
    let open = try OpenSegment(written.entry, written.files, configuration, folder: folder, fileSystem: fileSystem)
    guard open.index.vocabularyCount <= vocabulary.count else {
      throw .doesNotFit(
        path: path, reason: "it has \(open.index.vocabularyCount) tokens, the index \(vocabulary.count)")
    }
    // Its checksums prove that it is what somebody wrote, not that it makes sense.
    try indexing { () throws(InvertedIndexError) in try open.index.verifyDeep() }
    try storing { () throws(StorageError) in
      try open.documents.checkKeyIndex()
      try open.documents.checkOrdinals()
    }
    var old: [DocumentPlace] = []
    for document in 0..<written.entry.documentCount {
      let key = try storing { () throws(StorageError) in try open.documents.key(document) }
      guard let place = try place(ofKey: key) else { continue }
      guard replacing else { throw .duplicateKey(key) }
      old.append(place)
    }
    for place in old { bury(place) }
    pending.added.append(written)
    nextOrdinal += summary.ordinalSpan
    count(attached: written.entry.documentCount)
    return (written.entry.documentCount, old.count)
  }

  private func open(_ path: String) throws(IndexStoreError) -> (EnvelopeFile, SegmentPackage.Summary) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { String(path[..<$0]) } ?? "."
    let name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
    let package = try storing { () throws(StorageError) in
      let file = try EnvelopeFile.open(
        name, in: folder.isEmpty ? "/" : folder, kind: .segment, expecting: nil, fileSystem: fileSystem)
      try file.verifyAll()
      return file
    }
    let section = try storing { () throws(StorageError) in try package.section(SegmentPackage.summary) }
    let bytes = try storing { () throws(StorageError) in try section.bytes(0..<section.byteCount) }
    guard let summary = try? JSONDecoder().decode(SegmentPackage.Summary.self, from: Data(bytes)) else {
      throw .storage(section.damage(at: 0, expected: "a summary", found: "something else"))
    }
    return (package, summary)
  }

  private func copy(
    _ package: EnvelopeFile, _ summary: SegmentPackage.Summary, _ path: String
  ) throws(IndexStoreError) -> WrittenSegment {
    let number = try takeNumber()
    var files: [Manifest.File] = []
    for (kind, tag) in SegmentPackage.sections {
      guard let range = package.range(of: tag) else { continue }
      let name = IndexFolder.name(number, kind)
      let target = joinedPath(folder, name)
      pending.extraNames.append(name)
      try failing { () throws(IndexStoreError) in
        try storing { () throws(StorageError) in
          let file = try fileSystem.create(target)
          let mapped = package.file
          try file.append(mapped.bytes.extracting(range))
          try file.synchronize()
          try file.close()
        }
      }
      let envelope = try storing { () throws(StorageError) in
        try EnvelopeFile.open(name, in: folder, kind: kind, expecting: nil, fileSystem: fileSystem)
      }
      guard
        summary.files[kind.name]
          == SegmentPackage.Summary.File(
            byteCount: envelope.summary.byteCount, checksum: envelope.summary.checksum)
      else { throw .doesNotFit(path: path, reason: "its \(kind.name) file is not the one that its summary names") }
      files.append(Manifest.File(summary: envelope.summary, kind: kind, segment: number))
    }
    let entry = Manifest.Segment(
      number: number, firstOrdinal: Ordinal(nextOrdinal), ordinalSpan: summary.ordinalSpan,
      documentCount: summary.documentCount, deadCount: 0, postingCount: summary.postingCount)
    guard summary.documentCount > 0, summary.documentCount <= limits.documents,
      summary.ordinalSpan >= UInt64(summary.documentCount)
    else { throw .doesNotFit(path: path, reason: "it says that it has \(summary.documentCount) documents") }
    return WrittenSegment(entry: entry, files: files)
  }
}
