public import ByteStorage
import Foundation
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
      let (catalog, manifest) = try IndexSnapshot.openCatalog(folder, fileSystem)
      catalog.close()
      if manifest.generation == report.generation { break }
      report = try verifyOnce(folder, level: level, fileSystem: fileSystem, progress: progress)
    }
    return report
  }

  private static func verifyOnce(
    _ folder: String, level: VerifyLevel, fileSystem: any FileSystem,
    progress: (_ file: String, _ done: Int, _ total: Int) -> Void
  ) throws(IndexStoreError) -> VerifyReport {
    let (catalog, manifest) = try IndexSnapshot.openCatalog(folder, fileSystem)
    defer { catalog.close() }
    let configuration = try IndexSnapshot.configuration(manifest, folder)
    var check = IndexCheck(
      folder: folder, fileSystem: fileSystem, catalog: catalog, manifest: manifest, configuration: configuration,
      report: VerifyReport(
        level: level, generation: manifest.generation, documentCount: manifest.documentCount))
    let total = manifest.files.reduce(0) { $0 + $1.summary.byteCount }
    var done = 0
    for file in manifest.files {
      progress(file.summary.name, done, total)
      check.file(file)
      done += file.summary.byteCount
    }
    progress(IndexFolder.catalog, done, total)
    check.segments()
    check.vocabulary()
    check.catalogBytes()
    check.keys()
    check.filters()
    check.sqlite()
    try check.orphans()
    return check.report
  }
}

/// One run of the verification.
struct IndexCheck {
  let folder: String
  let fileSystem: any FileSystem
  let catalog: CatalogDatabase
  let manifest: Manifest
  let configuration: IndexConfiguration
  var report: VerifyReport

  private var damagedFiles: Set<String> = []

  init(
    folder: String, fileSystem: any FileSystem, catalog: CatalogDatabase, manifest: Manifest,
    configuration: IndexConfiguration, report: VerifyReport
  ) {
    self.folder = folder
    self.fileSystem = fileSystem
    self.catalog = catalog
    self.manifest = manifest
    self.configuration = configuration
    self.report = report
  }

  mutating func problem(_ file: String, _ message: String) {
    report.problems.append(VerifyProblem(file: file, message: message))
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
    for segment in manifest.segments {
      let names = manifest.files.filter { $0.segment == segment.number }.map(\.summary.name)
      if names.contains(where: damagedFiles.contains) { continue }
      let name = names.first ?? IndexFolder.catalog
      do throws(IndexStoreError) {
        let open = try SegmentSnapshot(segment, manifest, configuration, folder: folder, fileSystem: fileSystem)
        guard report.level == .deep else { continue }
        try indexing { () throws(InvertedIndexError) in try open.index.verifyDeep() }
        try documents(open, segment)
        try filterValues(open, segment)
        try denseRows(open)
      } catch {
        problem(name, error.description)
      }
    }
  }

  /// Decodes every document; its key must be the catalog's, its metadata a JSON object.
  private mutating func documents(
    _ open: SegmentSnapshot, _ segment: Manifest.Segment
  ) throws(IndexStoreError) {
    let name = IndexFolder.name(segment.number, .documents)
    var found: [String] = []
    let keys = try catalog.read { db in
      try String.fetchAll(
        db, sql: "SELECT key FROM documents WHERE ordinal >= ? AND ordinal < ? ORDER BY ordinal",
        arguments: [Int64(segment.firstOrdinal), Int64(segment.firstOrdinal) + Int64(segment.documentCount)])
    }
    try open.documents.forEach(
      { (number, document) throws(IndexStoreError) in
        if number < keys.count, !keys[number].utf8.elementsEqual(document.key.utf8) {
          found.append("document \(number) has the key '\(document.key)' and in the catalog '\(keys[number])'")
        }
        if !((try? JSONSerialization.jsonObject(with: Data(document.metadata))) is [String: Any]) {
          found.append("the metadata of '\(document.key)' are no JSON object")
        }
      }, failure: { .storage($0) })
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
    guard report.level >= .full, let name = manifest.vocabularyFile, !damagedFiles.contains(name) else { return }
    do throws(IndexStoreError) {
      let tokens = try IndexSnapshot.vocabulary(manifest, folder, fileSystem)
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
        let size = try storing { () throws(StorageError) in try fileSystem.fileSize(catalog.path) }
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

  /// At `full`: the keys of every segment against its checksum.
  mutating func keys() {
    guard report.level >= .full else { return }
    let manifest = self.manifest
    do throws(IndexStoreError) {
      let wrong = try catalog.read { db -> String? in
        let rows = try Row.fetchCursor(
          db, sql: "SELECT ordinal, key FROM documents WHERE ordinal < ? ORDER BY ordinal",
          arguments: [Int64(manifest.documentCount)])
        for segment in manifest.segments {
          var checksum = KeyChecksum()
          for number in 0..<segment.documentCount {
            let expected = Int64(segment.firstOrdinal) + Int64(number)
            guard let row = try rows.next(), row[0] as Int64? == expected, let key = row[1] as String? else {
              return "the key of document \(expected) is missing"
            }
            checksum.add(key)
          }
          if checksum.value != segment.keyChecksum {
            return "the keys of segment \(segment.number) do not match their checksum"
          }
        }
        return try rows.next() == nil ? nil : "there are more keys than documents"
      }
      if let wrong {
        problem(IndexFolder.catalog, IndexStoreError.damagedCatalog(path: catalog.path, what: wrong).description)
      }
    } catch {
      problem(IndexFolder.catalog, error.description)
    }
  }

  /// At `deep`: SQLite's own check, and the foreign keys.
  mutating func sqlite() {
    guard report.level == .deep else { return }
    do throws(IndexStoreError) {
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
    let known = Set(manifest.files.map(\.summary.name))
    let names = try storing { () throws(StorageError) in try fileSystem.list(folder) }
    let orphans = names.filter { IndexFolder.isDisposable($0) && !known.contains($0) }
    if !orphans.isEmpty {
      report.notes.append(
        "\(orphans.count) files belong to no commit (such as \(orphans[0])); the next build removes them.")
    }
  }
}
