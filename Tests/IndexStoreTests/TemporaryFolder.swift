import ByteStorage
import Foundation

/// A folder for one test, removed with the object.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    // In memory where there is such a place: these tests synchronise files thousands of times.
    let memory = URL(fileURLWithPath: "/dev/shm")
    let base = FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
    let url = base.appendingPathComponent("newel-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  /// Copies a folder of this folder.
  func copy(_ from: String, to: String) throws {
    try FileManager.default.copyItem(atPath: file(from), toPath: file(to))
  }

  func read(_ name: String) throws -> [UInt8] { try PosixFileSystem().readAll(file(name), limit: .max) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }
}

/// A small generator with a seed, so that a failing test can be repeated.
struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}
