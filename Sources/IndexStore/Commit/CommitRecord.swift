import ByteStorage

/// The file `NUMBER.commit`: the manifest of one commit, complete and durable before the catalog commits it. FORMAT.md §7.7.3.
///
/// It is the proof of a commit that does not depend on SQLite: when the catalog or its log is lost, the newest record that holds
/// tells what there was.
enum CommitRecord {
  static let manifest = SectionTag("MNFT")

  /// Writes and synchronises the record of a manifest; the folder is not synchronised.
  static func write(_ manifest: Manifest, in folder: String, fileSystem: any FileSystem) throws(StorageError) {
    let writer = try EnvelopeWriter(
      creating: manifest.recordName, in: folder, kind: .commit, fileSystem: fileSystem)
    do throws(StorageError) {
      try writer.begin(Self.manifest)
      try writer.append(manifest.encoded())
      writer.end()
      _ = try writer.finish()
    } catch {
      writer.abandon()
      throw error
    }
  }

  /// Reads and proves the record of this name: every block, the version, and that the manifest is one.
  static func read(_ name: String, in folder: String, fileSystem: any FileSystem) throws(IndexStoreError) -> Manifest {
    let path = joinedPath(folder, name)
    let found = try storing { () throws(StorageError) in
      let file = try EnvelopeFile.open(name, in: folder, kind: .commit, expecting: nil, fileSystem: fileSystem)
      try file.verifyAll()
      let section = try file.section(Self.manifest)
      var reader = try section.reader()
      let found = try Manifest(&reader)
      guard reader.isAtEnd else {
        throw section.damage(at: 0, expected: "one manifest", found: "\(reader.remaining) more bytes")
      }
      return found
    }
    try CatalogReader.check(found, path)
    guard found.recordName == name else {
      throw .damagedCatalog(path: path, what: "it is the record of '\(found.recordName)'")
    }
    return found
  }

  /// The names of records in a folder, the newest first.
  static func names(in folder: String, fileSystem: any FileSystem) throws(StorageError) -> [String] {
    try fileSystem.list(folder).filter { IndexFolder.parse($0)?.kind == .commit }
      .sorted { IndexFolder.number($0) > IndexFolder.number($1) }
  }

  /// The newest whole record behind a commit; torn ones belong to commits that were never finished, and count as absent.
  ///
  /// - Parameter committed: what the catalog says; `nil` when it knows of no commit.
  static func newest(
    behind committed: Manifest?, in folder: String, fileSystem: any FileSystem
  ) throws(IndexStoreError) -> Manifest? {
    let found = try storing { () throws(StorageError) in try names(in: folder, fileSystem: fileSystem) }
    for name in found where IndexFolder.number(name) >= committed?.nextNumber ?? 0 {
      do throws(IndexStoreError) {
        let record = try read(name, in: folder, fileSystem: fileSystem)
        if record.generation > committed?.generation ?? 0 { return record }
      } catch {
        if case .storage(.io) = error { throw error }
      }
    }
    return nil
  }

  /// Why the files of a manifest are not all there and whole (headers, footers, tables); `nil` when they are.
  static func obstacle(_ manifest: Manifest, in folder: String, fileSystem: any FileSystem) -> IndexStoreError? {
    for file in manifest.files {
      do { _ = try IndexSnapshot.open(file, folder, fileSystem) } catch { return error }
    }
    return nil
  }
}
