import EmbeddingDumps
import Testing

@Suite(.enabled(if: RealData.isThere, "needs the real data: set NEWEL_DATA to its folder"))
struct RealDataTests {
  @Test func fashion44kOpensAndItsRowsAreRead() throws {
    let path = RealData.path("fashion44k")
    let dump = try EmbeddingDump.open(images: path, metadata: path, fileSystem: disk)
    #expect(dump.rowCount == 40_072)
    #expect(dump.dimension == 1024)
    #expect(dump.embeddingPaths.count == 4)
    var rows = 0
    try dump.forEachBatch(size: 512, where: try MetadataFilter(parsing: ["split=val"])) { batch in
      rows += batch.rows.rows
      #expect(batch.records.allSatisfy { $0.object["caption"]?.stringValue?.isEmpty == false })
    }
    #expect(rows == 1000)
    let texts = try EmbeddingDump.open(images: path + "/text_emb", metadata: path + "/metadata", fileSystem: disk)
    #expect(texts.rowCount == 40_072 && texts.dimension == 384)
    // The sentence embeddings have unit length: the decoded numbers are the right ones.
    let values = try texts.rows(20_000..<20_010)
    for row in 0..<10 {
      let length = values[row * 384..<(row + 1) * 384].reduce(0) { $0 + $1 * $1 }
      #expect(abs(length - 1) < 0.01)
    }
  }

  @Test func fashion1kPairsItsOneShardWithItsOneFile() throws {
    let path = RealData.path("fashion1k")
    let dump = try EmbeddingDump.open(images: path, metadata: path, fileSystem: disk)
    #expect(dump.rowCount == 1000 && dump.dimension == 512)
    let explicit = try EmbeddingDump.open(
      images: path + "/img_emb", metadata: path + "/metadata.jsonl", fileSystem: disk)
    #expect(explicit.rowCount == 1000)
    var rows = 0
    try explicit.forEachBatch(size: 300) { rows += $0.rows.rows }
    #expect(rows == 1000)
    #expect(throws: DumpError.self) {
      try EmbeddingDump.open(
        images: path, metadata: RealData.path("fashion44k/metadata/metadata_0.jsonl"), fileSystem: disk)
    }
  }

  @Test func arraysOfOtherKindsAreReadOrRefused() throws {
    let archive = RealData.path("flickr8k_mini/f8k_mini.npz")
    let posteriors = try NpyArray.open(archive + "#P", fileSystem: disk)
    #expect(posteriors.rows == 1000 && posteriors.columns == 1000)
    var row: [Float] = []
    try posteriors.rows(0..<1, into: &row)
    #expect(abs(row.reduce(0, +) - 1) < 0.01)
    #expect(throws: DumpError.self) { try NpyArray.open(archive, fileSystem: disk) }
    #expect(throws: DumpError.self) { try NpyArray.open(archive + "#T", fileSystem: disk) }
    #expect(throws: DumpError.self) { try NpyArray.open(RealData.path("metric_fixture/label.npy"), fileSystem: disk) }
  }

  @Test func spladeVectorsAreRead() throws {
    let documents = try SparseCollection.open(
      RealData.path("splade/documents.splade-v3.jsonl.gz"), fileSystem: disk)
    #expect(documents.documentCount == 11_980)
    var count = 0
    var weights = 0
    try documents.forEach { record in
      count += 1
      weights += record.weights.count
      #expect(record.weights.allSatisfy { $0.weight > 0 })
    }
    #expect(count == 11_980)
    #expect(weights > 11_980 * 5)
    #expect(
      try SparseCollection.open(RealData.path("splade/queries.splade-v3.jsonl.gz"), fileSystem: disk).documentCount
        == 1833)
  }
}
