import Foundation
import TestSupport
import Testing

@testable import Newel

/// An index that is changed through a session answers as one that was built from the documents that are left.
@Suite struct SessionTests {
  let dump: TinyDump

  init() throws { dump = try TinyDump(count: 60) }

  private func build(_ name: String, _ dump: TinyDump, head: String) throws -> String {
    let path = self.dump.path(name)
    _ = try NewelIndex.build(
      BuildRequest(index: path, source: .dense(images: dump.dump, metadata: dump.dump, head: head)))
    return path
  }

  private func head() throws -> String {
    let path = dump.path("head")
    _ = try EncoderModel.train(
      TrainRequest(images: dump.dump, metadata: dump.dump, output: path, minimumDocumentFrequency: 1))
    return path
  }

  private static func document(_ number: Int, key: String? = nil) -> NewDocument {
    NewDocument(
      key: key ?? "d\(number)", content: .embedding(TinyDump.rows(number..<number + 1)),
      metadata: TinyDump.metadata(number..<number + 1)[0])
  }

  private static let queries = ["red", "red shoe", "blue hat -small", "striped dress^2", "green +shirt"]

  private func answers(_ index: NewelIndex, _ conditions: [String] = []) throws -> [[String]] {
    try Self.queries.map { query in
      try index.search(SearchRequest(query, count: 100, conditions: conditions)).hits.map { "\($0.key) \($0.score)" }
    }
  }

  @Test func changesAreThoseOfAnIndexOfTheLiveDocuments() throws {
    let head = try head()
    let path = try build("index", dump, head: head)
    let before = try NewelIndex.open(path)
    let old = try answers(before)
    let session = try IndexSession.open(path)
    #expect(try session.delete(keys: ["d3", "nobody", "d4"]).unknownKeys == ["nobody"])
    let added = try session.add([Self.document(60), Self.document(5)], replacing: true)
    #expect(added.added == 2 && added.replaced == 1)
    #expect(throws: NewelError.self) { try session.add([Self.document(6)]) }
    #expect(try session.updateMetadata([("d7", "{\"split\": \"test\", \"zeal\": null}")]).replaced == 1)
    #expect(try session.delete(where: ["id=d9"]).deleted == 1)
    let commit = try session.commit()
    #expect(commit.documentCount == 58 && session.documentCount == 58)
    // The older snapshot is as it was.
    #expect(try answers(before) == old)

    let index = try before.refreshed()
    #expect(index.documentCount == 58 && index.generation == commit.generation)
    #expect(try index.refreshed() === index)
    // The same documents, in the order of their last insertion, in a new index.
    let order = (0..<60).filter { ![3, 4, 5, 7, 9].contains($0) } + [60, 5, 7]
    let fresh = try TinyDump(count: 1)
    try fresh.write(
      "dump/img_emb/img_emb_0.npy", TinyDump.npy(rows: order.count, order.flatMap { TinyDump.rows($0..<$0 + 1) }))
    let lines = order.map { number in
      number == 7
        ? "{\"id\": \"d7\", \"caption\": \"\(TinyDump.words(of: 7).joined(separator: " "))\", \"split\": \"test\"}"
        : TinyDump.metadata(number..<number + 1)[0]
    }
    try fresh.write("dump/metadata/metadata_0.jsonl", lines.joined(separator: "\n") + "\n")
    let expected = try NewelIndex.open(try build("fresh", fresh, head: head))
    #expect(expected.documentCount == 58)
    for conditions in [[], ["split=val"], ["split=test"], ["zeal!=1.5"], ["split!=train", "zeal>1"]] {
      #expect(try answers(index, conditions) == answers(expected, conditions), "\(conditions)")
      #expect(try index.documentCount(where: conditions) == expected.documentCount(where: conditions))
    }
    for word in TinyDump.words {
      #expect(try index.tokens(word)[0].documentFrequency == expected.tokens(word)[0].documentFrequency)
    }
    for basis in [SimilarRequest.Basis.sparse, .dense, .both] {
      let request = SimilarRequest("d8", basis: basis, count: 60)
      #expect(try index.similar(request).hits.map(\.key) == expected.similar(request).hits.map(\.key))
    }
    let statistics = try (index.statistics(), expected.statistics())
    #expect(statistics.0.postingCount == statistics.1.postingCount)
    #expect(statistics.0.meanTokensPerDocument == statistics.1.meanTokensPerDocument)
    #expect(try index.document(ofKey: "d3") == nil)
    #expect(try index.document(ofKey: "d5")?.ordinal ?? 0 > 60)
    session.close()
    #expect(throws: NewelError.self) { try session.add([Self.document(90)]) }
    #expect(try NewelIndex.verify(path, level: .deep).problems == [])
  }

  @Test func readersAndBackgroundMergesGoOnWhileDocumentsCome() throws {
    let path = try build("index", dump, head: try head())
    let session = try IndexSession.open(path)
    let group = DispatchGroup()
    let isDone = Flag()
    for _ in 0..<3 {
      DispatchQueue.global().async(group: group) {
        do {
          var index = try NewelIndex.open(path)
          while !isDone.isSet {
            index = try index.refreshed()
            // Every commit replaces one of twenty documents: none is ever missing, none is there twice.
            let keys = try index.search(SearchRequest("red blue green", count: 1000)).hits.map(\.key)
            #expect(Set(keys).count == keys.count)
            #expect(index.documentCount == 60)
          }
        } catch {
          Issue.record(error)
        }
      }
    }
    for step in 0..<120 {
      try session.add([Self.document(step % 37 + 100, key: "d\(step % 20)")], replacing: true)
      try session.commit()
    }
    isDone.set()
    group.wait()
    session.close()
    #expect(session.mergeProblem == nil)
    let index = try NewelIndex.open(path)
    #expect(index.documentCount == 60 && index.snapshot.segments.count < 60)
    #expect(try NewelIndex.verify(path, level: .deep).problems == [])
  }
}

private final class Flag: @unchecked Sendable {
  private let lock = NSLock()
  private var value = false
  var isSet: Bool { lock.withLock { value } }
  func set() { lock.withLock { value = true } }
}
