public import ByteStorage
import EmbeddingDumps
import Learning

/// A file that holds the training of an alignment half done: settings, place, and all the optimiser remembers.
///
/// It is a safetensors file with a checksum: `format` (`newel-alignment-training`), `version`, what the training is of as
/// `setting.…` and its place as `state.…` in `__metadata__`, and the bytes of a parameter set as the U8 tensor `parameters`.
public struct AlignmentCheckpoint: Sendable {
  static let formatName = "newel-alignment-training"
  static let version = "1"
  private static let tensor = "parameters"

  /// Where it is.
  public let path: String
  private let fileSystem: any FileSystem

  /// The checkpoint at a path, which need not exist.
  public init(_ path: String, fileSystem: any FileSystem) {
    self.path = path
    self.fileSystem = fileSystem
  }

  /// Whether a file says of itself that it is a checkpoint of an alignment. Its contents are not checked.
  public static func isCheckpoint(_ path: String, fileSystem: any FileSystem) -> Bool {
    guard let file = try? fileSystem.map(path), let header = try? Safetensors.readHeader(file, source: path) else {
      return false
    }
    return header.metadata["format"] == formatName
  }

  /// Writes durably: under a temporary name beside it, then renamed over what was there.
  func save(
    settings: [String: String], state: [String: UInt64], parameters: ParameterSet<Float>
  ) throws(AlignmentError) {
    var metadata = ["format": Self.formatName, "version": Self.version]
    for (key, value) in settings { metadata["setting." + key] = value }
    for (key, value) in state { metadata["state." + key] = String(value) }
    let bytes = parameters.encoded()
    let file = Safetensors.encode(metadata: metadata, contents: [(Self.tensor, [bytes.count], .u8(bytes))])
    do {
      try fileSystem.replace(path, with: file)
    } catch {
      throw .storage(error)
    }
  }

  /// Opens the file.
  ///
  /// - Throws: ``AlignmentError/storage(_:)`` when it cannot be read, ``AlignmentError/badCheckpoint(path:reason:)`` for damage.
  func open() throws(AlignmentError) -> SavedTraining {
    let mapped: MappedFile
    do {
      mapped = try fileSystem.map(path)
    } catch {
      throw .storage(error)
    }
    do {
      let file = try SafetensorsFile(mapped)
      guard file.header.metadata["format"] == Self.formatName else {
        throw AlignmentError.badCheckpoint(path: path, reason: "it is no checkpoint of an alignment")
      }
      guard file.header.metadata["version"] == Self.version else {
        throw AlignmentError.badCheckpoint(
          path: path, reason: "its version is '\(file.header.metadata["version"] ?? "")' instead of \(Self.version)")
      }
      try file.verify()
      return SavedTraining(
        path: path, settings: file.texts(prefix: "setting."), state: file.texts(prefix: "state."),
        parameters: try file.bytes(Self.tensor))
    } catch let error as AlignmentError {
      throw error
    } catch {
      throw .badCheckpoint(path: path, reason: "it is damaged")
    }
  }
}

/// What a checkpoint holds.
struct SavedTraining {
  let path: String
  let settings: [String: String]
  let state: [String: String]
  let parameters: [UInt8]

  /// Refuses the training of other pairs or other settings.
  func check(_ expected: [String: String]) throws(AlignmentError) {
    for key in Set(settings.keys).union(expected.keys).sorted() where settings[key] != expected[key] {
      throw .otherTraining(
        path: path, what: key.split(separator: "-").joined(separator: " "), expected: expected[key] ?? "none",
        found: settings[key] ?? "none")
    }
  }

  func number(_ key: String) throws(AlignmentError) -> UInt64 {
    guard let value = state[key].flatMap({ UInt64($0) }) else {
      throw .badCheckpoint(path: path, reason: "it does not say '\(key)'")
    }
    return value
  }

  func restore(_ set: inout ParameterSet<Float>) throws(AlignmentError) {
    do {
      try set.restore(from: RawSpan(_elements: parameters.span))
    } catch {
      throw .badCheckpoint(path: path, reason: error.description)
    }
  }
}
