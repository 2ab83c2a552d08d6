/// What ``FaultyFileSystem`` remembers: the operations, and what a power cut would take away.
struct FaultState {
  /// The bytes of a file written through the file system.
  struct Written {
    var written: Int
    var synced: Int
  }

  /// A change of a folder's entries that is not durable yet.
  enum Change {
    case created(String)
    case renamed(from: String, to: String, replaced: [UInt8]?)
    case removed(String, content: [UInt8])

    var path: String {
      switch self {
      case .created(let path), .renamed(_, let path, _), .removed(let path, _): path
      }
    }
  }

  var log: [String] = []
  var files: [String: Written] = [:]
  var changes: [Change] = []

  mutating func created(_ path: String) {
    files[path] = Written(written: 0, synced: 0)
    changes.append(.created(path))
  }

  mutating func renamed(_ from: String, _ to: String, replaced: [UInt8]?) {
    files[to] = files.removeValue(forKey: from)
    changes.append(.renamed(from: from, to: to, replaced: replaced))
  }

  mutating func removed(_ path: String, content: [UInt8]) {
    files[path] = nil
    changes.append(.removed(path, content: content))
  }

  mutating func synchronized(_ path: String) {
    if let written = files[path]?.written { files[path]?.synced = written }
  }

  mutating func syncedFolder(_ path: String) {
    let folder = joinedPath(path, "")
    changes.removeAll { change in
      change.path.hasPrefix(folder) && !change.path.dropFirst(folder.count).contains("/")
    }
  }

  /// Brings the disk into the state after a power cut, see ``FaultyFileSystem/simulateCrash(seed:)``.
  mutating func applyCrash(seed: UInt64?) throws(StorageError) {
    var random = seed
    // Entries: a journal keeps a prefix of the changes, so a suffix is undone, last first.
    let kept = Self.draw(&random, changes.count)
    for change in changes[kept...].reversed() { try undo(change) }
    // Bytes: of those not synchronised some arrived.
    for (path, file) in files.sorted(by: { $0.key < $1.key }) where file.synced < file.written {
      guard try Posix.status(ofPath: path) != nil else { continue }
      let length = file.synced + Self.draw(&random, file.written - file.synced)
      try Posix.truncate(path, length)
    }
  }

  private func undo(_ change: Change) throws(StorageError) {
    switch change {
    case .created(let path):
      if try Posix.status(ofPath: path) != nil { try PosixFileSystem().remove(path) }
    case .renamed(let from, let to, let replaced):
      guard try Posix.status(ofPath: to) != nil else { return }
      try PosixFileSystem().rename(to, to: from)
      if let replaced { try restore(to, replaced) }
    case .removed(let path, let content):
      if try Posix.status(ofPath: path) == nil { try restore(path, content) }
    }
  }

  private func restore(_ path: String, _ content: [UInt8]) throws(StorageError) {
    let file = try PosixFileSystem().create(path)
    try file.append(content.rawBytes)
    try file.close()
  }

  /// A number in `0...limit`: 0 without a seed, else the next of a small generator.
  private static func draw(_ random: inout UInt64?, _ limit: Int) -> Int {
    guard let state = random else { return 0 }
    let next = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    random = next
    return Int((next >> 33) % UInt64(limit + 1))
  }
}
