import ByteStorage
import Foundation
import LinearAlgebra

@testable import EmbeddingDumps

/// A folder that goes away with the test that made it.
final class TemporaryFolder {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "/newel-dumps-" + UUID().uuidString
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, and the folders above it, and returns its path.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = path + "/" + name
    let folder = (file as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

  /// A shard of `rows` rows whose elements are their row number, and metadata that says the same.
  func writeShard(
    _ embeddings: String, _ metadata: String?, rows: Int, columns: Int = 3, first: Int = 0, type: String = "<f2"
  ) throws {
    let values = (0..<rows * columns).map { Double(first + $0 / columns) }
    try write(embeddings, NpyFixture(descr: type, shape: [rows, columns], values: values).bytes)
    guard let metadata else { return }
    try write(
      metadata, (0..<rows).map { "{\"id\": \"\(first + $0)\", \"split\": \"\(($0 % 2 == 0) ? "a" : "b")\"}\n" }.joined()
    )
  }
}

let disk = PosixFileSystem()

/// Writes `.npy` bytes of every kind, from the format's description alone.
struct NpyFixture {
  var descr = "<f4"
  var isFortran = false
  var shape: [Int]
  var version: UInt8 = 1
  var values: [Double]
  /// Replaces the header's dictionary.
  var header: String?

  var bytes: [UInt8] {
    let lengths = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text =
      header ?? "{'descr': '\(descr)', 'fortran_order': \(isFortran ? "True" : "False"), 'shape': (\(lengths)), }"
    let prefix = version == 1 ? 10 : 12
    while (prefix + text.utf8.count + 1) % 64 != 0 { text += " " }
    text += "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
    bytes += (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: text.utf8.count >> (8 * $0)) }
    return bytes + Array(text.utf8) + data
  }

  var data: [UInt8] {
    var ordered = values
    if isFortran, shape.count == 2 {
      ordered = (0..<values.count).map { at in
        let (column, row) = (at / shape[0], at % shape[0])
        return values[row * shape[1] + column]
      }
    }
    return ordered.flatMap { value -> [UInt8] in
      let word: [UInt8]
      switch descr.dropFirst() {
      case "f2": word = littleEndian(UInt64(HalfFloats.encode([Float(value)])[0]), 2)
      case "f4": word = littleEndian(UInt64(Float(value).bitPattern), 4)
      case "f8": word = littleEndian(value.bitPattern, 8)
      case "i4": word = littleEndian(UInt64(bitPattern: Int64(value)), 4)
      case "i8": word = littleEndian(UInt64(bitPattern: Int64(value)), 8)
      default: word = []
      }
      return descr.first == ">" ? word.reversed() : word
    }
  }
}

func littleEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
}

/// Writes ZIP archives; deflated members use deflate's stored blocks.
struct ZipFixture {
  var members: [(name: String, bytes: [UInt8], deflated: Bool)]
  /// Whether sizes and offsets stand in ZIP64 fields.
  var isZip64 = false

  var bytes: [UInt8] {
    var out: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
      let name = Array(member.name.utf8)
      let packed = member.deflated ? ZipFixture.deflate(member.bytes) : member.bytes
      let crc = littleEndian(UInt64(ZipFixture.crc(member.bytes)), 4)
      let method = littleEndian(member.deflated ? 8 : 0, 2)
      let full: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
      let sizes =
        isZip64 ? full + full : littleEndian(UInt64(packed.count), 4) + littleEndian(UInt64(member.bytes.count), 4)
      let wide = littleEndian(UInt64(member.bytes.count), 8) + littleEndian(UInt64(packed.count), 8)
      let localExtra: [UInt8] = isZip64 ? [1, 0, 16, 0] + wide : []
      let offset = out.count
      out += [0x50, 0x4B, 3, 4, 45, 0, 0, 0] + method + [0, 0, 0, 0] + crc + sizes
      out +=
        littleEndian(UInt64(name.count), 2) + littleEndian(UInt64(localExtra.count), 2) + name + localExtra + packed
      let extra: [UInt8] = isZip64 ? [9, 9, 1, 0, 7, 1, 0, 24, 0] + wide + littleEndian(UInt64(offset), 8) : []
      directory += [0x50, 0x4B, 1, 2, 45, 0, 45, 0, 0, 0] + method + [0, 0, 0, 0] + crc + sizes
      directory += littleEndian(UInt64(name.count), 2) + littleEndian(UInt64(extra.count), 2)
      directory += [UInt8](repeating: 0, count: 10) + (isZip64 ? full : littleEndian(UInt64(offset), 4)) + name + extra
    }
    let start = out.count
    out += directory
    let count = UInt64(members.count)
    if isZip64 {
      let end = out.count
      out += [0x50, 0x4B, 6, 6] + littleEndian(44, 8) + [45, 0, 45, 0] + [UInt8](repeating: 0, count: 8)
      out += littleEndian(count, 8) + littleEndian(count, 8) + littleEndian(UInt64(directory.count), 8)
      out += littleEndian(UInt64(start), 8)
      out += [0x50, 0x4B, 6, 7, 0, 0, 0, 0] + littleEndian(UInt64(end), 8) + [1, 0, 0, 0]
      return out + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 12) + [0, 0]
    }
    out += [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + littleEndian(count, 2) + littleEndian(count, 2)
    return out + littleEndian(UInt64(directory.count), 4) + littleEndian(UInt64(start), 4) + [0, 0]
  }

  /// Deflate data of stored blocks.
  static func deflate(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var at = 0
    repeat {
      let part = min(65_535, bytes.count - at)
      out +=
        [at + part == bytes.count ? 1 : 0] + littleEndian(UInt64(part), 2) + littleEndian(UInt64(~part & 0xFFFF), 2)
      out += bytes[at..<at + part]
      at += part
    } while at < bytes.count
    return out
  }

  /// CRC-32 bit by bit: the oracle of the sliced one.
  static func crc(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }

  /// A gzip file of stored blocks.
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + deflate(bytes) + littleEndian(UInt64(crc(bytes)), 4)
      + littleEndian(UInt64(bytes.count), 4)
  }

  /// What `scipy.sparse.save_npz` writes for a matrix.
  static func scipy(
    rows: Int, columns: Int, starts: [Int], indices: [Int], weights: [Double], format: String = "csr",
    indexType: String = "<i4", weightType: String = "<f4", deflated: Bool = true
  ) -> ZipFixture {
    func array(_ name: String, _ type: String, _ values: [Double]) -> (String, [UInt8], Bool) {
      (name + ".npy", NpyFixture(descr: type, shape: [values.count], values: values).bytes, deflated)
    }
    var formatArray = NpyFixture(descr: "|S3", shape: [], values: []).bytes
    formatArray += Array(format.utf8)
    return ZipFixture(members: [
      array("indices", indexType, indices.map(Double.init)), array("indptr", indexType, starts.map(Double.init)),
      ("format.npy", formatArray, deflated), array("shape", "<i8", [Double(rows), Double(columns)]),
      array("data", weightType, weights),
    ])
  }
}

/// Opens an array whose bytes are in memory.
func npyArray(_ bytes: [UInt8], path: String = "a.npy") throws -> NpyArray {
  let file = MappedFile(copying: bytes, path: path)
  return try NpyArray(file, 0..<file.byteCount, path: path)
}

func allRows(_ array: NpyArray) throws -> [Float] {
  var values: [Float] = []
  try array.rows(0..<array.rows, into: &values)
  return values
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// The error that `body` throws.
func thrown(_ body: () throws -> Void) -> DumpError? {
  do {
    try body()
    return nil
  } catch {
    return error as? DumpError
  }
}

enum RealData {
  static let folder = ProcessInfo.processInfo.environment["NEWEL_DATA"]
  static let isThere = folder.map { FileManager.default.fileExists(atPath: $0 + "/fashion44k") } ?? false
  static func path(_ name: String) -> String { (folder ?? "") + "/" + name }
}
