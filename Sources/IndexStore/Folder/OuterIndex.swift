import ByteStorage
import FoundationEssentials

/// Looks for an index around a folder.
enum OuterIndex {
  /// The nearest folder above `folder` that is an index; `nil` when there is none. Folders that cannot be looked into
  /// count as none.
  static func find(above folder: String, fileSystem: any FileSystem) -> String? {
    let start = folder.hasPrefix("/") ? folder : joinedPath(FileManager.default.currentDirectoryPath, folder)
    var parts: [Substring] = []
    for part in start.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    while parts.popLast() != nil {
      let outer = "/" + parts.joined(separator: "/")
      let marks = [IndexFolder.catalog, IndexFolder.checksum]
      if marks.allSatisfy({ (try? fileSystem.exists(joinedPath(outer, $0))) == true }) { return outer }
    }
    return nil
  }
}
