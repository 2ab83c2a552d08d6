import ByteStorage
import EmbeddingDumps

/// Makes of a commit with damaged files one without: what can be made anew is, what cannot is given up with its segment.
struct Salvage {
  private(set) var manifest: Manifest
  private(set) var documentsLost = 0
  private(set) var notes: [String] = []
  private let damage: [Manifest.File: String]
  private let folder: String
  private let fileSystem: any FileSystem

  init(
    _ manifest: Manifest, _ damage: [Manifest.File: String], _ folder: String, _ fileSystem: any FileSystem
  ) {
    self.manifest = manifest
    self.damage = damage
    self.folder = folder
    self.fileSystem = fileSystem
  }

  /// - Parameter givesUpDamage: whether anything may be lost by it.
  /// - Throws: `irreparable` when something would be lost that may not be, or nothing is left.
  mutating func run(givesUpDamage: Bool) throws(IndexStoreError) {
    let names = damage.keys.map(\.summary.name).sorted()
    func needs(_ what: String) -> IndexStoreError {
      .irreparable(
        path: folder,
        reason: "of commit \(manifest.generation) \(damage.count == 1 ? "the file" : "the files") "
          + "\(names.prefix(5).joined(separator: ", ")) cannot be proved (\(damage.values.sorted().first ?? "")); \(what)"
      )
    }
    for kind in [FileKind.vocabulary, .head, .scales] {
      if let file = manifest.sole(kind), damage[file] != nil {
        throw needs("without its \(kind.name) the index cannot be read; restore that file")
      }
    }
    let lostSegments = Set(damage.keys.filter { Self.essential.contains($0.kind) }.compactMap(\.segment))
    let losesAlignment = damage.keys.contains { $0.kind == .alignment || $0.kind == .coordinates }
    let losesTombstones = damage.keys.contains { $0.kind == .tombstones }
    if !lostSegments.isEmpty || losesAlignment || losesTombstones, !givesUpDamage {
      let documents = manifest.segments.filter { lostSegments.contains($0.number) }.reduce(0) { $0 + $1.liveCount }
      throw needs("'--give-up' gives up what depends on them: \(documents) of \(manifest.liveCount) documents")
    }
    drop(lostSegments)
    if losesAlignment { try dropAlignment() }
    if losesTombstones { try dropTombstones() }
    for file in damage.keys.sorted(by: { $0.summary.name < $1.summary.name }) where file.kind == .columns {
      try rebuildColumns(file)
    }
    guard !manifest.segments.isEmpty else { throw needs("nothing would be left") }
  }

  /// Without these a document cannot be found, shown or ranked.
  private static let essential: [FileKind] = [.postings, .forward, .documents, .vectors]

  private mutating func drop(_ segments: Set<UInt64>) {
    for segment in manifest.segments where segments.contains(segment.number) {
      documentsLost += segment.liveCount
      notes.append(
        "Segment \(segment.number) was given up with its \(segment.liveCount) documents (ordinals "
          + "\(segment.firstOrdinal) to \(segment.endOrdinal.rawValue - 1)).")
    }
    manifest.segments.removeAll { segments.contains($0.number) }
    manifest.files.removeAll { $0.segment.map(segments.contains) ?? false }
  }

  private mutating func dropAlignment() throws(IndexStoreError) {
    manifest.files.removeAll { $0.kind == .alignment || $0.kind == .coordinates }
    var configuration = try IndexSnapshot.configuration(manifest, folder)
    configuration.coordinateCount = nil
    manifest.configurationText = configuration.encoded()
    notes.append("The alignment and the coordinates were given up; 'newel realign' makes them again.")
  }

  /// Documents whose deletion stood only in a lost file are there again.
  private mutating func dropTombstones() throws(IndexStoreError) {
    let damage = self.damage
    manifest.files.removeAll { $0.kind == .tombstones && damage[$0] != nil }
    var counts: [UInt64: Int] = [:]
    for segment in manifest.segments { counts[segment.number] = segment.documentCount }
    var dead: [UInt64: Set<UInt32>] = [:]
    for file in manifest.files(.tombstones) {
      let envelope = try IndexSnapshot.open(file, folder, fileSystem)
      let lists = try storing { () throws(StorageError) in
        try TombstonesFile.read(envelope, documentCounts: counts)
      }
      for (segment, documents) in lists { dead[segment, default: []].formUnion(documents) }
    }
    var back = 0
    for place in manifest.segments.indices {
      let count = dead[manifest.segments[place].number]?.count ?? 0
      back += manifest.segments[place].deadCount - count
      manifest.segments[place].deadCount = count
    }
    notes.append("A list of deleted documents was lost: \(back) documents that had been deleted are there again.")
  }

  private mutating func rebuildColumns(_ file: Manifest.File) throws(IndexStoreError) {
    guard let number = file.segment, let documentsFile = manifest.file(.documents, segment: number) else { return }
    let configuration = try IndexSnapshot.configuration(manifest, folder)
    let envelope = try IndexSnapshot.open(documentsFile, folder, fileSystem)
    let documents = try storing { () throws(StorageError) in try DocumentsReader(envelope) }
    let writer = ColumnsWriter(named: configuration.filterFields ?? [])
    try documents.forEach(
      { (_, document) throws(IndexStoreError) in
        writer.append(metadata: document.metadata)
      }, failure: { .storage($0) })
    let names = try storing { () throws(StorageError) in try fileSystem.list(folder) }
    let free = max(manifest.nextNumber, (names.map { IndexFolder.number($0) }.max() ?? 0) + 1)
    manifest.nextNumber = free + 1
    let summary = try storing { () throws(StorageError) in
      let made = try EnvelopeWriter(
        creating: IndexFolder.name(free, .columns), in: folder, kind: .columns, fileSystem: fileSystem)
      return try writer.finish(to: made)
    }
    manifest.files.removeAll { $0 == file }
    manifest.files.append(Manifest.File(summary: summary, kind: .columns, segment: number))
    manifest.files.sort { $0.summary.name.utf8.lexicographicallyPrecedes($1.summary.name.utf8) }
    notes.append("The columns of segment \(number) were made anew from its documents.")
  }
}
