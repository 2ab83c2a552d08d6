public import ByteStorage

/// What a repair found and did.
public struct RepairReport: Sendable, Equatable {
  /// The commit that the index has now.
  public var generation: UInt64
  /// The commit that it was made of.
  public var source: UInt64
  /// Whether nothing had to be done.
  public var wasSound: Bool
  /// Documents that the index has now.
  public var documentCount: Int
  /// Documents that were given up.
  public var documentsLost: Int
  /// What was found, mended and given up, a sentence each.
  public var notes: [String]
}

/// Brings back the newest commit of an index that can be proved, from its catalog or from the records of its commits.
public enum IndexRepair {
  /// Proves every file of the commits that can be found, the newest first, and makes the catalog anew if it has to be.
  ///
  /// - Parameters:
  ///   - givesUpDamage: whether segments with damaged files may be given up when no commit is whole. Otherwise nothing is touched
  ///     then.
  ///   - progress: called before each file with its name, the bytes done and the bytes in all.
  /// - Throws: `irreparable` when nothing can be brought back, or not without giving something up.
  public static func repair(
    _ folder: String, givesUpDamage: Bool = false, fileSystem: any FileSystem = PosixFileSystem(),
    progress: (_ file: String, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
  ) throws(IndexStoreError) -> RepairReport {
    guard try storing({ () throws(StorageError) in try fileSystem.kind(of: folder) }) == .folder else {
      throw .noIndex(path: folder, reason: "there is no such folder")
    }
    let names = try storing { () throws(StorageError) in try fileSystem.list(folder) }
    guard names.contains(where: { $0 != IndexFolder.lock && IndexFolder.isOurs($0) }) else {
      throw .noIndex(path: folder, reason: "nothing in it belongs to an index")
    }
    let lock: any FileLock
    do throws(StorageError) {
      lock = try fileSystem.lock(joinedPath(folder, IndexFolder.lock))
    } catch {
      if case .locked(_, let holder) = error { throw .locked(path: folder, holder: holder) }
      throw .storage(error)
    }
    defer { lock.release() }
    return try RepairRun(folder, fileSystem, givesUpDamage: givesUpDamage).run(progress)
  }
}

/// One repair, under the writer lock.
struct RepairRun {
  let folder: String
  let fileSystem: any FileSystem
  let givesUpDamage: Bool

  init(_ folder: String, _ fileSystem: any FileSystem, givesUpDamage: Bool) {
    self.folder = folder
    self.fileSystem = fileSystem
    self.givesUpDamage = givesUpDamage
  }

  /// A commit that was found, and where.
  struct Candidate {
    var manifest: Manifest
    var isInCatalog: Bool
    var hasRecord: Bool
  }

  func run(_ progress: (String, Int, Int) -> Void) throws(IndexStoreError) -> RepairReport {
    var notes: [String] = []
    let candidates = try candidates(&notes)
    guard let newest = candidates.first else {
      throw .irreparable(path: folder, reason: "neither its catalog nor a record of a commit can be read")
    }
    var newestDamage: [Manifest.File: String] = [:]
    for (number, candidate) in candidates.enumerated() {
      let damage = self.damage(of: candidate.manifest, progress)
      if number == 0 { newestDamage = damage }
      guard damage.isEmpty else { continue }
      if number > 0 {
        let message =
          "Commit \(newest.manifest.generation) is not whole; the newest one that is, is commit "
          + "\(candidate.manifest.generation)."
        guard givesUpDamage else { throw .irreparable(path: folder, reason: message + " '--give-up' takes it") }
        notes.append(message)
      }
      if number == 0, candidate.isInCatalog, candidate.hasRecord, try isCatalogSound(candidate.manifest) {
        return RepairReport(
          generation: candidate.manifest.generation, source: candidate.manifest.generation, wasSound: true,
          documentCount: candidate.manifest.liveCount, documentsLost: 0, notes: notes)
      }
      return try restore(
        candidate.manifest, source: candidate.manifest.generation,
        lost: max(0, newest.manifest.liveCount - candidate.manifest.liveCount), notes)
    }
    var salvage = Salvage(newest.manifest, newestDamage, folder, fileSystem)
    try salvage.run(givesUpDamage: givesUpDamage)
    return try restore(
      salvage.manifest, source: newest.manifest.generation, lost: salvage.documentsLost, notes + salvage.notes)
  }

  /// The manifests of the catalog and of all records that can be read, the newest first.
  private func candidates(_ notes: inout [String]) throws(IndexStoreError) -> [Candidate] {
    var found: [UInt64: Candidate] = [:]
    let records = try storing { () throws(StorageError) in
      try CommitRecord.names(in: folder, fileSystem: fileSystem)
    }
    for name in records {
      do throws(IndexStoreError) {
        let manifest = try CommitRecord.read(name, in: folder, fileSystem: fileSystem)
        found[manifest.generation] = Candidate(manifest: manifest, isInCatalog: false, hasRecord: true)
      } catch {
        notes.append("The record '\(name)' cannot be used: \(error.description)")
      }
    }
    do throws(IndexStoreError) {
      let (catalog, manifest) = try IndexOpening.catalog(folder, fileSystem)
      catalog.close()
      if let manifest {
        let hasRecord = found[manifest.generation]?.manifest == manifest
        found[manifest.generation] = Candidate(manifest: manifest, isInCatalog: true, hasRecord: hasRecord)
      }
    } catch {
      notes.append("The catalog cannot be used: \(error.description)")
    }
    return found.values.sorted { $0.manifest.generation > $1.manifest.generation }
  }

  /// What is wrong with the files of a commit, every byte of them read.
  private func damage(of manifest: Manifest, _ progress: (String, Int, Int) -> Void) -> [Manifest.File: String] {
    let total = manifest.files.reduce(0) { $0 + $1.summary.byteCount }
    var done = 0
    var damage: [Manifest.File: String] = [:]
    for file in manifest.files {
      progress(file.summary.name, done, total)
      do throws(IndexStoreError) {
        let envelope = try IndexSnapshot.open(file, folder, fileSystem)
        try storing { () throws(StorageError) in try envelope.verifyAll() }
      } catch {
        damage[file] = error.description
      }
      done += file.summary.byteCount
    }
    return damage
  }

  private func isCatalogSound(_ manifest: Manifest) throws(IndexStoreError) -> Bool {
    switch try CatalogCheck.compare(manifest, folder, fileSystem) {
    case .equal: true
    case .differs, .missing, .older, .unreadable: false
    }
  }

  /// Makes a new catalog with a new commit of what was proved, and its record.
  private func restore(
    _ proved: Manifest, source: UInt64, lost: Int, _ notes: [String]
  ) throws(IndexStoreError) -> RepairReport {
    var manifest = proved
    let names = try storing { () throws(StorageError) in try fileSystem.list(folder) }
    let highest = names.map { IndexFolder.number($0) }.max() ?? 0
    manifest.recordNumber = max(highest + 1, manifest.nextNumber)
    manifest.nextNumber = manifest.recordNumber + 1
    manifest.generation += 1 + UInt64(names.count { IndexFolder.parse($0)?.kind == .commit })
    if let what = manifest.contradiction { throw .irreparable(path: folder, reason: what) }
    let final = manifest
    try storing { () throws(StorageError) in
      try fileSystem.syncFolder(folder)
      try CommitRecord.write(final, in: folder, fileSystem: fileSystem)
      try fileSystem.syncFolder(folder)
      // The new record is the truth from here on; a catalog that is older or missing is made again by the next repair.
      for name in IndexFolder.catalogCompanions + [IndexFolder.checksum] where names.contains(name) {
        try fileSystem.remove(joinedPath(folder, name))
      }
      if names.contains(IndexFolder.catalog) { try fileSystem.remove(joinedPath(folder, IndexFolder.catalog)) }
      try fileSystem.syncFolder(folder)
      try EmptyCatalog.create(folder, fileSystem: fileSystem)
    }
    let catalog = try CatalogWriter(folder, fileSystem: fileSystem)
    defer { catalog.close() }
    try catalog.begin(creating: true)
    try catalog.store(final)
    try catalog.commit()
    _ = catalog.foldLog(generation: final.generation)
    let kept = Set(final.files.map(\.summary.name) + [final.recordName])
    for name in names where IndexFolder.isDisposable(name) && !kept.contains(name) {
      try? fileSystem.remove(joinedPath(folder, name))
    }
    return RepairReport(
      generation: final.generation, source: source, wasSound: false, documentCount: final.liveCount,
      documentsLost: lost, notes: notes)
  }
}
