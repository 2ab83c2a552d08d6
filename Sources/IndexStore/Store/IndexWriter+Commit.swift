import ByteStorage

/// What a commit did.
public struct CommitReport: Sendable, Equatable {
  /// The number of the commit, 1 for the first.
  public var generation: UInt64
  /// Segments that the commit added.
  public var segmentsAdded: Int
  /// Documents that the commit added, those that it replaced included.
  public var documentsAdded: Int
  /// Documents that it deleted, those that it replaced included.
  public var documentsDeleted: Int
  /// Documents in the index after it.
  public var documentCount: Int
  /// Bytes of the files it added, its record included.
  public var bytesAdded: Int
  /// Whether the catalog's checksum file could be brought up to date; `verify` has less to go on when not.
  public var isCatalogChecksummed: Bool
}

extension IndexWriter {
  /// Makes everything that was added, replaced and deleted since the last commit part of the index, at once and durably.
  ///
  /// - Complexity: O(what changed + segments): not the documents of the index.
  /// - Throws: ``IndexStoreError/unknownOutcome(path:cause:)`` when the commit may have happened: then it has or it has not, as a
  ///   whole, and the next open tells.
  public func commit() throws(IndexStoreError) -> CommitReport {
    try checkUsable()
    let before = committed
    let manifest = try failing { () throws(IndexStoreError) in
      try cutSegment()
      return try prepareCommit()
    }
    // Everything that can be opened is opened before the commit point: behind it nothing may fail.
    let snapshot = try failing { () throws(IndexStoreError) in
      try IndexSnapshot(folder, manifest, reusing: before, fileSystem)
    }
    do throws(IndexStoreError) {
      try writeRecord(manifest)
    } catch {
      throw withdraw(manifest, error)
    }
    do throws(IndexStoreError) {
      try catalog.begin(creating: before == nil)
      try catalog.store(manifest)
      try storing { () throws(StorageError) in try fileSystem.willCommit(catalog.database.path) }
    } catch {
      throw withdraw(manifest, error)
    }
    do throws(IndexStoreError) {
      try catalog.commit()
    } catch {
      // After a failed COMMIT everything must stay: the next open may find the new manifest, and puts it back if not.
      throw fail(.unknownOutcome(path: folder, cause: error.description), keepingFiles: true)
    }
    committed = snapshot
    let counts = (added: pending.addedCount, deleted: pending.deletedCount)
    let newNames = Set(manifest.files.map(\.summary.name))
    let unneeded = pending.names.filter { !newNames.contains($0) }
    forgetPending()
    let isChecksummed = catalog.foldLog(generation: manifest.generation)
    removeFiles(before, manifest, unneeded)
    let old = Set(before?.manifest.files.map(\.summary.name) ?? [])
    let oldSegments = Set(before?.segments.map(\.number) ?? [])
    return CommitReport(
      generation: manifest.generation, segmentsAdded: manifest.segments.count { !oldSegments.contains($0.number) },
      documentsAdded: counts.added, documentsDeleted: counts.deleted, documentCount: snapshot.liveCount,
      bytesAdded: manifest.files.filter { !old.contains($0.summary.name) }.reduce(0) { $0 + $1.summary.byteCount }
        + manifest.encoded().count,
      isCatalogChecksummed: isChecksummed)
  }

  /// The record, once everything that it names is durable, and then the entry of the record itself.
  private func writeRecord(_ manifest: Manifest) throws(IndexStoreError) {
    try storing { () throws(StorageError) in
      try fileSystem.syncFolder(folder)
      try CommitRecord.write(manifest, in: folder, fileSystem: fileSystem)
      try fileSystem.syncFolder(folder)
    }
  }

  /// Takes the record back before all else, because the next open puts back a commit whose record is whole. When it cannot be
  /// taken back, the commit may still happen.
  private func withdraw(_ manifest: Manifest, _ error: IndexStoreError) -> IndexStoreError {
    let path = joinedPath(folder, manifest.recordName)
    do throws(StorageError) {
      if try fileSystem.exists(path) {
        try fileSystem.remove(path)
        try fileSystem.syncFolder(folder)
      }
      return fail(error)
    } catch {
      return fail(.unknownOutcome(path: folder, cause: error.description), keepingFiles: true)
    }
  }

  /// Everything up to the record: files written and synchronised, and the manifest.
  private func prepareCommit() throws(IndexStoreError) -> Manifest {
    var manifest = committed?.manifest ?? .empty
    try writeSoleFiles(into: &manifest)
    if !pending.coordinates.isEmpty {
      manifest.files.removeAll { $0.kind == .coordinates }
      manifest.files += pending.coordinates
    }
    for replacement in pending.replacements {
      remove(replacement.old, from: &manifest)
      manifest.segments.append(replacement.new.entry)
      manifest.files += replacement.new.files
    }
    for added in pending.added {
      manifest.segments.append(added.entry)
      manifest.files += added.files
    }
    manifest.segments.sort { $0.firstOrdinal < $1.firstOrdinal }
    for place in manifest.segments.indices {
      manifest.segments[place].deadCount += pending.dead[manifest.segments[place].number]?.count ?? 0
    }
    // Nothing is left of a segment without documents.
    remove(Set(manifest.segments.filter { $0.liveCount == 0 }.map(\.number)), from: &manifest)
    try writeTombstones(into: &manifest)
    manifest.files.sort { $0.summary.name.utf8.lexicographicallyPrecedes($1.summary.name.utf8) }
    manifest.generation += 1
    manifest.configurationText = configuration.encoded()
    manifest.nextOrdinal = Ordinal(nextOrdinal)
    manifest.recordNumber = try takeNumber()
    manifest.nextNumber = nextNumber
    // No reader may ever find a manifest that it refuses.
    let isAligned = manifest.sole(.alignment) != nil
    let mismatch = isAligned == (configuration.coordinateCount != nil) ? nil : "coordinates go with an alignment"
    if let what = manifest.contradiction ?? mismatch {
      throw .damagedCatalog(
        path: joinedPath(folder, IndexFolder.catalog), what: "the next commit would be wrong: \(what)")
    }
    return manifest
  }

  private func remove(_ segments: Set<UInt64>, from manifest: inout Manifest) {
    if segments.isEmpty { return }
    manifest.segments.removeAll { segments.contains($0.number) }
    manifest.files.removeAll { $0.segment.map(segments.contains) ?? false }
  }

  private func writeSoleFiles(into manifest: inout Manifest) throws(IndexStoreError) {
    func replace(
      _ kind: FileKind, _ write: (EnvelopeWriter) throws(StorageError) -> FileSummary
    ) throws(IndexStoreError) {
      let file = try writeExtra(kind, write)
      manifest.files.removeAll { $0.kind == kind }
      manifest.files.append(file)
    }
    if let tokens = pending.vocabulary {
      try replace(.vocabulary) { writer throws(StorageError) in try VocabularyFile.write(tokens, to: writer) }
    }
    if let bytes = pending.head {
      try replace(.head) { writer throws(StorageError) in try HeadFile.write(bytes, to: writer) }
    }
    if let bytes = pending.alignment {
      try replace(.alignment) { writer throws(StorageError) in try AlignmentFile.write(bytes, to: writer) }
    }
  }

  /// The deleted documents of this commit in a file, together with those of the last files that are not much larger.
  private func writeTombstones(into manifest: inout Manifest) throws(IndexStoreError) {
    let counts = manifest.segments.reduce(into: [UInt64: Int]()) { $0[$1.number] = $1.documentCount }
    var lists: [UInt64: Set<UInt32>] = [:]
    for (segment, documents) in pending.dead where counts[segment] != nil && !documents.isEmpty {
      lists[segment] = documents
    }
    var files = manifest.files(.tombstones)
    if lists.isEmpty, files.count <= Self.maximumTombstoneFiles { return }
    var size = 4 * lists.reduce(0) { $0 + $1.value.count }
    while let last = files.last,
      files.count >= Self.maximumTombstoneFiles || last.summary.byteCount <= 2 * size + Self.smallTombstoneFile
    {
      files.removeLast()
      size += last.summary.byteCount
      let envelope = try IndexSnapshot.open(last, folder, fileSystem)
      let earlier = try storing { () throws(StorageError) in
        try TombstonesFile.read(envelope, documentCounts: counts)
      }
      for (segment, documents) in earlier { lists[segment, default: []].formUnion(documents) }
    }
    manifest.files.removeAll { $0.kind == .tombstones }
    manifest.files += files
    if lists.isEmpty { return }
    let sorted = lists.mapValues { $0.sorted() }
    manifest.files.append(
      try writeExtra(.tombstones) { writer throws(StorageError) in try TombstonesFile.write(sorted, to: writer) })
  }

  /// More files of deleted documents than this are put together.
  private static let maximumTombstoneFiles = 12
  /// Files up to this many bytes are taken in by every commit that deletes.
  private static let smallTombstoneFile = 1024

  /// Writes a file that belongs to the pending commit and is not one of a segment that it writes.
  func writeExtra(
    _ kind: FileKind, segment: UInt64? = nil, _ write: (EnvelopeWriter) throws(StorageError) -> FileSummary
  ) throws(IndexStoreError) -> Manifest.File {
    let number = try takeNumber()
    return try storing { () throws(StorageError) in
      let writer = try EnvelopeWriter(
        creating: IndexFolder.name(number, kind), in: folder, kind: kind, fileSystem: fileSystem)
      pending.extraNames.append(writer.name)
      do throws(StorageError) {
        return Manifest.File(summary: try write(writer), kind: kind, segment: segment)
      } catch {
        writer.abandon()
        throw error
      }
    }
  }

  /// Removes the files that the new manifest does not name any more. Readers of the old commit that have them
  /// mapped keep them; others begin again with the new manifest.
  private func removeFiles(_ before: IndexSnapshot?, _ after: Manifest, _ unneeded: [String]) {
    let current = Set(after.files.map(\.summary.name))
    var names = before?.manifest.files.map(\.summary.name).filter { !current.contains($0) } ?? []
    if let before { names.append(before.manifest.recordName) }
    for name in names + unneeded { try? fileSystem.remove(joinedPath(folder, name)) }
  }
}
