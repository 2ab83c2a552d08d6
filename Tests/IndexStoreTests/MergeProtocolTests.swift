import ByteStorage
import Foundation
import Testing

@testable import IndexStore

/// Every operation of a merge fails, or is the last before a crash: afterwards the index is as before it or as after it.
@Suite struct MergeProtocolTests {
  static let total = 12

  /// Appends, and merges twice: first some of the segments, then all.
  static func run(_ index: String, _ fileSystem: any FileSystem) throws {
    let writer = try IndexWriter.open(index, creating: nil, fileSystem: fileSystem)
    defer { writer.close() }
    if writer.liveCount < total { try Workload.commit(writer.liveCount..<total, to: writer) }
    _ = try writer.merge(.segments(2))
    _ = try writer.merge(.fewest)
  }

  /// An index of three segments.
  static func begin() throws -> (TemporaryFolder, String) {
    let folder = try TemporaryFolder()
    try Workload.build(folder.file("index"), count: 9, step: 3)
    return (folder, folder.file("index"))
  }

  static func operations() throws -> [String] {
    let (_folder, index) = try begin()
    let counting = FaultyFileSystem()
    try withExtendedLifetime(_folder) { try run(index, counting) }
    return counting.operations
  }

  /// The index is whole, at one of the commits; merging on completes it.
  static func check(_ index: String, _ label: String) throws {
    let snapshot = try IndexSnapshot.open(index)
    let segments = snapshot.segments.count
    #expect([3, 4, 2, 1].contains(segments), "\(label)")
    try Workload.expect(snapshot, holds: segments == 3 ? 9 : total)
    let report = try IndexVerifier.verify(index, level: .deep)
    #expect(report.problems.isEmpty, "\(label): \(report.problems)")

    try run(index, PosixFileSystem())
    let after = try IndexSnapshot.open(index)
    #expect(after.segments.count == 1, "\(label)")
    try Workload.expect(after, holds: total)
    // The old snapshot still reads the files that are gone.
    try Workload.expect(snapshot, holds: snapshot.liveCount)
    let good = try IndexVerifier.verify(index, level: .deep)
    #expect(good.problems.isEmpty && good.notes.isEmpty, "\(label): \(good.problems) \(good.notes)")
  }

  @Test(
    "a failing operation leaves the index as before the merge or as after it",
    arguments: CommitProtocolTests.faults, [false, true])
  func failures(fault: FaultyFileSystem.Fault, forever: Bool) throws {
    let operations = try Self.operations()
    #expect(operations.count > 60)
    for number in operations.indices {
      let (folder, index) = try Self.begin()
      let faulty = FaultyFileSystem(fault, at: forever ? .from(number) : .once(number))
      let label = "operation \(number) (\(operations[number])), \(fault), \(forever ? "from then on" : "once")"
      do { try Self.run(index, faulty) } catch { #expect(error is IndexStoreError, "\(label): \(error)") }
      try withExtendedLifetime(folder) { try Self.check(index, label) }
    }
  }

  @Test(
    "a crash at any operation leaves the index as before the merge or as after it", arguments: [nil, 1, 2] as [UInt64?])
  func crashes(seed: UInt64?) throws {
    let operations = try Self.operations()
    for number in operations.indices {
      let (folder, index) = try Self.begin()
      let faulty = FaultyFileSystem(.error(EIO), at: .from(number))
      do { try Self.run(index, faulty) } catch { #expect(error is IndexStoreError) }
      try faulty.simulateCrash(seed: seed.map { $0 &+ UInt64(number) })
      try withExtendedLifetime(folder) {
        try Self.check(index, "crash at \(number) (\(operations[number])), seed \(seed ?? 0)")
      }
    }
  }

  @Test("kill -9 at an operation leaves the index as before the merge or as after it")
  func kills() async throws {
    let operations = try Self.operations()
    for number in stride(from: 3, to: operations.count, by: 5) {
      let (folder, index) = try Self.begin()
      await #expect(processExitsWith: .signal(SIGKILL)) { [index = index as String, number = number as Int] in
        try MergeProtocolTests.run(index, FaultyFileSystem(.kill, at: .once(number)))
      }
      try withExtendedLifetime(folder) { try Self.check(index, "killed at \(number) (\(operations[number]))") }
    }
  }

  @Test("a full disk during a merge leaves the index as it was, without new files")
  func fullDisk() throws {
    let (folder, index) = try Self.begin()
    let names = try PosixFileSystem().list(index)
    let counting = FaultyFileSystem()
    let probe = try IndexWriter.open(index, creating: nil, fileSystem: counting)
    let opening = counting.operationCount
    probe.close()
    for number in 0..<24 {
      let writer = try IndexWriter.open(
        index, creating: nil, fileSystem: FaultyFileSystem(.error(ENOSPC), at: .once(opening + number)))
      #expect(throws: IndexStoreError.self, "operation \(number)") { try writer.merge() }
      #expect {
        try writer.add(Workload.document(9))
      } throws: { error in
        guard case IndexStoreError.writerFailed(let cause) = error else { return false }
        return cause.contains("No space left on device")
      }
      writer.close()
      #expect(try PosixFileSystem().list(index) == names)
    }
    try withExtendedLifetime(folder) { try Self.check(index, "full disk") }
  }

  @Test("readers in other threads see whole commits while segments are merged")
  func concurrentReaders() throws {
    let (folder, index) = try Self.begin()
    DispatchQueue.concurrentPerform(iterations: 4) { worker in
      do {
        if worker == 0 {
          let writer = try IndexWriter.open(index, creating: nil)
          for start in stride(from: 9, to: 69, by: 3) {
            try Workload.commit(start..<start + 3, to: writer)
            _ = try writer.merge(start % 2 == 0 ? .fewest : .segments(3))
          }
          writer.close()
        } else {
          for _ in 0..<12 {
            let snapshot = try IndexSnapshot.open(index)
            try Workload.expect(snapshot, holds: snapshot.liveCount)
            let report = try IndexVerifier.verify(index, level: .full)
            #expect(report.problems.isEmpty, "\(report.problems)")
          }
        }
      } catch {
        Issue.record(error)
      }
    }
    try withExtendedLifetime(folder) {
      try Workload.expect(try IndexSnapshot.open(index), holds: 69)
      try Workload.expectGood(index)
    }
  }
}
