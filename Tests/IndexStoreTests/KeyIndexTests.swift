import Testing

@testable import ByteStorage
@testable import IndexStore

/// Keys and ordinals of a documents file, against dictionaries and lists.
@Suite struct KeyIndexTests {
  let folder: TemporaryFolder
  let system = PosixFileSystem()

  init() throws { folder = try TemporaryFolder() }

  /// Writes a documents file; its bytes.
  func write(_ documents: [(key: String, offset: UInt64?)], span: UInt64 = 0) throws -> [UInt8] {
    let name = "0000000001.documents"
    try? system.remove(folder.file(name))
    let writer = DocumentsWriter(
      try EnvelopeWriter(creating: name, in: folder.path, kind: .documents, fileSystem: system))
    for document in documents {
      try writer.append(key: document.key, metadata: Array("{}".utf8), offset: document.offset)
    }
    _ = try writer.finish(ordinalSpan: span)
    return try folder.read(name)
  }

  func open(_ bytes: [UInt8]) throws -> DocumentsReader {
    try DocumentsReader(
      try EnvelopeFile(MappedFile(copying: bytes, path: "x"), name: "x", kind: .documents, expecting: nil))
  }

  /// The bytes with a number of a section changed, and all checksums right.
  func changed(_ bytes: [UInt8], _ tag: SectionTag, at place: Int, _ value: UInt32) throws -> [UInt8] {
    var bytes = bytes
    let file = try EnvelopeFile(MappedFile(copying: bytes, path: "x"), name: "x", kind: .documents, expecting: nil)
    let offset = try file.section(tag).offset + place
    for byte in 0..<4 { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(byte))) }
    try HostileFileTests.reseal(&bytes)
    return bytes
  }

  @Test("every key is found, every other is not, a repeated one by all its documents", arguments: [0, 1, 2, 50, 3000])
  func keys(count: Int) throws {
    var random = SeededRandom(state: UInt64(count) + 3)
    var expected: [String: [Int]] = [:]
    let documents = (0..<count).map { number in
      let key =
        switch number % 4 {
        case 0: "key/\(number)"
        case 1: String(repeating: "é", count: Int.random(in: 1...60, using: &random)) + "\(number / 9)"
        case 2: String(random.next() % UInt64(count), radix: 36)
        default: "\(number % 7)"
        }
      expected[key, default: []].append(number)
      return (key: key, offset: nil as UInt64?)
    }
    let reader = try open(try write(documents))
    for (key, numbers) in expected { #expect(try reader.documents(ofKey: key) == numbers) }
    #expect(count <= 50 || expected.values.contains { $0.count > 3 })
    for number in 0..<300 {
      let key = "other/\(number)"
      #expect(try reader.documents(ofKey: key) == [])
    }
    // Equal to people, not byte by byte.
    #expect(try reader.documents(ofKey: "e\u{301}0") == [] && reader.documents(ofKey: "") == [])
    try reader.checkKeyIndex()
    try reader.checkOrdinals()
  }

  @Test("the hash is the one of the format")
  func hash() {
    #expect(KeyHash.of(Array("a".utf8).span) == 0x82a2_a958)
    #expect(KeyHash.of(Array("key/1".utf8).span) == 0x6a51_1a8f)
    var builder = KeyIndexBuilder()
    var random = SeededRandom(state: 4)
    let keys = (0..<5000).map { _ in random.bytes(.random(in: 1...3, using: &random)) }
    for key in keys { builder.append(key.span) }
    let hashes = keys.map { key in
      let bytes = key.span
      return KeyHash.of(bytes)
    }
    let expected = keys.indices.sorted { (hashes[$0], $0) < (hashes[$1], $1) }
    let sorted = builder.sorted()
    #expect(sorted.documents == expected.map { UInt32($0) })
    #expect(sorted.hashes == expected.map { hashes[$0] })
  }

  @Test("keys of equal hashes are told apart")
  func collisions() throws {
    // All hashes made equal: every key is compared.
    let bytes = try write((0..<40).map { ("key/\($0 % 30)", nil) })
    let hash = KeyHash.of(Array("key/3".utf8).span)
    var forged = bytes
    for place in 0..<40 {
      forged = try changed(forged, DocumentsLayout.keyHashes, at: 4 * place, hash)
      forged = try changed(forged, DocumentsLayout.keyDocuments, at: 4 * place, UInt32(place))
    }
    let reader = try open(forged)
    #expect(try reader.documents(ofKey: "key/3") == [3, 33])
    #expect(try reader.documents(ofKey: "key/4") == [])
    #expect(throws: StorageError.self) { try reader.checkKeyIndex() }
  }

  @Test("forged hashes, documents and offsets are found by a check, and never trap")
  func forged() throws {
    let bytes = try write((0..<50).map { ("key/\($0)", UInt64(2 * $0 + 3)) }, span: 120)
    try open(bytes).checkKeyIndex()
    try open(bytes).checkOrdinals()
    for place in 0..<50 {
      for value: UInt32 in [0, 7, 49, 50, 0x7fff_ffff, 0xffff_ffff] {
        for tag in [DocumentsLayout.keyHashes, DocumentsLayout.keyDocuments, DocumentsLayout.ordinalOffsets] {
          let forged = try changed(bytes, tag, at: 4 * place, value)
          if forged == bytes { continue }
          let reader = try open(forged)
          for number in 0..<50 {
            _ = try? reader.documents(ofKey: "key/\(number)")
            _ = try? reader.offset(of: number)
            _ = try? reader.local(ofOffset: UInt64(2 * number + 3))
          }
          if tag == DocumentsLayout.ordinalOffsets {
            // A number between its neighbours is another ordinal, which the file alone cannot know.
            let isBetween = (place == 0 || Int(value) > 2 * place + 1) && Int(value) < 2 * place + 5
            #expect(isBetween || throwsDamage { try reader.checkOrdinals() })
          } else {
            #expect(throwsDamage { try reader.checkKeyIndex() }, "\(tag) \(place) \(value)")
          }
        }
      }
    }
    let summary = DocumentsLayout.Summary.ordinalSpan
    for value: UInt32 in [0, 49] {
      #expect(throws: StorageError.self) { try open(try changed(bytes, DocumentsLayout.summary, at: summary, value)) }
    }
    // A span beyond 32 bits asks for offsets of 64.
    #expect(throws: StorageError.self) { try open(try changed(bytes, DocumentsLayout.summary, at: summary + 4, 1)) }
    #expect(throws: StorageError.self) {
      try open(try changed(bytes, DocumentsLayout.summary, at: summary + 4, 0xffff_ffff))
    }
  }

  private func throwsDamage(_ body: () throws -> Void) -> Bool {
    do { try body() } catch { return error is StorageError }
    return false
  }

  @Test("a flipped bit in what is read is an error and not an answer")
  func flipped() throws {
    let original = try write((0..<20_000).map { ("key/\($0)", UInt64($0 + $0 / 100)) })
    let file = try EnvelopeFile(MappedFile(copying: original, path: "x"), name: "x", kind: .documents, expecting: nil)
    for tag in [DocumentsLayout.keyHashes, DocumentsLayout.keyDocuments, DocumentsLayout.ordinalOffsets] {
      let section = try file.section(tag)
      var bytes = original
      bytes[section.offset + section.byteCount / 2] ^= 4
      let reader = try open(bytes)
      if tag == DocumentsLayout.ordinalOffsets {
        #expect(throws: StorageError.self) { try reader.offset(of: 10_000) }
      } else {
        var errors = 0
        for number in 0..<2000 {
          do { #expect(try reader.documents(ofKey: "key/\(number)") == [number]) } catch { errors += 1 }
        }
        #expect(errors > 0)
      }
    }
  }

  @Test("ordinals have gaps where documents are gone, in 32 and in 64 bits", arguments: [0, 1, 3, 5_000_000_000])
  func ordinals(gap: UInt64) throws {
    var random = SeededRandom(state: gap + 1)
    var next: UInt64 = 0
    let offsets = (0..<700).map { number -> UInt64 in
      // The first ones have no gaps.
      if number > 300 || gap == 3 { next += UInt64.random(in: 0...gap, using: &random) }
      defer { next += 1 }
      return next
    }
    let documents = offsets.enumerated().map { (key: "\($0)", offset: $1 as UInt64?) }
    for span in [0, next, next + 9] {
      let reader = try open(try write(documents, span: span))
      #expect(reader.ordinalSpan == max(span, next))
      for (number, offset) in offsets.enumerated() {
        #expect(try reader.offset(of: number) == offset)
        #expect(try reader.local(ofOffset: offset) == number)
      }
      let known = Set(offsets)
      for offset in 0..<min(next + 20, 3000) where !known.contains(offset) {
        #expect(try reader.local(ofOffset: offset) == nil)
      }
      #expect(try reader.local(ofOffset: next) == nil && reader.local(ofOffset: .max) == nil)
      try reader.checkOrdinals()
    }
  }
}
