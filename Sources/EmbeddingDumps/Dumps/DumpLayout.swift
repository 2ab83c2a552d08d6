import ByteStorage

/// Finds the files of a dump in a folder and pairs them.
///
/// Understood are the layout of clip-retrieval (`img_emb/img_emb_0.npy`, `text_emb/…`, `metadata/metadata_0.jsonl`),
/// folders that hold such files directly, and single files. Hidden files and other names are passed over.
struct DumpLayout {
  let fileSystem: any FileSystem

  /// The embedding files that `path` stands for, in the order of their numbers.
  func embeddingFiles(_ path: String) throws(DumpError) -> [ShardFile] {
    if NpzArchive.split(path) != nil { return [ShardFile(path: path, name: ShardName(""), isGivenByName: true)] }
    let (folder, names) = try resolve(path, inner: ["img_emb", "text_emb"])
    guard let names else { return [file(path, extensions: [".npy"], isGivenByName: true)] }
    let files = try shards(in: folder, names, extensions: [".npy"])
    guard !files.isEmpty else {
      throw .nothingFound(path: path, expected: "a .npy or .npz file, or a folder with img_emb/*.npy or *.npy")
    }
    return files
  }

  /// The metadata files that `path` stands for, in the order of their numbers.
  func metadataFiles(_ path: String) throws(DumpError) -> [ShardFile] {
    if path.hasSuffix(".parquet") { throw .parquetOnly(folder: path) }
    let (folder, names) = try resolve(path, inner: ["metadata"])
    guard let names else { return [file(path, extensions: DumpLayout.lineExtensions, isGivenByName: true)] }
    let files = try shards(in: folder, names, extensions: DumpLayout.lineExtensions)
    guard !files.isEmpty else {
      if names.contains(where: { $0.hasSuffix(".parquet") }) { throw .parquetOnly(folder: folder) }
      throw .nothingFound(path: path, expected: "a .jsonl file, or a folder with metadata/*.jsonl or *.jsonl")
    }
    return files
  }

  /// The JSON-lines files of sparse vectors that `path`, a file or a folder, stands for, in the order of their numbers.
  func lineFiles(_ path: String) throws(DumpError) -> [ShardFile] {
    let (folder, names) = try resolve(path, inner: [])
    guard let names else { return [file(path, extensions: DumpLayout.lineExtensions, isGivenByName: true)] }
    let files = try shards(in: folder, names, extensions: DumpLayout.lineExtensions)
    guard !files.isEmpty else {
      throw .nothingFound(path: path, expected: "a .jsonl, .jsonl.gz, .csr or .npz file, or a folder of .jsonl files")
    }
    return files
  }

  /// Pairs the two lists by number; the answer is in the order of the embedding files.
  func pair(_ embeddings: [ShardFile], _ metadata: [ShardFile]) throws(DumpError) -> [(ShardFile, ShardFile)] {
    let left = try DumpLayout.named(embeddings)
    let right = try DumpLayout.named(metadata)
    // One file on each side needs no number, unless the numbers say that folders hold different shards. Who names two
    // files has said that they belong together.
    if left.count == 1, right.count == 1 {
      if embeddings[0].isGivenByName, metadata[0].isGivenByName { return [(embeddings[0], metadata[0])] }
      let (a, b) = (left[0].key, right[0].key)
      if !(a.isNumbered && b.isNumbered) || a.number == b.number { return [(left[0].file, right[0].file)] }
    }
    var partners = Dictionary(uniqueKeysWithValues: right.map { ($0.key, $0.file) })
    var pairs: [(ShardFile, ShardFile)] = []
    for (key, file) in left {
      guard let partner = partners.removeValue(forKey: key) else {
        throw .missingPartner(path: file.path, folder: DumpLayout.folder(of: metadata[0].path))
      }
      pairs.append((file, partner))
    }
    if let rest = right.first(where: { partners[$0.key] != nil }) {
      throw .missingPartner(path: rest.file.path, folder: DumpLayout.folder(of: embeddings[0].path))
    }
    return pairs
  }

  private static let lineExtensions = [".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"]

  /// The folder that `path` stands for (one of `inner` inside it where there is one) and its names; no names for a
  /// file.
  private func resolve(_ path: String, inner: [String]) throws(DumpError) -> (folder: String, names: [String]?) {
    switch try storing({ () throws(StorageError) in try fileSystem.kind(of: path) }) {
    case nil: throw .storage(.notFound(path: path))
    case .file?: return (path, nil)
    case .other?:
      // The error of opening it, which says what it is, before any about its name.
      _ = try storing { () throws(StorageError) in try fileSystem.map(path) }
      return (path, nil)
    case .folder?: break
    }
    for name in inner {
      let folder = joinedPath(path, name)
      let kind = try storing { () throws(StorageError) in try fileSystem.kind(of: folder) }
      if kind == .folder {
        return (folder, try storing { () throws(StorageError) in try fileSystem.list(folder) })
      }
    }
    return (path, try storing { () throws(StorageError) in try fileSystem.list(path) })
  }

  private func shards(in folder: String, _ names: [String], extensions: [String]) throws(DumpError) -> [ShardFile] {
    var files: [ShardFile] = []
    for name in names where !name.hasPrefix(".") && extensions.contains(where: { name.hasSuffix($0) }) {
      let path = joinedPath(folder, name)
      switch try storing({ () throws(StorageError) in try fileSystem.kind(of: path) }) {
      case .folder?: continue
      case .file?, .other?:
        // What is no file is refused when it is opened; leaving it out would lose its rows without a word.
        files.append(file(path, extensions: extensions))
      case nil:
        throw .storage(name.unicodeScalars.contains("\u{FFFD}") ? .nameNotUTF8(path: path) : .notFound(path: path))
      }
    }
    return try DumpLayout.named(files).sorted { $0.key < $1.key }.map(\.file)
  }

  /// Each file with the key it is paired by: without stem when all files share it.
  private static func named(_ files: [ShardFile]) throws(DumpError) -> [(key: ShardName, file: ShardFile)] {
    let sharesStem = files.count > 1 && files.allSatisfy { $0.name.isNumbered && $0.name.stem == files[0].name.stem }
    let isAlone = files.count == 1 && files[0].name.isNumbered
    var seen: [ShardName: ShardFile] = [:]
    var named: [(key: ShardName, file: ShardFile)] = []
    for file in files {
      let key = sharesStem || isAlone ? file.name.withoutStem : file.name
      if let other = seen.updateValue(file, forKey: key) {
        throw .ambiguousShards(first: other.path, second: file.path)
      }
      named.append((key, file))
    }
    return named
  }

  private func file(_ path: String, extensions: [String], isGivenByName: Bool = false) -> ShardFile {
    var base = path
    if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) { base = String(path[path.utf8.index(after: slash)...]) }
    // The longest first: ".jsonl.gz" before ".gz" would be cut.
    if let found = extensions.sorted(by: { $0.utf8.count > $1.utf8.count }).first(where: { base.hasSuffix($0) }) {
      base.removeLast(found.count)
    }
    return ShardFile(path: path, name: ShardName(base), isGivenByName: isGivenByName)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return String(path[..<slash])
  }
}
