public import ByteStorage
import EmbeddingDumps
import GRDB
import InvertedIndex

/// Proves that an index is whole. Only reads.
public enum IndexVerifier {
  /// Checks the last commit of the index in `folder`.
  ///
  /// - Parameter progress: called before each file with its name, the bytes done and the bytes in all.
  /// - Throws: when there is no index, or its manifest cannot be read or trusted; everything behind the manifest is
  ///   listed in the report.
  public static func verify(
    _ folder: String, level: VerifyLevel, fileSystem: any FileSystem = PosixFileSystem(),
    progress: (_ file: String, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
  ) throws(IndexStoreError) -> VerifyReport {
    var report = try verifyOnce(folder, level: level, fileSystem: fileSystem, progress: progress)
    // A commit in the middle of the check replaces files and changes the catalog under it: then what was found may be
    // about neither commit. A busy machine may let several commits pass within one check; that it happens without end is
    // not to be expected, but the check ends.
    for _ in 0..<64 where !report.isGood {
      if try IndexOpening(folder, fileSystem).newest().manifest.generation == report.generation { break }
      report = try verifyOnce(folder, level: level, fileSystem: fileSystem, progress: progress)
    }
    return report
  }

  private static func verifyOnce(
    _ folder: String, level: VerifyLevel, fileSystem: any FileSystem,
    progress: (_ file: String, _ done: Int, _ total: Int) -> Void
  ) throws(IndexStoreError) -> VerifyReport {
    let (manifest, isRecovered) = try IndexOpening(folder, fileSystem).newest()
    let configuration = try IndexSnapshot.configuration(manifest, folder)
    var check = IndexCheck(
      folder: folder, fileSystem: fileSystem, manifest: manifest, configuration: configuration,
      report: VerifyReport(
        level: level, generation: manifest.generation, documentCount: UInt64(manifest.liveCount)))
    let total = manifest.files.reduce(0) { $0 + $1.summary.byteCount }
    var done = 0
    for file in manifest.files {
      progress(file.summary.name, done, total)
      check.file(file)
      done += file.summary.byteCount
    }
    progress(IndexFolder.catalog, done, total)
    check.record()
    check.segments()
    check.vocabulary()
    if isRecovered {
      check.report.notes.append(
        "The catalog and its log lost commit \(manifest.generation), as after a build that was stopped at its very end or when "
          + "the log was damaged; its record and all of its files are there and used, and the next build, or 'newel repair', "
          + "puts it back into the catalog.")
    } else {
      check.catalogBytes()
      check.sqlite()
    }
    try check.orphans()
    return check.report
  }
}

/// One run of the verification.
struct IndexCheck {
  let folder: String
  let fileSystem: any FileSystem
  let manifest: Manifest
  let configuration: IndexConfiguration
  var report: VerifyReport

  private var damagedFiles: Set<String> = []
  private var catalogPath: String { joinedPath(folder, IndexFolder.catalog) }

  init(
    folder: String, fileSystem: any FileSystem, manifest: Manifest, configuration: IndexConfiguration,
    report: VerifyReport
  ) {
    self.folder = folder
    self.fileSystem = fileSystem
    self.manifest = manifest
    self.configuration = configuration
    self.report = report
  }

  mutating func problem(_ file: String, _ message: String) {
    report.problems.append(VerifyProblem(file: file, message: message))
  }

  /// The record of the commit says the same as the catalog.
  mutating func record() {
    report.filesChecked += 1
    do throws(IndexStoreError) {
      let found = try CommitRecord.read(manifest.recordName, in: folder, fileSystem: fileSystem)
      if found != manifest {
        throw .damagedCatalog(
          path: joinedPath(folder, manifest.recordName),
          what: "it differs from the catalog about commit "
            + "\(manifest.generation)")
      }
    } catch {
      problem(manifest.recordName, error.description)
    }
  }

  /// Header, footer, tables; at `full` every block.
  mutating func file(_ file: Manifest.File) {
    report.filesChecked += 1
    do throws(IndexStoreError) {
      let envelope = try IndexSnapshot.open(file, folder, fileSystem)
      if report.level >= .full {
        try storing { () throws(StorageError) in try envelope.verifyAll() }
        report.bytesChecked += file.summary.byteCount
      }
    } catch {
      damagedFiles.insert(file.summary.name)
      problem(file.summary.name, error.description)
    }
  }

  /// What the files of each segment say about themselves, and at `deep` all they hold.
  mutating func segments() {
    var keys = LiveKeys()
    // One by one, so that all that is wrong is told.
    for entry in manifest.segments {
      var alone = manifest
      alone.segments = [entry]
      alone.files.removeAll { $0.segment != nil && $0.segment != entry.number }
      if alone.files.contains(where: { damagedFiles.contains($0.summary.name) && $0.kind != .vocabulary }) { continue }
      let name = manifest.file(.documents, segment: entry.number)?.summary.name ?? IndexFolder.catalog
      do throws(IndexStoreError) {
        let opening = SegmentOpening(alone, configuration, folder: folder, reusing: nil, fileSystem: fileSystem)
        guard let segment = try opening.segments().first, report.level == .deep else { continue }
        try indexing { () throws(InvertedIndexError) in try segment.index.verifyDeep() }
        let documents = segment.documents
        try storing { () throws(StorageError) in try documents.checkKeyIndex() }
        try check(segment, &keys, name)
        try columns(segment)
        try denseRows(segment)
      } catch {
        problem(name, error.description)
      }
    }
  }

  /// Decodes every document; its metadata must be a JSON object, and no other live document may have its key.
  private mutating func check(
    _ segment: SegmentSnapshot, _ keys: inout LiveKeys, _ name: String
  ) throws(IndexStoreError) {
    var found: [String] = []
    var live = keys
    try segment.documents.forEach(
      { (number, document) throws(IndexStoreError) in
        guard case .object? = try? JSONValue.parse(document.metadata) else {
          found.append("the metadata of '\(document.key)' are no JSON object")
          return
        }
        if segment.isLive(number), !live.insert(document.key) {
          found.append("document \(number) has the key '\(document.key)' of another one that is not deleted")
        }
      }, failure: { .storage($0) })
    keys = live
    for message in found.prefix(20) { problem(name, "In '\(joinedPath(folder, name))' \(message).") }
  }

  /// All numbers are finite, and the lengths those of the rows.
  private mutating func denseRows(_ open: SegmentSnapshot) throws(IndexStoreError) {
    for (kind, reader) in [(FileKind.vectors, open.vectors), (.coordinates, open.coordinates)] {
      guard let reader else { continue }
      let name = manifest.file(kind, segment: open.number)?.summary.name ?? IndexFolder.name(open.number, kind)
      var row = [Float](repeating: 0, count: reader.dimension)
      for document in 0..<reader.rowCount {
        let isRightLength = try storing { () throws(StorageError) in
          try reader.row(document, into: &row, at: 0)
          _ = try reader.hubness(of: [UInt32(document)])
          return try reader.hasRightLength(document)
        }
        if let place = row.firstIndex(where: { !$0.isFinite }) {
          problem(name, "In '\(joinedPath(folder, name))' number \(place) of row \(document) is \(row[place]).")
          break
        }
        if !isRightLength {
          problem(name, "In '\(joinedPath(folder, name))' the length of row \(document) is not that of its numbers.")
          break
        }
      }
    }
  }

  /// At `full`: the tokens can be read, and are enough for every segment.
  mutating func vocabulary() {
    guard report.level >= .full, let file = manifest.sole(.vocabulary), !damagedFiles.contains(file.summary.name) else {
      return
    }
    let name = file.summary.name
    do throws(IndexStoreError) {
      let envelope = try IndexSnapshot.open(file, folder, fileSystem)
      let tokens = try storing { () throws(StorageError) in try VocabularyFile.read(envelope) }
      if report.level == .deep, let obstacle = VocabularyFile.obstacle(tokens) {
        problem(name, "In '\(joinedPath(folder, name))' the vocabulary is wrong: \(obstacle).")
      }
    } catch {
      problem(name, error.description)
    }
  }

  /// `catalog.checksum` must be about this commit, and at `full` the bytes of the catalog must match it.
  mutating func catalogBytes() {
    report.filesChecked += 1
    let isFull = report.level >= .full
    do throws(IndexStoreError) {
      switch try CatalogCheck.compare(manifest, folder, fileSystem, readingAll: isFull) {
      case .equal:
        guard isFull else { return }
        report.filesChecked += 1
        let path = catalogPath
        let size = try storing { () throws(StorageError) in try fileSystem.fileSize(path) }
        report.bytesChecked += size ?? 0
      case .differs(let error): problem(IndexFolder.catalog, error.description)
      case .unreadable(let error): problem(IndexFolder.checksum, error.description)
      case .missing:
        let message =
          "'\(joinedPath(folder, IndexFolder.checksum))' is missing, so the bytes of the catalog cannot be checked; "
          + "restore it, or let the next build check the catalog and write it anew."
        if isFull { problem(IndexFolder.checksum, message) } else { report.notes.append(message) }
      case .older(let generation):
        report.notes.append(
          "'\(joinedPath(folder, IndexFolder.checksum))' is of commit \(generation) and the index at commit "
            + "\(manifest.generation), as after a build that was stopped at its very end; the catalog is checked by its "
            + "rows only until the next build checks it and renews the file.")
      }
    } catch {
      problem(IndexFolder.catalog, error.description)
    }
  }

  /// At `deep`: SQLite's own check, and the foreign keys.
  mutating func sqlite() {
    guard report.level == .deep else { return }
    do throws(IndexStoreError) {
      let catalog = try CatalogDatabase.openForReading(folder, fileSystem: fileSystem)
      defer { catalog.close() }
      let messages = try catalog.read { db in
        try String.fetchAll(db, sql: "PRAGMA integrity_check(20)")
          + Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { _ in "a row refers to one that is missing" }
      }
      for message in messages where message != "ok" {
        problem(IndexFolder.catalog, IndexStoreError.damagedCatalog(path: catalog.path, what: message).description)
      }
    } catch {
      problem(IndexFolder.catalog, error.description)
    }
  }

  /// Files that no commit names are worth a note.
  mutating func orphans() throws(IndexStoreError) {
    let known = Set(manifest.files.map(\.summary.name) + [manifest.recordName])
    let names = try storing { () throws(StorageError) in try fileSystem.list(folder) }
    let orphans = names.filter { IndexFolder.isDisposable($0) && !known.contains($0) }
    if !orphans.isEmpty {
      report.notes.append(
        "\(orphans.count) files belong to no commit (such as \(orphans[0])); the next build removes them.")
    }
  }
}

/// The keys of the documents that are not deleted, compared byte by byte.
private struct LiveKeys {
  private var keys: Set<[UInt8]> = []

  /// - Returns: false when the key is there already.
  mutating func insert(_ key: String) -> Bool { keys.insert(Array(key.utf8)).inserted }
}
