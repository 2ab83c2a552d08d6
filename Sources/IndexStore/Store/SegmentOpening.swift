import ByteStorage

/// Opens the segments of a manifest with their deleted documents, and shares what an earlier snapshot has open.
struct SegmentOpening {
  let manifest: Manifest
  let configuration: IndexConfiguration
  let folder: String
  let old: IndexSnapshot?
  let fileSystem: any FileSystem

  init(
    _ manifest: Manifest, _ configuration: IndexConfiguration, folder: String, reusing old: IndexSnapshot?,
    fileSystem: any FileSystem
  ) {
    self.manifest = manifest
    self.configuration = configuration
    self.folder = folder
    self.old = old
    self.fileSystem = fileSystem
  }

  func segments() throws(IndexStoreError) -> [SegmentSnapshot] {
    var known: [UInt64: SegmentSnapshot] = [:]
    for segment in old?.segments ?? [] { known[segment.number] = segment }
    var filesOf: [UInt64: [Manifest.File]] = [:]
    for file in manifest.files { if let segment = file.segment { filesOf[segment, default: []].append(file) } }
    let dead = try deadDocuments()
    var segments: [SegmentSnapshot] = []
    var position = 0
    for entry in manifest.segments {
      let files = filesOf[entry.number] ?? []
      let before = known[entry.number].flatMap { $0.open.files == files ? $0 : nil }
      let first = UInt32(truncatingIfNeeded: position)
      position += entry.documentCount
      if let before, before.entry == entry {
        segments.append(before.firstPosition == first ? before : before.moved(to: first))
        continue
      }
      let open: OpenSegment
      if let before {
        open = before.open
      } else {
        open = try OpenSegment(entry, files, configuration, folder: folder, fileSystem: fileSystem)
      }
      segments.append(try segment(entry, open, dead[entry.number] ?? [], before, first))
    }
    return segments
  }

  private func segment(
    _ entry: Manifest.Segment, _ open: OpenSegment, _ dead: [[UInt32]], _ before: SegmentSnapshot?, _ first: UInt32
  ) throws(IndexStoreError) -> SegmentSnapshot {
    var words = before?.liveWords
    var isAny = words != nil
    var live = words ?? LiveWords.all(entry.documentCount)
    for list in dead {
      isAny = isAny || !list.isEmpty
      for document in list { live[Int(document >> 6)] &= ~(1 << UInt64(document & 63)) }
    }
    words = isAny ? live : nil
    let found = words.map { LiveWords.count($0) } ?? entry.documentCount
    guard found == entry.liveCount else {
      throw .damagedCatalog(
        path: joinedPath(folder, IndexFolder.catalog),
        what: "segment \(entry.number) has \(entry.documentCount - found) deleted documents, and the manifest counts "
          + "\(entry.deadCount)")
    }
    return SegmentSnapshot(entry, open, firstPosition: first, liveWords: words)
  }

  /// The lists of every file that the earlier snapshot did not have, by segment. What it had is in its bitmaps, because
  /// nothing is ever undeleted.
  private func deadDocuments() throws(IndexStoreError) -> [UInt64: [[UInt32]]] {
    let knownFiles = Set(old?.manifest.files(.tombstones).map(\.summary.name) ?? [])
    let knownSegments = Set(old?.segments.map(\.number) ?? [])
    let hasNewSegment = manifest.segments.contains { !knownSegments.contains($0.number) }
    var counts: [UInt64: Int] = [:]
    for entry in manifest.segments { counts[entry.number] = entry.documentCount }
    var dead: [UInt64: [[UInt32]]] = [:]
    for file in manifest.files(.tombstones) where hasNewSegment || !knownFiles.contains(file.summary.name) {
      let envelope = try IndexSnapshot.open(file, folder, fileSystem)
      let lists = try storing { () throws(StorageError) in
        try TombstonesFile.read(envelope, documentCounts: counts)
      }
      for (segment, list) in lists { dead[segment, default: []].append(list) }
    }
    return dead
  }
}

/// Bitmaps of the documents of a segment that are not deleted: bit `i % 64` of word `i / 64` is local number `i`.
enum LiveWords {
  /// - Parameter count: documents of the segment; bits beyond them are 0.
  static func all(_ count: Int) -> [UInt64] {
    var words = [UInt64](repeating: .max, count: (count + 63) / 64)
    if count % 64 != 0 { words[words.count - 1] = (1 << UInt64(count % 64)) - 1 }
    return words
  }

  static func count(_ words: [UInt64]) -> Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
}
