import Foundation
import IndexStore
import Newel
import Testing

/// Vocabulary and head of an index that do not belong together, although every checksum is right.
@Suite struct StoredWordsTests {
  let dump: TinyDump
  var index: String { dump.path("index") }

  init() throws {
    dump = try TinyDump(count: 30)
    try train("head", minimum: 1)
    _ = try NewelIndex.build(
      BuildRequest(
        index: dump.path("index"), source: .dense(images: dump.dump, metadata: dump.dump, head: dump.path("head"))))
  }

  private func train(_ name: String, minimum: Int, images: String? = nil) throws {
    let images = images ?? dump.dump
    _ = try EncoderModel.train(
      TrainRequest(images: images, metadata: dump.dump, output: dump.path(name), minimumDocumentFrequency: minimum))
  }

  /// Commits a change that the facade would not make.
  private func change(_ body: (IndexWriter) throws -> Void) throws {
    let writer = try IndexWriter.open(index, creating: nil)
    defer { writer.close() }
    try body(writer)
    _ = try writer.commit()
  }

  private func expectDisagreement(_ part: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let error = #expect(throws: NewelError.self, sourceLocation: sourceLocation) { try NewelIndex.open(index) }
    #expect(error?.code == .damaged, sourceLocation: sourceLocation)
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")", sourceLocation: sourceLocation)
    #expect(try NewelIndex.verify(index, level: .full).isSound, sourceLocation: sourceLocation)
    let problems = try NewelIndex.verify(index, level: .deep).problems
    #expect(problems == [error?.message], sourceLocation: sourceLocation)
    // Nothing is added to such an index either.
    let more = try TinyDump(count: 3, first: 100)
    #expect(throws: NewelError.self, sourceLocation: sourceLocation) {
      try NewelIndex.build(
        BuildRequest(index: index, source: .dense(images: more.dump, metadata: more.dump, head: nil)))
    }
  }

  @Test func aHeadWithAnotherVocabularyIsFound() throws {
    try train("other", minimum: 9)
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: dump.path("other"))))
    try change { try $0.setHead(bytes) }
    try expectDisagreement("The fingerprint of the head's vocabulary")
  }

  @Test func aHeadForOtherRowsIsFound() throws {
    let rows = TinyDump.rows(0..<30).map { [$0, -$0] }.flatMap { $0 }
    let images = try dump.write("wide.npy", TinyDump.npy(rows: 30, rows))
    try train("wide", minimum: 1, images: images)
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: dump.path("wide"))))
    try change { try $0.setHead(bytes) }
    try expectDisagreement("The dimension of the head")
  }

  @Test func aVocabularyThatIsNotTheIndexsIsFound() throws {
    try change { try $0.setVocabulary($0.vocabulary + ["stranger"]) }
    try expectDisagreement("The fingerprint of the vocabulary")
  }

  @Test func aHeadThatIsNoneIsFound() throws {
    try change { try $0.setHead([1, 2, 3]) }
    #expect(throws: NewelError.self) { try NewelIndex.open(index) }
    #expect(try !NewelIndex.verify(index, level: .deep).isSound)
  }

  @Test func theVocabularyOfSparseVectorsMayGrow() throws {
    for (number, token) in ["red", "blue", "red"].enumerated() {
      let vectors = try dump.write("s.jsonl", "{\"id\": \"s\(number)\", \"vector\": {\"\(token)\": 2}}\n")
      _ = try NewelIndex.build(
        BuildRequest(index: dump.path("sparse"), source: .sparse(vectors: vectors, metadata: nil, vocabulary: nil)))
      #expect(
        try NewelIndex.open(dump.path("sparse")).search(SearchRequest(token)).hits.map(\.key).contains("s\(number)"))
    }
    #expect(try NewelIndex.verify(dump.path("sparse"), level: .deep).isSound)
  }
}
