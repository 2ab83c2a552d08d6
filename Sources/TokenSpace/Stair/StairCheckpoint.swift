public import ByteStorage
import EmbeddingDumps
import Glibc
import Learning
import LinearAlgebra

/// A file that holds a training half done: settings, place, the best parameters so far, and all the optimiser remembers.
///
/// The layout: eight bytes `NWLTRAIN`, u32 version, u64 length of a JSON object, the object, u32 CRC-32C of all before; the
/// best parameters as f32 and their u32 CRC-32C; then a parameter set, which has a checksum of its own. Little-endian.
public struct StairCheckpoint: Sendable {
  private static let magic = Array("NWLTRAIN".utf8)
  private static let version: UInt32 = 1

  /// Where it is.
  public let path: String
  private let fileSystem: any FileSystem

  /// The checkpoint at a path, which need not exist.
  public init(_ path: String, fileSystem: any FileSystem) {
    self.path = path
    self.fileSystem = fileSystem
  }

  /// Whether a file says of itself that it is a checkpoint. Its contents are not checked.
  public static func isCheckpoint(_ path: String, fileSystem: any FileSystem) -> Bool {
    guard let file = try? fileSystem.map(path), var reader = try? ByteReader(file, section: "the first bytes"),
      let start = try? reader.bytes(magic.count)
    else { return false }
    return start == magic
  }

  /// Writes durably: under a temporary name beside it, then renamed over what was there.
  func save(
    settings: [String: String], state: StairState, best: [[Float]], parameters: ParameterSet<Float>
  ) throws(TokenSpaceError) {
    let temporary = "\(path).\(getpid()).partial"
    do throws(StorageError) {
      let file = try fileSystem.create(temporary)
      do throws(StorageError) {
        try Self.write(settings, state, best, parameters, to: file)
        try file.synchronize()
        try file.close()
        try fileSystem.rename(temporary, to: path)
      } catch {
        try? file.close()
        try? fileSystem.remove(temporary)
        throw error
      }
      try fileSystem.syncFolder(path.lastIndex(of: "/").map { String(path[...$0]) } ?? ".")
    } catch {
      throw .storage(error)
    }
  }

  private static func write(
    _ settings: [String: String], _ state: StairState, _ best: [[Float]], _ parameters: ParameterSet<Float>,
    to file: any WritableFile
  ) throws(StorageError) {
    let entries = settings.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
    let sizes = best.map { JSONValue.integer(Int64($0.count)) }
    let object = JSONObject([
      ("settings", .object(JSONObject(entries))), ("state", .object(state.json)), ("best", .array(sizes)),
    ]).serialized()
    var head = ByteWriter()
    head.append(magic)
    head.u32(version)
    head.u64(UInt64(object.count))
    head.append(object)
    head.u32(CRC32C.checksum(RawSpan(_elements: head.bytes.span)))
    try file.append(RawSpan(_elements: head.bytes.span))
    var sum: UInt32 = 0
    for values in best {
      sum = CRC32C.checksum(values.rawBytes, continuing: sum)
      try file.append(values.rawBytes)
    }
    var footer = ByteWriter()
    footer.u32(sum)
    try file.append(RawSpan(_elements: footer.bytes.span))
    try parameters.encode { (bytes: RawSpan) throws(StorageError) in try file.append(bytes) }
  }

  /// Reads the file into a training with these settings.
  ///
  /// - Throws: ``StairError/otherTraining(path:what:expected:found:)`` for a setting that differs,
  ///   ``StairError/badCheckpoint(path:reason:)`` for every damage.
  func load(
    settings: [String: String], parameters: inout ParameterSet<Float>
  ) throws(TokenSpaceError) -> (state: StairState, best: [[Float]]) {
    let file: MappedFile
    do {
      file = try fileSystem.map(path)
    } catch {
      throw .storage(error)
    }
    var reader: ByteReader
    let object: JSONObject
    do {
      reader = try ByteReader(file, section: "the checkpoint")
      object = try head(&reader)
    } catch let error as StorageError {
      throw damaged(error.description)
    } catch let error as TokenSpaceError {
      throw error
    } catch {
      throw damaged("its head is not one")
    }
    try compare(settings, object["settings"]?.objectValue)
    guard let state = object["state"]?.objectValue.flatMap({ StairState($0) }),
      let sizes = object["best"]?.arrayValue?.map({ Int($0.integerValue ?? -1) }), sizes.allSatisfy({ $0 >= 0 })
    else { throw damaged("its state is not one") }
    guard sizes.isEmpty || sizes == parameters.indices.map({ parameters[$0].values.values.count }) else {
      throw damaged("its best parameters are those of another model")
    }
    var best: [[Float]] = []
    do {
      var sum: UInt32 = 0
      for size in sizes {
        let values = try reader.f32Array(size)
        sum = CRC32C.checksum(values.rawBytes, continuing: sum)
        best.append(values)
      }
      guard try reader.u32() == sum else { throw damaged("the checksum of its best parameters is wrong") }
    } catch let error as StorageError {
      throw damaged(error.description)
    } catch let error as TokenSpaceError {
      throw error
    } catch {
      throw damaged("it cannot be read")
    }
    let bytes = file.bytes.extracting(reader.offset..<file.byteCount)
    do {
      try parameters.restore(from: bytes)
    } catch {
      throw damaged(error.description)
    }
    return (state, best)
  }

  private func head(_ reader: inout ByteReader) throws -> JSONObject {
    guard try reader.bytes(Self.magic.count) == Self.magic else { throw damaged("it is no checkpoint of a training") }
    let version = try reader.u32()
    guard version == Self.version else { throw damaged("it has the version \(version) instead of \(Self.version)") }
    let length = try reader.u64()
    guard length < 1 << 28 else { throw damaged("its head is \(length) bytes long") }
    let text = try reader.bytes(Int(length))
    var head = ByteWriter()
    head.append(Self.magic)
    head.u32(version)
    head.u64(length)
    head.append(text)
    guard try reader.u32() == CRC32C.checksum(RawSpan(_elements: head.bytes.span)) else {
      throw damaged("the checksum of its head is wrong")
    }
    guard let object = try JSONValue.parse(text, limits: JSONLimits(depth: 8, byteCount: 1 << 28)).objectValue else {
      throw damaged("its head is not a JSON object")
    }
    return object
  }

  private func compare(_ settings: [String: String], _ found: JSONObject?) throws(TokenSpaceError) {
    guard let found else { throw damaged("it holds no settings") }
    for key in Set(settings.keys).union(found.members.map(\.key)).sorted() {
      let (expected, value) = (settings[key], found[key]?.stringValue)
      guard expected != value else { continue }
      throw .stair(
        .otherTraining(
          path: path, what: key.split(separator: "_").joined(separator: " "), expected: expected ?? "none",
          found: value ?? "none"))
    }
  }

  private func damaged(_ reason: String) -> TokenSpaceError { .stair(.badCheckpoint(path: path, reason: reason)) }
}
