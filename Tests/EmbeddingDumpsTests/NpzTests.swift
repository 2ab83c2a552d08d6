import ByteStorage
import LinearAlgebra
import Testing

@testable import EmbeddingDumps

@Suite struct NpzTests {
  private let matrix = NpyFixture(shape: [2, 2], values: [1, 2, 3, 4]).bytes
  private let vector = NpyFixture(shape: [2], values: [1, 2]).bytes

  @Test func anArchiveCutShortIsAnErrorOfOneSentence() throws {
    let failure = #expect(throws: DumpError.self) {
      try NpzArchive(MappedFile(copying: [UInt8](repeating: 80, count: 500), path: "cut.npz"))
    }
    #expect(
      failure?.description == "'cut.npz' cannot be read as .npz: it has no ZIP directory, as when a copy was cut short."
    )
  }

  private func archive(_ fixture: ZipFixture) throws -> NpzArchive {
    try NpzArchive(MappedFile(copying: fixture.bytes, path: "a.npz"))
  }

  @Test("Stored, deflated and ZIP64 members are read", arguments: [false, true], [false, true])
  func members(_ deflated: Bool, _ isZip64: Bool) throws {
    let archive = try archive(
      ZipFixture(members: [("v.npy", vector, deflated), ("m.npy", matrix, deflated)], isZip64: isZip64))
    #expect(archive.names == ["v", "m"])
    #expect(try archive.onlyMatrix() == "m")
    let member = try archive.member("m")
    #expect(try allRows(try NpyArray(member.file, member.range, path: "m")) == [1, 2, 3, 4])
  }

  @Test func pathsNameMembers() throws {
    let folder = TemporaryFolder()
    let path = try folder.write(
      "x.npz", ZipFixture(members: [("a.npy", matrix, false), ("b.npy", matrix, true)]).bytes)
    #expect(try allRows(try NpyArray.open(path + "#b", fileSystem: disk)) == [1, 2, 3, 4])
    #expect(try NpyArray.open(path + "#a", fileSystem: disk).path == path + "#a")
    let ambiguous = try #require(thrown { _ = try NpyArray.open(path, fileSystem: disk) })
    #expect(ambiguous.description.contains("2 of its members (a, b) are two-dimensional"))
    let missing = try #require(thrown { _ = try NpyArray.open(path + "#c", fileSystem: disk) })
    #expect(missing.description.contains("it has a, b"))
  }

  @Test func namesAreLabelsAndNeverPaths() throws {
    let folder = TemporaryFolder()
    let path = try folder.write("x.npz", ZipFixture(members: [("../../etc/evil.npy", matrix, false)]).bytes)
    #expect(try NpyArray.open(path, fileSystem: disk).rows == 2)
    #expect(try disk.list(folder.path) == ["x.npz"])
  }

  @Test func theSlicedChecksumEqualsTheBitwiseOne() throws {
    var random = SplitMix64(seed: 1)
    for count in 0..<70 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(try CRC32.checksum(MappedFile(copying: bytes, path: "x"), 0..<count) == ZipFixture.crc(bytes))
    }
    #expect(ZipFixture.crc(Array("123456789".utf8)) == 0xCBF4_3926)
  }

  @Test("A flipped byte in a member is found by its checksum", arguments: [false, true])
  func checksums(_ deflated: Bool) throws {
    var bytes = ZipFixture(members: [("m.npy", matrix, deflated)]).bytes
    bytes[30 + 5 + (deflated ? 5 : 0) + matrix.count - 1] ^= 1
    let archive = try NpzArchive(MappedFile(copying: bytes, path: "a.npz"))
    let error = try #require(thrown { _ = try archive.member("m") })
    #expect(error.description.contains("checksum is wrong"), "\(error)")
  }

  @Test func tooManyMembersAreRefused() throws {
    let members = (0..<1001).map { ("\($0).npy", [UInt8](), false) }
    let error = try #require(thrown { _ = try archive(ZipFixture(members: members)) })
    #expect(error.description.contains("1001 members (at most 1000"), "\(error)")
    #expect(try archive(ZipFixture(members: Array(members.dropLast()))).names.count == 1000)
  }

  @Test func sameNamesAndOverlapsAreRefused() throws {
    let twice = try #require(
      thrown { _ = try archive(ZipFixture(members: [("m.npy", matrix, false), ("m.npy", matrix, false)])) })
    #expect(twice.description.contains("same name"))
    // Both directory entries point at the first member.
    var bytes = ZipFixture(members: [("a.npy", matrix, false), ("b.npy", matrix, false)]).bytes
    let second = try #require(
      bytes.indices.last { at in at + 4 <= bytes.count && Array(bytes[at..<at + 4]) == [0x50, 0x4B, 1, 2] })
    bytes.replaceSubrange(second + 42..<second + 46, with: littleEndian(1, 4))
    let error = try #require(thrown { _ = try NpzArchive(MappedFile(copying: bytes, path: "a.npz")) })
    #expect(error.description.contains("overlaps"), "\(error)")
  }

  @Test func bombsAreStoppedByTheirClaims() throws {
    let file = MappedFile(copying: ZipFixture(members: [("m.npy", matrix, true)]).bytes, path: "a.npz")
    var limits = NpzArchive.Limits()
    limits.inflatedByteCount = 10
    #expect(
      try #require(thrown { _ = try NpzArchive(file, limits: limits).member("m") }).description.contains("decompressed")
    )
    limits = NpzArchive.Limits()
    limits.totalByteCount = 10
    #expect(throws: DumpError.self) { try NpzArchive(file, limits: limits) }
    limits = NpzArchive.Limits()
    limits.freeByteCount = 10
    limits.ratio = 0 + 1
    #expect(try NpzArchive(file, limits: limits).member("m").range.count == matrix.count)
    // The directory claims fewer and more bytes than come out.
    for claim in [matrix.count - 1, matrix.count + 1] {
      var bytes = ZipFixture(members: [("m.npy", matrix, true)]).bytes
      let entry = try #require(
        bytes.indices.last { at in at + 4 <= bytes.count && Array(bytes[at..<at + 4]) == [0x50, 0x4B, 1, 2] })
      bytes.replaceSubrange(entry + 24..<entry + 28, with: littleEndian(UInt64(claim), 4))
      let archive = try NpzArchive(MappedFile(copying: bytes, path: "a.npz"))
      #expect(try #require(thrown { _ = try archive.member("m") }).description.contains("decompresses to"))
    }
  }

  @Test func otherMethodsAndEncryptionAreRefused() throws {
    for (offset, value, word) in [(10, 12, "method 12"), (8, 1, "encrypted")] as [(Int, UInt8, String)] {
      var bytes = ZipFixture(members: [("m.npy", matrix, false)]).bytes
      let entry = try #require(
        bytes.indices.last { at in at + 4 <= bytes.count && Array(bytes[at..<at + 4]) == [0x50, 0x4B, 1, 2] })
      bytes[entry + offset] = value
      let error = try #require(thrown { _ = try NpzArchive(MappedFile(copying: bytes, path: "a.npz")) })
      #expect(error.description.contains(word), "\(error)")
    }
  }

  @Test func whatIsNoArchiveIsRefused() {
    for bytes in [[], [0x50], Array("PK\u{5}\u{6}".utf8), [UInt8](repeating: 0x50, count: 100_000)] {
      #expect(throws: DumpError.self) { try NpzArchive(MappedFile(copying: bytes, path: "a.npz")) }
    }
  }
}
