import ByteStorage
import Foundation
import InvertedIndex
import Testing

@testable import IndexStore

/// Every operation of a build fails, or is the last before a crash: afterwards the index is at one of two commits.
///
/// The rows of the table in FORMAT.md §6 are cases of these tests.
@Suite struct CommitProtocolTests {
  static let step = 5
  static let commits = 3
  static let total = step * commits

  /// Builds in three commits, the last by a second writer; reports each commit that returned.
  static func run(_ index: String, _ fileSystem: any FileSystem, acknowledged: (Int) -> Void) throws {
    let first = try IndexWriter.open(index, creating: Workload.configuration(), fileSystem: fileSystem)
    defer { first.close() }
    let start = first.liveCount
    if start == 0 {
      try first.setVocabulary(Workload.vocabulary)
      try first.setHead([1, 2, 3])
    }
    var next = start
    while next < 2 * step {
      try Workload.commit(next..<next + step, to: first)
      next += step
      acknowledged(next)
    }
    first.close()
    if next == total { return }
    let second = try IndexWriter.open(index, creating: nil, fileSystem: fileSystem)
    defer { second.close() }
    try second.setVocabulary(Workload.vocabulary + ["one more"])
    try second.setHead([4, 5])
    try Workload.commit(next..<total, to: second)
    acknowledged(total)
  }

  /// How many operations the whole build has.
  static func operations() throws -> [String] {
    let folder = try TemporaryFolder()
    let counting = FaultyFileSystem()
    try run(folder.file("index"), counting) { _ in }
    return counting.operations
  }

  /// The index is at `acknowledged` documents, or one commit further, and whole; building on completes it.
  static func check(_ index: String, acknowledged: Int, _ label: String) throws {
    var count = 0
    do {
      let snapshot = try IndexSnapshot.open(index)
      count = snapshot.liveCount
      try Workload.expect(snapshot, holds: count)
      #expect(try snapshot.headBytes() == (count == total ? [4, 5] : [1, 2, 3]), "\(label)")
      #expect(try snapshot.vocabulary().count == Workload.vocabulary.count + (count == total ? 1 : 0), "\(label)")
      let report = try IndexVerifier.verify(index, level: .deep)
      #expect(report.problems.isEmpty, "\(label): \(report.problems)")
    } catch IndexStoreError.noIndex {
      count = 0
    }
    #expect(count == acknowledged || count == acknowledged + step, "\(label): \(count), acknowledged \(acknowledged)")

    try run(index, PosixFileSystem()) { _ in }
    try Workload.expect(try IndexSnapshot.open(index), holds: total)
    let report = try IndexVerifier.verify(index, level: .deep)
    #expect(report.problems.isEmpty && report.notes.isEmpty, "\(label): \(report.problems) \(report.notes)")
  }

  static let faults: [FaultyFileSystem.Fault] = [.error(EIO), .error(ENOSPC), .shortWrite]

  @Test("a failing operation leaves the commit before it or the one after it", arguments: faults, [false, true])
  func failures(fault: FaultyFileSystem.Fault, forever: Bool) throws {
    let operations = try Self.operations()
    #expect(operations.count > 100)
    for number in operations.indices {
      let folder = try TemporaryFolder()
      let index = folder.file("index")
      let faulty = FaultyFileSystem(fault, at: forever ? .from(number) : .once(number))
      var acknowledged = 0
      let label = "operation \(number) (\(operations[number])), \(fault), \(forever ? "from then on" : "once")"
      do {
        try Self.run(index, faulty) { acknowledged = $0 }
      } catch {
        #expect(error is IndexStoreError, "\(label): \(error)")
      }
      try Self.check(index, acknowledged: acknowledged, label)
    }
  }

  @Test(
    "a crash at any operation leaves the commit before it or the one after it", arguments: [nil, 1, 2] as [UInt64?])
  func crashes(seed: UInt64?) throws {
    let operations = try Self.operations()
    for number in operations.indices {
      let folder = try TemporaryFolder()
      let index = folder.file("index")
      let faulty = FaultyFileSystem(.error(EIO), at: .from(number))
      var acknowledged = 0
      do {
        try Self.run(index, faulty) { acknowledged = $0 }
      } catch {
        #expect(error is IndexStoreError)
      }
      try faulty.simulateCrash(seed: seed.map { $0 &+ UInt64(number) })
      try Self.check(index, acknowledged: acknowledged, "crash at \(number) (\(operations[number])), seed \(seed ?? 0)")
    }
  }

  @Test("a failed commit removes its files, and the writer takes nothing more")
  func failedCommitCleansUp() throws {
    let folder = try TemporaryFolder()
    let index = folder.file("index")
    try Workload.build(index, count: 10, step: 10)
    let before = try PosixFileSystem().list(index)
    let counting = FaultyFileSystem()
    let probe = try IndexWriter.open(index, creating: nil, fileSystem: counting)
    let opening = counting.operationCount
    probe.close()
    for number in 0..<20 {
      let faulty = FaultyFileSystem(.error(ENOSPC), at: .once(opening + number))
      let writer = try IndexWriter.open(index, creating: nil, fileSystem: faulty)
      var failed = false
      do { try Workload.commit(10..<14, to: writer) } catch {
        failed = true
        #expect(error is IndexStoreError)
        #expect {
          try writer.add(Workload.document(99))
        } throws: { error in
          guard case IndexStoreError.writerFailed(let cause) = error else { return false }
          return cause.contains("No space left on device")
        }
        #expect(throws: IndexStoreError.self) { try writer.commit() }
      }
      writer.close()
      #expect(failed, "operation \(number): \(faulty.operations)")
      #expect(try PosixFileSystem().list(index) == before)
      try Workload.expect(try IndexSnapshot.open(index), holds: 10)
    }
  }

  @Test("kill -9 at an operation leaves the commit before it or the one after it")
  func kills() async throws {
    let operations = try Self.operations()
    for number in stride(from: 3, to: operations.count, by: 7) {
      let folder = try TemporaryFolder()
      let index = folder.file("index")
      let log = folder.file("acknowledged")
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [index = index as String, log = log as String, number = number as Int] in
        try CommitProtocolTests.run(index, FaultyFileSystem(.kill, at: .once(number))) { count in
          try? Data("\(count)".utf8).write(to: URL(fileURLWithPath: log))
        }
      }
      let text = (try? String(contentsOf: URL(fileURLWithPath: log), encoding: .utf8)) ?? "0"
      try Self.check(index, acknowledged: try #require(Int(text)), "killed at \(number) (\(operations[number]))")
    }
  }

  @Test("readers in other threads see whole commits while a writer works")
  func concurrentReaders() throws {
    let folder = try TemporaryFolder()
    let index = folder.file("index")
    try Workload.build(index, count: 4, step: 4)
    DispatchQueue.concurrentPerform(iterations: 4) { worker in
      do {
        if worker == 0 {
          let writer = try IndexWriter.open(index, creating: nil)
          for start in stride(from: 4, to: 64, by: 4) {
            try writer.setHead([UInt8(start)])
            try Workload.commit(start..<start + 4, to: writer)
          }
          writer.close()
        } else {
          for _ in 0..<12 {
            let snapshot = try IndexSnapshot.open(index)
            #expect(snapshot.liveCount % 4 == 0)
            try Workload.expect(snapshot, holds: snapshot.liveCount)
            let report = try IndexVerifier.verify(index, level: .full)
            #expect(report.problems.isEmpty, "\(report.problems)")
          }
        }
      } catch {
        Issue.record(error)
      }
    }
    try Workload.expect(try IndexSnapshot.open(index), holds: 64)
    try Workload.expectGood(index)
  }
}
