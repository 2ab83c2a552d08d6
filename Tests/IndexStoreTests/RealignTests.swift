import ByteStorage
import Foundation
import Testing

@testable import IndexStore

/// Another alignment for an index that exists: what changes, what stays, and what failures leave.
@Suite struct RealignTests {
  static let total = 6
  /// Coordinates made by an alignment of `seed`: of the row's first numbers, so that a row tells what it should get.
  static func coordinates(_ row: ArraySlice<Float>, seed: Float) -> [Float] {
    let first = row.startIndex
    return [row[first] + seed, row[first + 1] - seed, seed]
  }

  /// How near a document is to everything by alignment 1; the other does not tell.
  static func hubness(_ document: Int) -> Float { Float(document) / 8 - 0.25 }

  static func realign(_ writer: IndexWriter, seed: UInt8) throws -> CommitReport {
    var next: UInt64 = 0
    return try writer.realign([seed], coordinateCount: 3) { rows, first in
      #expect(first == next)
      next += UInt64(rows.count / Workload.dimension)
      let starts = Array(stride(from: 0, to: rows.count, by: Workload.dimension))
      let made = starts.flatMap { coordinates(rows[$0..<$0 + Workload.dimension], seed: Float(seed)) }
      return (made, seed == 1 ? starts.indices.map { hubness(Int(first) + $0) } : nil)
    }
  }

  /// The snapshot has the coordinates of alignment `seed`; none for 0.
  static func expect(_ snapshot: IndexSnapshot, seed: UInt8, _ label: String = "") throws {
    try Workload.expect(snapshot, holds: total)
    #expect(try snapshot.alignmentBytes() == (seed == 0 ? nil : [seed]), "\(label)")
    for number in 0..<total {
      let row = try #require(Workload.document(number).denseRow)
      let expected = seed == 0 ? nil : coordinates(row[...], seed: Float(seed))
      #expect(try snapshot.denseRow(of: UInt32(number), in: .coordinates) == expected, "\(label)")
    }
    for segment in snapshot.segments {
      let documents = (0..<segment.documentCount).map { UInt32($0) }
      let expected = documents.map { hubness(Int(segment.firstPosition) + Int($0)) }
      #expect(try segment.hubness(of: documents) == (seed == 1 ? expected : nil), "\(label)")
    }
  }

  /// An index of two segments without an alignment.
  static func begin() throws -> (TemporaryFolder, String) {
    let folder = try TemporaryFolder()
    try Workload.build(folder.file("index"), count: total, step: 3)
    return (folder, folder.file("index"))
  }

  /// One alignment, and another in its place.
  static func run(_ index: String, _ fileSystem: any FileSystem) throws {
    for seed: UInt8 in [1, 2] {
      let writer = try IndexWriter.open(index, creating: nil, fileSystem: fileSystem)
      defer { writer.close() }
      _ = try realign(writer, seed: seed)
    }
  }

  static func operations() throws -> [String] {
    let (_folder, index) = try begin()
    let counting = FaultyFileSystem()
    try withExtendedLifetime(_folder) { try run(index, counting) }
    return counting.operations
  }

  /// The index is whole, with one of the alignments; the rest of the work can be done.
  static func check(_ index: String, _ label: String) throws {
    let snapshot = try IndexSnapshot.open(index)
    let seed = try snapshot.alignmentBytes()?.first ?? 0
    try expect(snapshot, seed: seed, label)
    let report = try IndexVerifier.verify(index, level: .deep)
    #expect(report.problems.isEmpty, "\(label): \(report.problems)")
    try run(index, PosixFileSystem())
    try expect(try IndexSnapshot.open(index), seed: 2, label)
    // The old snapshot goes on with what it opened.
    try expect(snapshot, seed: seed, label)
    let good = try IndexVerifier.verify(index, level: .deep)
    #expect(good.problems.isEmpty && good.notes.isEmpty, "\(label): \(good.problems) \(good.notes)")
  }

  @Test("an alignment is put in, replaced, merged and appended to; nothing but its files changes")
  func story() throws {
    let (folder, index) = try Self.begin()
    let before = Set(try PosixFileSystem().list(index).filter { !$0.hasSuffix(".commit") })
    let writer = try IndexWriter.open(index, creating: nil)
    let report = try Self.realign(writer, seed: 1)
    #expect(report.generation == 3 && report.documentsAdded == 0 && report.segmentsAdded == 0)
    #expect(report.documentCount == Self.total && report.bytesAdded > 0)
    let first = try IndexSnapshot.open(index)
    try Self.expect(first, seed: 1)
    // One file of each segment and the alignment came, nothing went.
    let after = Set(try PosixFileSystem().list(index).filter { !$0.hasSuffix(".commit") })
    #expect(before.isSubset(of: after) && after.count == before.count + 3)
    _ = try Self.realign(writer, seed: 2)
    try Self.expect(try IndexSnapshot.open(index), seed: 2)
    try Self.expect(first, seed: 1)
    #expect(try PosixFileSystem().list(index).count == after.count + 1)
    // The writer goes on: a merge, and a document with coordinates.
    _ = try writer.merge(.segments(2))
    try Self.expect(try IndexSnapshot.open(index), seed: 2)
    var more = Workload.document(Self.total)
    #expect(throws: IndexStoreError.self) { try writer.add(more) }
    more.coordinates = [1, 2, 3]
    try writer.add(more)
    _ = try writer.commit()
    writer.close()
    let last = try IndexSnapshot.open(index)
    #expect(try last.denseRow(of: UInt32(Self.total), in: .coordinates) == [1, 2, 3])
    try withExtendedLifetime(folder) { try Workload.expectGood(index) }
  }

  @Test("coordinates that are no numbers, and work that is stopped, leave the index as it was")
  func refusals() throws {
    let (folder, index) = try Self.begin()
    let names = try PosixFileSystem().list(index)
    for bad: Float? in [.nan, .infinity, 1e30, nil] {
      let writer = try IndexWriter.open(index, creating: nil)
      #expect(throws: IndexStoreError.self) {
        try writer.realign([9], coordinateCount: 1) { rows, first in
          if first < 3 { return ([Float](repeating: 1, count: rows.count / Workload.dimension), nil) }
          return bad.map { ([$0, 1, 1], nil) }
        }
      }
      #expect(throws: IndexStoreError.self) { try Self.realign(writer, seed: 1) }
      writer.close()
      #expect(try PosixFileSystem().list(index) == names)
      try Self.expect(try IndexSnapshot.open(index), seed: 0)
    }
    try withExtendedLifetime(folder) { try Workload.expectGood(index) }
  }

  @Test(
    "a failing operation leaves the alignment before or the one after",
    arguments: [(.error(EIO), false), (.error(EIO), true), (.shortWrite, false)] as [(FaultyFileSystem.Fault, Bool)])
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

  @Test("a crash at any operation leaves the alignment before or the one after", arguments: [nil, 1] as [UInt64?])
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

  @Test("a flipped bit in any of its files is found, and named")
  func flippedBits() throws {
    let (folder, index) = try Self.begin()
    try Self.run(index, PosixFileSystem())
    let snapshot = try IndexSnapshot.open(index)
    for file in snapshot.files where [.coordinates, .alignment, .vectors].contains(file.kind) {
      let path = index + "/" + file.name
      let original = try Data(contentsOf: URL(fileURLWithPath: path))
      for place in stride(from: 0, to: original.count, by: 29) {
        var damaged = original
        damaged[place] ^= 1 << (place % 8)
        try damaged.write(to: URL(fileURLWithPath: path))
        let report = try IndexVerifier.verify(index, level: .full)
        #expect(report.problems.contains { $0.file == file.name }, "\(file.name) at \(place)")
      }
      try original.write(to: URL(fileURLWithPath: path))
    }
    try withExtendedLifetime(folder) { try Workload.expectGood(index) }
  }
}
