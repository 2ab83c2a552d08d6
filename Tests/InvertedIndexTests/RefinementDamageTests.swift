import ByteStorage
import LinearAlgebra
import Testing

@testable import InvertedIndex

@Suite("Damaged or wrong refinements are found")
struct RefinementDamageTests {
  private static func open(_ postings: String, like collection: FloatCollection) throws -> SegmentIndex {
    let system = PosixFileSystem()
    return try SegmentIndex.open(
      postings: try EnvelopeFile.open(
        "0.postings", in: postings, kind: .postings, expecting: nil, fileSystem: system),
      forward: try EnvelopeFile.open(
        "0.forward", in: collection.folder.path, kind: .forward, expecting: nil, fileSystem: system))
  }

  @Test func aFlippedBitGivesAnErrorOrTheSameAnswer() throws {
    var random = SplitMix64(seed: 9800)
    let collection = try FloatCollection(
      documents: 6000, vocabulary: 12, density: 0.5, keepsFineImpacts: false, keepsRefinements: true, using: &random)
    let system = PosixFileSystem()
    let original = try system.readAll("\(collection.folder.path)/0.postings", limit: 1 << 30)
    let query = try SparseQuery(weights: [(token: 1, weight: 1), (token: 4, weight: 0.7)])
    let expected = Array(collection.bruteForce(query, by: .postings).prefix(10))
    var refused = 0
    for _ in 0..<100 {
      var bytes = original
      bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      let folder = try TemporaryFolder()
      let file = try system.create("\(folder.path)/0.postings")
      try file.append(bytes.span.bytes)
      try file.close()
      do {
        let index = try Self.open(folder.path, like: collection)
        let found = try FloatSearchTests.search(
          query, k: 10, by: .postings, in: [PlacedSegment(index: index, firstPosition: 0)])
        #expect(found.hits == expected)
      } catch is InvertedIndexError {
        refused += 1
      } catch is StorageError {
        refused += 1
      }
    }
    #expect(refused > 10)
  }

  /// What a faulty writer would leave: checksums that hold around numbers that are wrong.
  @Test func deepVerificationFindsWhatIsNotOfTheWeights() throws {
    var random = SplitMix64(seed: 9810)
    // Token 0 is frequent with an odd number of postings in its one window, the others are rare.
    let count = 201
    var builder = SegmentBuilder(vocabularyCount: 3, keepsFineImpacts: true, keepsRefinements: true)
    for document in 0..<count {
      var postings = [Posting(token: 0, impact: UInt8.random(in: 1...254, using: &random))]
      if document % 20 == 0 { postings.append(Posting(token: 2, impact: UInt8.random(in: 1...254, using: &random))) }
      try builder.append(
        postings, fineImpacts: postings.map { Float($0.impact) + Float.random(in: -0.5...0.5, using: &random) })
    }
    let source = try TemporaryFolder()
    let index = try RandomCollection.write(builder, name: "0", ordering: .bisection, in: source)
    try index.verifyDeep()
    #expect(index.stripBytes.count % 3 != 0 || index.hasRefinements)

    let system = PosixFileSystem()
    let file = try EnvelopeFile.open("0.postings", in: source.path, kind: .postings, expecting: nil, fileSystem: system)
    func isRefused(_ change: (SectionTag, inout [UInt8]) -> Void) throws -> Bool {
      let folder = try TemporaryFolder()
      let writer = try EnvelopeWriter(
        creating: "0.postings", in: folder.path, kind: .postings, fileSystem: system)
      for tag in file.tags {
        let section = try file.section(tag)
        var bytes = try section.bytes(0..<section.byteCount)
        change(tag, &bytes)
        if !bytes.isEmpty || section.byteCount == 0 { try writer.write(tag, bytes) }
      }
      _ = try writer.finish()
      do {
        try SegmentIndex.open(
          postings: try EnvelopeFile.open(
            "0.postings", in: folder.path, kind: .postings, expecting: nil, fileSystem: system),
          forward: try EnvelopeFile.open(
            "0.forward", in: source.path, kind: .forward, expecting: nil, fileSystem: system)
        ).verifyDeep()
        return false
      } catch is InvertedIndexError {
        return true
      }
    }
    #expect(try !isRefused { _, _ in })
    // A refinement of a frequent term, the bits behind the last one, and the same of rare terms.
    for place in [1, 2, 60] {
      #expect(try isRefused { if $0 == .strips { $1[$1.count - place] ^= 1 } })
    }
    #expect(try isRefused { if $0 == .strips { $1[$1.count - 1] ^= 0x80 } })
    #expect(try isRefused { if $0 == .rareRefinements { $1[0] ^= 1 } })
    #expect(try isRefused { if $0 == .rareRefinements { $1[$1.count - 1] ^= 0x80 } })
    #expect(try isRefused { if $0 == .places { $1.swapAt(0, 4) } })
    #expect(try isRefused { if $0 == .places { $1[3] = 255 } })
    // One more or less of them, or none at all.
    for tag in [SectionTag.rareRefinements, .places] {
      #expect(try isRefused { if $0 == tag { $1.removeLast() } })
      #expect(try isRefused { if $0 == tag { $1.append(0) } })
      #expect(try isRefused { if $0 == tag { $1 = [] } })
    }
    #expect(try isRefused { if $0 == .summary { $1[28] ^= 1 } })
    #expect(try isRefused { if $0 == .strips { $1.removeLast() } })
  }
}
