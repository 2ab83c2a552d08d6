import ByteStorage
import Foundation
import LinearAlgebra
import Testing

@testable import InvertedIndex

/// Decodes real segment files by nothing but the tables of index-data/FORMAT.md §7.1 and §7.2.
@Suite("FORMAT.md says what the postings and forward files hold")
struct PostingsFormatTests {
  /// A table of fields: name → (offset, size).
  struct Table {
    var fields: [String: (offset: Int, size: Int)] = [:]
    var byteCount = 0

    init(section heading: String) throws {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      let lines = try String(contentsOf: root.appendingPathComponent("index-data/FORMAT.md"), encoding: .utf8)
        .components(separatedBy: "\n")
      let start = try #require(lines.firstIndex { $0.hasPrefix("### \(heading) ") }, "no section \(heading)")
      for line in lines[(start + 1)...].prefix(while: { !$0.hasPrefix("#") }) where line.hasPrefix("|") {
        let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        guard let offset = Int(cells[0]), let size = Int(cells[1]) else { continue }
        #expect(offset == byteCount, "\(cells[3]) in section \(heading) begins at \(offset)")
        fields[cells[3]] = (offset, size)
        byteCount = offset + size
      }
    }

    func value(_ name: String, in bytes: ArraySlice<UInt8>) throws -> UInt64 {
      let field = try #require(fields[name], "no field \(name)")
      let start = bytes.startIndex + field.offset
      return bytes[start..<start + min(8, field.size)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  @Test func everyDocumentedFieldIsWhereTheTablesSay() throws {
    var random = SplitMix64(seed: 21)
    // Five frequent tokens, of which one is dense here and there, and one rare token.
    let documents = (0..<5000).map { document in
      (0..<6).compactMap { token -> Posting? in
        let chance = token == 5 ? 0.01 : document / 500 % 3 == token ? 0.5 : 0.1
        guard Double.random(in: 0..<1, using: &random) < chance else { return nil }
        return Posting(token: UInt32(token), impact: UInt8.random(in: 1...255, using: &random))
      }
    }
    let collection = try RandomCollection(
      documents: documents, vocabulary: 6, ordering: .bisection, hasRefinements: true, using: &random)
    let system = PosixFileSystem()
    let file = try EnvelopeFile.open(
      "0.postings", in: collection.folder.path, kind: .postings, expecting: nil, fileSystem: system)
    func bytes(_ tag: StaticString) throws -> [UInt8] {
      let section = try #require(file.optionalSection(SectionTag(tag)))
      return try section.bytes(0..<section.byteCount)
    }

    let summary = try Table(section: "7.1.1")
    let head = try bytes("SUMM")
    #expect(head.count == summary.byteCount)
    #expect(try summary.value("documents", in: head[...]) == 5000)
    #expect(try summary.value("vocabulary", in: head[...]) == 6)
    #expect(try summary.value("windows", in: head[...]) == 2)
    let postingCount = collection.documents.reduce(0) { $0 + $1.count }
    #expect(try summary.value("postings", in: head[...]) == UInt64(postingCount))

    let term = try Table(section: "7.1.2")
    let terms = try bytes("TERM")
    #expect(terms.count == 6 * term.byteCount)
    let order = try bytes("ORDR")
    let postings = try bytes("POST")
    let rare = try bytes("RARE")
    let rareRefinements = try bytes("RFIN")
    let places = try bytes("PLAC")
    for document in 0..<5000 {
      let place = Self.number(places[4 * document..<4 * document + 4])
      if Self.number(order[4 * place..<4 * place + 4]) != document { Issue.record("PLAC of \(document)") }
    }
    let maxima = try bytes("BMAX")
    let cellMaxima = try bytes("CMAX")
    let entry = try Table(section: "7.1.3")
    #expect(entry.byteCount == SegmentLayout.stripEntrySize)
    let directory = try bytes("WDIR")
    for token in 0..<6 {
      let record = terms[token * term.byteCount..<(token + 1) * term.byteCount]
      let holders = collection.documents.indices.filter { document in
        collection.documents[document].contains { $0.token == UInt32(token) }
      }
      #expect(try term.value("token", in: record) == UInt64(token))
      #expect(try term.value("frequency", in: record) == UInt64(holders.count))
      let impacts = holders.compactMap { collection.documents[$0].first { $0.token == UInt32(token) }?.impact }
        .sorted(by: >)
      #expect(try term.value("maximum", in: record) == UInt64(impacts[0]))
      let kth = try term.value("kth", in: record)
      #expect(kth & 0xFF == UInt64(impacts[9]))
      #expect(kth >> 8 & 0xFF == UInt64(impacts[31]))

      let row = try term.value("row", in: record)
      let start = Int(try term.value("start", in: record))
      var found: [Int: UInt8] = [:]
      var refinements: [Int: UInt8] = [:]
      if row == 0xFFFF_FFFF {
        for number in start..<start + holders.count {
          let posting = Self.number(rare[4 * number..<4 * number + 4])
          let document = Self.number(order.dropFirst(4 * (posting >> 8 & 0x3F_FFFF)).prefix(4))
          found[document] = UInt8(posting & 0xFF)
          refinements[document] = rareRefinements[number / 2] >> UInt8(4 * (number % 2)) & 15
        }
      } else {
        for window in 0..<2 {
          let place = (Int(row) * 3 + window) * entry.byteCount
          let fields = directory[place..<place + entry.byteCount]
          let strip = postings[(start + Int(try entry.value("start", in: fields)))...]
          let decoded = Self.decode(
            strip, blocks: try entry.value("blocks", in: fields), dense: Int(try entry.value("dense", in: fields)),
            sparse: Int(try entry.value("sparse", in: fields)))
          for (document, impact, refinement) in decoded {
            let document = Self.number(order.dropFirst(4 * (4096 * window + document)).prefix(4))
            found[document] = impact
            refinements[document] = refinement
          }
        }
        let firstMaximum = Int(try term.value("firstMaximum", in: record))
        // The first block of the row: its maximum is that of the documents whose places lie in it.
        let blocks = try (0..<2).map { window in
          let place = (Int(row) * 3 + window) * entry.byteCount
          return try entry.value("blocks", in: directory[place..<place + entry.byteCount])
        }
        let block = blocks[0] != 0 ? blocks[0].trailingZeroBitCount : 64 + blocks[1].trailingZeroBitCount
        let inBlock = (64 * block..<64 * block + 64).compactMap { found[Self.number(order[4 * $0..<4 * $0 + 4])] }
        #expect(maxima[firstMaximum] == inBlock.max())
        let second = (Int(row) * 3 + 1) * entry.byteCount
        let before = try entry.value("maximum", in: directory[second..<second + entry.byteCount])
        #expect(before == UInt64(blocks[0].nonzeroBitCount))
        // The term's cells: the largest impact of the 1,024 places of each.
        for cell in 0..<8 {
          let places = (1024 * cell..<1024 * (cell + 1)).prefix { $0 < 5000 }
          let inCell = places.compactMap { found[Self.number(order[4 * $0..<4 * $0 + 4])] }
          #expect(cellMaxima[Int(row) * 8 + cell] == inCell.max() ?? 0, "token \(token), cell \(cell)")
        }
      }
      #expect(found.keys.sorted() == holders, "token \(token)")
      #expect(
        holders.allSatisfy { document in
          collection.documents[document].contains {
            $0.token == UInt32(token) && $0.impact == found[document]
              && RandomCollection.refinement(of: $0) == refinements[document]
          }
        })
    }
    // The collection has both kinds of terms and both kinds of blocks.
    #expect(!rare.isEmpty && !directory.isEmpty)
    let denseCounts = try stride(from: 0, to: directory.count, by: entry.byteCount).map {
      try entry.value("dense", in: directory[$0..<$0 + entry.byteCount])
    }
    #expect(denseCounts.contains { $0 > 0 })
  }

  private static func number(_ bytes: some BidirectionalCollection<UInt8>) -> Int {
    bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// A strip as §7.1.4 and §7.1.5 describe it: document in the window → impact and refinement.
  private static func decode(
    _ strip: ArraySlice<UInt8>, blocks: UInt64, dense: Int, sparse: Int
  ) -> [(document: Int, impact: UInt8, refinement: UInt8)] {
    let bytes = Array(strip)
    var sparseBlocks = (0..<64).filter { blocks >> UInt64($0) & 1 == 1 }
    var decoded: [(document: Int, number: Int)] = []
    let places = 9 * dense
    var denseImpact = places + 2 * sparse
    for number in 0..<dense {
      let block = Int(bytes[8 * dense + number])
      sparseBlocks.removeAll { $0 == block }
      for bit in 0..<64 where bytes[8 * number + bit / 8] >> UInt8(bit % 8) & 1 == 1 {
        decoded.append((64 * block + bit, denseImpact - places - sparse))
        denseImpact += 1
      }
    }
    var block = -1
    for number in 0..<sparse {
      if bytes[places + number] & 128 != 0 { block += 1 }
      decoded.append((64 * sparseBlocks[block] + Int(bytes[places + number] & 63), number))
    }
    return decoded.map { document, number in
      let refinement = bytes[denseImpact + number / 2] >> UInt8(4 * (number % 2)) & 15
      return (document, bytes[places + sparse + number], refinement)
    }
  }

  @Test func theForwardFileIsWhereTheTableSays() throws {
    var random = SplitMix64(seed: 22)
    let collection = try RandomCollection(documents: 300, vocabulary: 20, density: 0.3, using: &random)
    let file = try EnvelopeFile.open(
      "0.forward", in: collection.folder.path, kind: .forward, expecting: nil, fileSystem: PosixFileSystem())
    let summary = try Table(section: "7.2.1")
    let section = try file.section(SectionTag("SUMM"))
    let head = try section.bytes(0..<section.byteCount)
    #expect(head.count == summary.byteCount)
    #expect(try summary.value("documents", in: head[...]) == 300)
    #expect(try summary.value("tokenWidth", in: head[...]) == 2)
    let starts = try file.section(SectionTag("FOFF"))
    #expect(starts.byteCount == 4 * 301)
    let vectors = try file.section(SectionTag("FVEC"))
    let postings = try summary.value("postings", in: head[...])
    #expect(vectors.byteCount == 3 * Int(postings))
    let first = collection.documents[0]
    let bytes = try vectors.bytes(0..<3 * first.count)
    #expect(
      first.indices.allSatisfy {
        bytes[2 * $0] == UInt8(first[$0].token) && bytes[2 * first.count + $0] == first[$0].impact
      })
  }
}
