import ByteStorage
import Foundation
import Testing

@Suite struct FileSystemTests {
  let folder: TemporaryFolder
  let system = PosixFileSystem()

  init() throws { folder = try TemporaryFolder() }

  func write(_ name: String, _ bytes: [UInt8], _ system: any FileSystem, sync: Bool = true) throws {
    let file = try system.create(folder.file(name))
    try file.append(bytes.rawBytes)
    if sync { try file.synchronize() }
    try file.close()
  }

  @Test("files are created once, listed in order, mapped, renamed and removed")
  func basics() throws {
    try write("b", [1, 2, 3], system)
    try write("a", [], system)
    #expect(throws: StorageError.alreadyExists(path: folder.file("b"))) { try system.create(folder.file("b")) }
    #expect(try system.list(folder.path) == ["a", "b"])
    #expect(try system.fileSize(folder.file("b")) == 3)
    #expect(try system.fileSize(folder.file("c")) == nil)
    #expect(try system.fileSize(folder.path) == nil)
    #expect(try system.kind(of: folder.path) == .folder)
    #expect(try system.exists(folder.file("a")))
    let mapped = try system.map(folder.file("b"))
    #expect(mapped.byteCount == 3 && mapped.bytes.byteCount == 3)
    #expect(try system.map(folder.file("a")).byteCount == 0)
    #expect(throws: StorageError.notFound(path: folder.file("c"))) { try system.map(folder.file("c")) }
    #expect(throws: StorageError.self) { try system.map(folder.path) }
    #expect(throws: StorageError.self) { try system.map("a\0b") }
    #expect(throws: StorageError.limit(path: folder.file("b"), what: "its length in bytes", limit: 2)) {
      try system.readAll(folder.file("b"), limit: 2)
    }
    try system.rename(folder.file("b"), to: folder.file("a"))
    #expect(try system.readAll(folder.file("a"), limit: 3) == [1, 2, 3])
    try system.remove(folder.file("a"))
    #expect(throws: StorageError.notFound(path: folder.file("a"))) { try system.remove(folder.file("a")) }
    try system.makeFolder(folder.file("x/y/z"))
    try system.makeFolder(folder.file("x/y/z/"))
    #expect(try system.list(folder.file("x/y")) == ["z"])
    try write("f", [1], system)
    #expect(throws: StorageError.alreadyExists(path: folder.file("f"))) { try system.makeFolder(folder.file("f")) }
    #expect(throws: StorageError.notFound(path: folder.file("f"))) { try system.list(folder.file("f")) }
  }

  @Test("pipes, devices and folders are refused in one sentence, without waiting", .timeLimit(.minutes(1)))
  func notFiles() throws {
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    try system.makeFolder(folder.file("folder"))
    for (path, found) in [(pipe, "a pipe"), ("/dev/null", "a device"), (folder.file("folder"), "a folder")] {
      let expected = StorageError.notAFile(path: path, found: found)
      #expect(throws: expected) { try system.map(path) }
      #expect(throws: expected) { try system.readAll(path, limit: 10) }
      #expect(expected.description.contains("'\(path)' is \(found), and a regular file is needed"))
    }
    #expect(throws: StorageError.notAFile(path: pipe, found: "a pipe")) { try system.lock(pipe) }
  }

  @Test("a second lock is refused and names the process, until the first is released")
  func locks() throws {
    let first = try system.lock(folder.file("lock"))
    #expect(
      throws: StorageError.locked(
        path: folder.file("lock"), holder: "process \(ProcessInfo.processInfo.processIdentifier)")
    ) { try system.lock(folder.file("lock")) }
    first.release()
    first.release()
    var second: (any FileLock)? = try system.lock(folder.file("lock"))
    #expect(second != nil)
    second = nil
    _ = try system.lock(folder.file("lock"))
  }

  @Test("a lock whose file was removed keeps nobody out, and a new one is taken on the new file")
  func removedLock() throws {
    let first = try system.lock(folder.file("lock"))
    try system.remove(folder.file("lock"))
    let second = try system.lock(folder.file("lock"))
    first.release()
    #expect(throws: StorageError.self) { try system.lock(folder.file("lock")) }
    second.release()
  }

  @Test("a folder is removed only when it is empty")
  func removeFolder() throws {
    try system.makeFolder(folder.file("a/b"))
    #expect(throws: StorageError.io(operation: "remove the folder", path: folder.file("a"), code: ENOTEMPTY)) {
      try system.removeFolder(folder.file("a"))
    }
    try system.removeFolder(folder.file("a/b"))
    try system.removeFolder(folder.file("a"))
    #expect(try !system.exists(folder.file("a")))
  }

  @Test("the numbered operation fails, once or from then on, and a failed file stays failed")
  func faults() throws {
    let faulty = FaultyFileSystem(.error(EIO), at: .once(1))
    let file = try faulty.create(folder.file("x"))
    let failure = StorageError.io(operation: "append", path: folder.file("x"), code: EIO)
    #expect(throws: failure) { try file.append(([1, 2] as [UInt8]).rawBytes) }
    #expect(throws: failure) { try file.append(([1, 2] as [UInt8]).rawBytes) }
    #expect(throws: failure) { try file.synchronize() }
    try file.close()
    #expect(try faulty.fileSize(folder.file("x")) == 0)
    #expect(faulty.operationCount == 4)

    let full = FaultyFileSystem(.shortWrite, at: .from(1))
    let half = try full.create(folder.file("y"))
    #expect(throws: StorageError.io(operation: "append", path: folder.file("y"), code: ENOSPC)) {
      try half.append(([1, 2, 3, 4] as [UInt8]).rawBytes)
    }
    #expect(throws: StorageError.self) { try full.remove(folder.file("y")) }
    #expect(try folder.read("y") == [1, 2])
  }

  @Test("a crash takes away what was not synchronised and nothing else")
  func crash() throws {
    let faulty = FaultyFileSystem()
    try write("kept", [1, 2, 3], faulty)
    try write("target", [9], faulty)
    try write("removed", [5], faulty)
    try faulty.syncFolder(folder.path)
    try write("entry not synchronised", [1], faulty)
    try write("moved", [4], faulty)
    try faulty.rename(folder.file("moved"), to: folder.file("target"))
    try faulty.remove(folder.file("removed"))
    try faulty.simulateCrash()
    #expect(try system.list(folder.path) == ["kept", "removed", "target"])
    #expect(try folder.read("kept") == [1, 2, 3])
    #expect(try folder.read("target") == [9])
    #expect(try folder.read("removed") == [5])

    try write("bytes", [1, 2, 3, 4], faulty, sync: false)
    try faulty.syncFolder(folder.path)
    try faulty.simulateCrash()
    #expect(try folder.read("bytes") == [])
  }

  @Test("every error is one sentence that names the file")
  func sentences() {
    let errors: [StorageError] = [
      .io(operation: "write to", path: "P", code: ENOSPC), .notFound(path: "P"),
      .notAFile(path: "P", found: "a pipe"), .nameNotUTF8(path: "P"), .alreadyExists(path: "P"),
      .locked(path: "P", holder: "process 3"), .truncated(path: "P", section: "s", expected: 2, found: 1),
      .damaged(path: "P", section: "s", offset: 1, expected: "a", found: "b"), .notNewelFile(path: "P"),
      .unsupportedVersion(path: "P", found: 2, supported: 1), .unsupportedFlags(path: "P", found: 4),
      .wrongKind(path: "P", expected: "a", found: "b"), .limit(path: "P", what: "w", limit: 3),
    ]
    for error in errors {
      #expect(error.description.contains("'P'") && error.description.hasSuffix("."))
    }
    #expect(errors[0].description.contains("No space left on device"))
  }
}
