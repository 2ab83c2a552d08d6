import Foundation

/// Finds the pictures that metadata name, below one folder and nowhere else.
struct PictureFiles {
  /// The folder that the paths in the metadata start from.
  let folder: String
  /// The largest picture that is put into the page, in bytes.
  let limit: Int

  /// What is shown of a picture.
  enum Found: Equatable {
    /// The picture itself, as the text of a `data:` address.
    case embedded(String)
    /// Why there is none, in few words.
    case missing(String)
  }

  /// The name of a folder that is there.
  static func checked(_ folder: String) throws -> String {
    let resolved = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    let type = (try? FileManager.default.attributesOfItem(atPath: resolved))?[.type] as? FileAttributeType
    guard type == .typeDirectory else {
      throw CommandFailure(
        "There is no folder '\(folder)' of pictures; give the one that the paths in the metadata start from.")
    }
    return folder
  }

  /// Reads a picture.
  ///
  /// Only what is a PNG, JPEG, GIF or WebP file by its first bytes is taken: another file of the machine does not get into a
  /// page because somebody's metadata name it.
  func find(_ path: String?) -> Found {
    guard let path, !path.isEmpty else { return .missing("no picture") }
    let parts = path.split(separator: "/", omittingEmptySubsequences: true)
    guard !path.hasPrefix("/"), !parts.contains(".."), !path.utf8.contains(0) else {
      return .missing("path leads elsewhere")
    }
    let root = URL(fileURLWithPath: folder, isDirectory: true).resolvingSymlinksInPath().path
    let file = URL(fileURLWithPath: folder + "/" + path).resolvingSymlinksInPath().path
    guard file.hasPrefix(root == "/" ? root : root + "/") else { return .missing("path leads elsewhere") }
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: file),
      attributes[.type] as? FileAttributeType == .typeRegular, let size = attributes[.size] as? NSNumber
    else { return .missing("no such file") }
    guard size.intValue <= limit else { return .missing("larger than \(NumberText.bytes(limit))") }
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: file)), data.count <= limit else {
      return .missing("cannot be read")
    }
    guard let type = Self.type(of: data) else { return .missing("no PNG, JPEG, GIF or WebP") }
    return .embedded("data:\(type);base64,\(data.base64EncodedString())")
  }

  /// The type of a picture by its first bytes; nil when it is none.
  static func type(of data: Data) -> String? {
    let start = [UInt8](data.prefix(12))
    if start.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
    if start.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
    if start.starts(with: Array("GIF87a".utf8)) || start.starts(with: Array("GIF89a".utf8)) { return "image/gif" }
    if start.count == 12, start.starts(with: Array("RIFF".utf8)), start[8...].elementsEqual("WEBP".utf8) {
      return "image/webp"
    }
    return nil
  }
}
