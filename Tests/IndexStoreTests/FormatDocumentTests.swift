import Foundation
import Testing

@testable import ByteStorage
@testable import IndexStore

/// Reads index-data/FORMAT.md and compares its tables with the code and with files that the code writes.
@Suite struct FormatDocumentTests {
  struct Field: Equatable {
    var offset: Int
    var size: Int
    var type: String
    var name: String
  }

  let lines: [String]

  init() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appendingPathComponent("index-data/FORMAT.md"), encoding: .utf8)
    lines = text.components(separatedBy: "\n")
  }

  /// The lines under a heading, up to the next heading of any level.
  func section(_ heading: String) throws -> [String] {
    let start = try #require(
      lines.firstIndex { line in
        let title = line.drop { $0 == "#" }.dropFirst()
        return line.hasPrefix("#") && (title == heading || title.hasPrefix(heading + " "))
      }, "no section \(heading)")
    return Array(lines[(start + 1)...].prefix { !$0.hasPrefix("#") })
  }

  static func cells(_ line: String) -> [String] {
    line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
      .map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// The table of fields under a heading.
  func fields(_ heading: String) throws -> [Field] {
    let rows = try section(heading).filter { $0.hasPrefix("|") }.map(Self.cells)
    #expect(rows.first == ["offset", "size", "type", "field", "meaning"], "section \(heading)")
    return try rows.dropFirst(2).map { row in
      Field(offset: try #require(Int(row[0])), size: try #require(Int(row[1])), type: row[2], name: row[3])
    }
  }

  /// The table has these fields in this order, without gaps, up to `byteCount`; sizes fit the types.
  func expect(
    _ heading: String, _ byteCount: Int, _ constants: [(String, Int)],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let fields = try fields(heading)
    #expect(fields.map(\.name) == constants.map(\.0), "section \(heading)", sourceLocation: sourceLocation)
    #expect(fields.map(\.offset) == constants.map(\.1), "section \(heading)", sourceLocation: sourceLocation)
    var next = 0
    for field in fields {
      #expect(field.offset == next, "\(field.name) in section \(heading)", sourceLocation: sourceLocation)
      next += field.size
      let sizes = ["u8": 1, "u16": 2, "u32": 4, "u64": 8, "bytes[\(field.size)]": field.size]
      #expect(sizes[field.type] == field.size, "\(field.name) in section \(heading)", sourceLocation: sourceLocation)
    }
    #expect(next == byteCount, "section \(heading)", sourceLocation: sourceLocation)
  }

  @Test("the tables of fields are those of the code")
  func tables() throws {
    typealias Header = EnvelopeLayout.Header
    try expect(
      "5.1", EnvelopeLayout.headerByteCount,
      [
        ("magic", Header.magic), ("formatVersion", Header.formatVersion), ("kind", Header.kind),
        ("reserved", Header.reserved), ("flags", Header.flags), ("zeros", Header.zeros), ("checksum", Header.checksum),
      ])
    typealias Entry = EnvelopeLayout.SectionEntry
    try expect(
      "5.3", EnvelopeLayout.sectionEntryByteCount,
      [
        ("tag", Entry.tag), ("zero", Entry.zero), ("offset", Entry.offset), ("length", Entry.length),
        ("reserved", Entry.reserved),
      ])
    try expect("5.4", 4, [("checksum", 0)])
    typealias Footer = EnvelopeLayout.Footer
    try expect(
      "5.5", EnvelopeLayout.footerByteCount,
      [
        ("sectionTableOffset", Footer.sectionTableOffset), ("sectionCount", Footer.sectionCount),
        ("blockCount", Footer.blockCount), ("sectionTableChecksum", Footer.sectionTableChecksum),
        ("blockTableChecksum", Footer.blockTableChecksum), ("fileByteCount", Footer.fileByteCount),
        ("formatVersion", Footer.formatVersion), ("kind", Footer.kind), ("reserved", Footer.reserved),
        ("zeros", Footer.zeros), ("invertedMagic", Footer.invertedMagic), ("checksum", Footer.checksum),
      ])
    typealias Frame = DocumentsLayout.DirectoryEntry
    try expect(
      "7.3.1", DocumentsLayout.directoryEntryByteCount,
      [
        ("offset", Frame.offset), ("byteCount", Frame.byteCount), ("contentByteCount", Frame.contentByteCount),
        ("firstDocument", Frame.firstDocument), ("documentCount", Frame.documentCount),
      ])
    typealias Documents = DocumentsLayout.Summary
    try expect(
      "7.3.2", DocumentsLayout.summaryByteCount,
      [
        ("documentCount", Documents.documentCount), ("frameCount", Documents.frameCount),
        ("contentByteCount", Documents.contentByteCount), ("dictionaryID", Documents.dictionaryID),
        ("zeros", Documents.zeros), ("ordinalSpan", Documents.ordinalSpan),
      ])
    typealias Dictionary = DocumentsLayout.DictionaryEntry
    try expect(
      "7.3.3", DocumentsLayout.dictionaryEntryByteCount,
      [("identifier", Dictionary.identifier), ("byteCount", Dictionary.byteCount)])
    typealias Vectors = VectorsLayout.Summary
    try expect(
      "7.4.1", VectorsLayout.summaryByteCount,
      [("rowCount", Vectors.rowCount), ("dimension", Vectors.dimension), ("elementType", Vectors.elementType)])
    typealias Deleted = TombstonesFile.DirectoryEntry
    try expect(
      "7.9.1", TombstonesFile.directoryEntryByteCount,
      [
        ("segment", Deleted.segment), ("offset", Deleted.offset), ("byteCount", Deleted.byteCount),
        ("documentCount", Deleted.documentCount), ("firstDocument", Deleted.firstDocument), ("zero", Deleted.zero),
      ])
    try expectColumns()
    typealias Catalog = CatalogChecksum.Layout
    try expect(
      "7.8", CatalogChecksum.byteCount,
      [
        ("magic", Catalog.magic), ("formatVersion", Catalog.formatVersion),
        ("catalogChecksum", Catalog.catalogChecksum), ("generation", Catalog.generation),
        ("catalogByteCount", Catalog.catalogByteCount), ("zeros", Catalog.zeros), ("checksum", Catalog.checksum),
      ])
  }

  private func expectColumns() throws {
    typealias Field = ColumnsLayout.FieldEntry
    try expect(
      "7.11.1", ColumnsLayout.fieldEntryByteCount,
      [
        ("firstValue", Field.firstValue), ("nameOffset", Field.nameOffset), ("valueCount", Field.valueCount),
        ("nameByteCount", Field.nameByteCount), ("flags", Field.flags), ("zero", Field.zero),
      ])
    typealias Value = ColumnsLayout.ValueEntry
    try expect(
      "7.11.2", ColumnsLayout.valueEntryByteCount,
      [
        ("content", Value.content), ("kind", Value.kind), ("textByteCount", Value.textByteCount),
        ("listOffset", Value.listOffset), ("listByteCount", Value.listByteCount),
        ("documentCount", Value.documentCount), ("firstDocument", Value.firstDocument), ("zero", Value.zero),
      ])
    typealias Columns = ColumnsLayout.Summary
    try expect(
      "7.11.3", ColumnsLayout.summaryByteCount,
      [
        ("documentCount", Columns.documentCount), ("fieldCount", Columns.fieldCount),
        ("leavesFieldsOut", Columns.leavesFieldsOut),
      ])
    let text = try section("7.11").joined(separator: " ")
    #expect(
      text.contains(
        "one value for every \(ColumnsLayout.documentsPerValue) documents, or \(ColumnsLayout.valuesOfSmallSegments),"))
  }

  /// A number at a field of a table, from the bytes of a file.
  func value(_ name: String, _ heading: String, _ bytes: [UInt8], at base: Int = 0) throws -> UInt64 {
    let field = try #require(try fields(heading).first { $0.name == name }, "\(name) in section \(heading)")
    return bytes[(base + field.offset)..<(base + field.offset + field.size)].reversed().reduce(0) {
      $0 << 8 | UInt64($1)
    }
  }

  @Test("files that the code writes can be read with the tables alone")
  func realFiles() throws {
    let folder = try TemporaryFolder()
    let index = folder.file("index")
    try Workload.build(index, count: 30, step: 20)
    let system = PosixFileSystem()
    let snapshot = try IndexSnapshot.open(index)
    for file in snapshot.files {
      let bytes = try system.readAll(index + "/" + file.name, limit: .max)
      let footer = bytes.count - 64
      #expect(Array(bytes[..<8]) == Array("NEWELIDX".utf8))
      #expect(try value("formatVersion", "5.1", bytes) == 2)
      #expect(try value("kind", "5.1", bytes) == UInt64(file.kind.rawValue))
      #expect(try value("checksum", "5.1", bytes) == UInt64(CRC32C.checksum(Array(bytes[..<60]))))
      #expect(try value("fileByteCount", "5.5", bytes, at: footer) == UInt64(bytes.count))
      #expect(
        try value("checksum", "5.5", bytes, at: footer) == UInt64(CRC32C.checksum(Array(bytes[footer..<footer + 60]))))
      #expect(Array(bytes[(footer + 56)..<(footer + 60)]) == "NEWL".utf8.map { ~$0 })
      let table = Int(try value("sectionTableOffset", "5.5", bytes, at: footer))
      let count = Int(try value("sectionCount", "5.5", bytes, at: footer))
      let blocks = Int(try value("blockCount", "5.5", bytes, at: footer))
      #expect(table + 32 * count + 4 * blocks == footer)
      for block in 0..<blocks {
        let range = block * 65_536..<min((block + 1) * 65_536, table)
        let at = table + 32 * count + 4 * block
        #expect(try value("checksum", "5.4", bytes, at: at) == UInt64(CRC32C.checksum(Array(bytes[range]))))
      }
      var sections: [String: Int] = [:]
      for entry in 0..<count {
        let at = table + 32 * entry
        let offset = Int(try value("offset", "5.3", bytes, at: at))
        #expect(offset % 64 == 0)
        sections[SectionTag(rawValue: UInt32(try value("tag", "5.3", bytes, at: at))).description] = offset
      }
      let documents = snapshot.segments.first { $0.number == file.segment }?.documentCount ?? 0
      if file.kind == .documents {
        let summary = try #require(sections["SUMM"])
        #expect(try value("documentCount", "7.3.2", bytes, at: summary) == UInt64(documents))
        let directory = try #require(sections["FDIR"])
        #expect(try value("documentCount", "7.3.1", bytes, at: directory) == UInt64(documents))
        let offsets = try #require(sections["KOFF"])
        let keys = try #require(sections["KEYS"])
        let first = Int(snapshot.segments.first { $0.number == file.segment }?.firstPosition ?? 0)
        for document in 0..<documents {
          let ends = [0, 4].map { part in
            bytes[(offsets + 4 * document + part)..<(offsets + 4 * document + part + 4)].reversed().reduce(0) {
              $0 << 8 | Int($1)
            }
          }
          #expect(Array(bytes[(keys + ends[0])..<(keys + ends[1])]) == Array("key/\(first + document)".utf8))
        }
      }
      if file.kind == .vectors {
        #expect(try value("elementType", "7.4.1", bytes, at: try #require(sections["SUMM"])) == 1)
        let summary = try #require(sections["SUMM"])
        #expect(try value("rowCount", "7.4.1", bytes, at: summary) == UInt64(documents))
        #expect(try value("dimension", "7.4.1", bytes, at: summary) == UInt64(Workload.dimension))
      }
    }
    let sidecar = try system.readAll(index + "/catalog.checksum", limit: .max)
    let catalog = try system.readAll(index + "/catalog.sqlite", limit: .max)
    #expect(try value("generation", "7.8", sidecar) == 2)
    #expect(try value("catalogByteCount", "7.8", sidecar) == UInt64(catalog.count))
    #expect(try value("catalogChecksum", "7.8", sidecar) == UInt64(CRC32C.checksum(catalog)))
  }

  @Test("the directory lists every kind of file and every name")
  func directory() throws {
    let rows = try section("4. Directory").filter { $0.hasPrefix("| `") }.map(Self.cells)
    for kind in FileKind.allCases {
      #expect(rows.contains { $0[0] == "`NUMBER.\(kind.name)`" && $0[1] == "\(kind.rawValue)" }, "\(kind.name)")
    }
    let names = rows.flatMap { $0[0].components(separatedBy: ", ") }
    for name in [
      IndexFolder.catalog, IndexFolder.checksum, IndexFolder.checksumTemporary, IndexFolder.lock,
      IndexFolder.catalogTemporary,
      IndexFolder.catalog + "-wal", IndexFolder.catalog + "-shm",
    ] {
      #expect(names.contains("`\(name)`"), "\(name)")
    }
    #expect(rows.count == FileKind.allCases.count + 5)
  }

  @Test("the tables of the catalog are the statements of the code")
  func schema() throws {
    func words(_ text: String) -> String { text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    let text = try section("7.7.1").drop { $0 != "```sql" }.dropFirst().prefix { $0 != "```" }.joined(separator: "\n")
    let statements = text.components(separatedBy: ";").map(words).filter { !$0.isEmpty }
    #expect(statements == CatalogSchema.statements.map(words))
    let page = lines.joined(separator: "\n")
    #expect(
      page.contains("`PRAGMA application_id` is 0x\(String(CatalogSchema.applicationID, radix: 16, uppercase: true))"))
    #expect(page.contains("Format version **\(EnvelopeLayout.formatVersion)**"))
    #expect(page.contains("catalog schema version **\(CatalogSchema.version)**"))
  }

  @Test("the limits are those of the code")
  func limits() throws {
    let rows = try section("9. Limits").filter { $0.hasPrefix("|") }.map(Self.cells).dropFirst(2)
    let values = try rows.map { try #require(Int($0[1].replacingOccurrences(of: ",", with: ""))) }
    let segment = IndexWriter.SegmentLimits()
    #expect(
      values == [
        segment.documents, segment.postings, segment.keyBytes, StoredDocument.maximumKeyByteCount,
        StoredDocument.maximumMetadataByteCount, DocumentsLayout.maximumFrameContentByteCount,
        DocumentsLayout.maximumDictionaryCount,
        1 << Int(Zstd.maximumWindowLog), VocabularyFile.maximumCount, VocabularyFile.maximumTokenByteCount,
        IndexConfiguration.maximumDenseDimension, EnvelopeLayout.maximumSectionCount,
        Int(IndexFolder.maximumNumber),
      ])
  }

  @Test("the steps of the commit and the rows of the crash table belong together")
  func commitTable() throws {
    let text = try section("6. Commit and recovery")
    let steps = text.compactMap { line in line.prefix { $0.isNumber }.isEmpty ? nil : Int(line.prefix { $0.isNumber }) }
    let rows = text.filter { $0.hasPrefix("|") }.map(Self.cells).dropFirst(2).compactMap { Int($0[0]) }
    #expect(steps == Array(1...10))
    #expect(rows == steps)
  }

  @Test("the worked example is what the code writes, byte by byte")
  func example() throws {
    let folder = try TemporaryFolder()
    let writer = try EnvelopeWriter(
      creating: "0000000007.vocabulary", in: folder.path, kind: .vocabulary, fileSystem: PosixFileSystem())
    _ = try VocabularyFile.write(["red", "shoe", "é"], to: writer)
    let bytes = try folder.read("0000000007.vocabulary")
    let listing = try section("8. Worked example").drop { $0 != "```hex" }.dropFirst().prefix { $0 != "```" }
    var found: [UInt8] = []
    for line in listing {
      // `offset  bytes  ; remark`
      let columns = line.components(separatedBy: ";")[0].split(separator: " ").map(String.init)
      guard let offset = columns.first else { continue }
      #expect(Int(offset, radix: 16) == found.count, "\(line)")
      found += columns.dropFirst().compactMap { UInt8($0, radix: 16) }
    }
    if found != bytes {
      let rows = stride(from: 0, to: bytes.count, by: 16).map { start in
        String(format: "%04x ", start)
          + bytes[start..<min(start + 16, bytes.count)].map { String(format: " %02x", $0) }.joined()
      }
      Issue.record("The file is:\n\(rows.joined(separator: "\n"))")
    }
  }
}
