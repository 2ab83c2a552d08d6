import ByteStorage
import EmbeddingDumps
import LinearAlgebra
import Testing
import TokenSpace

/// Recall of the single right answer at 1, 5 and 10, ties counted against it, in percent.
func recall(_ scores: Matrix) -> (at1: Double, at5: Double, at10: Double) {
  var hits = (0, 0, 0)
  for row in 0..<scores.rows {
    let own = scores[row, row]
    let rank = own > 0 ? scores.row(row).count { $0 >= own } : scores.columns
    if rank <= 1 { hits.0 += 1 }
    if rank <= 5 { hits.1 += 1 }
    if rank <= 10 { hits.2 += 1 }
  }
  let percent = 100 / Double(scores.rows)
  return (Double(hits.0) * percent, Double(hits.1) * percent, Double(hits.2) * percent)
}

/// `[queries × documents]` dot products of sparse vectors.
func scores(_ queries: [[TokenWeight]], _ documents: [[TokenWeight]], tokens: Int) -> Matrix {
  var postings = [[(document: Int, weight: Float)]](repeating: [], count: tokens)
  for (document, vector) in documents.enumerated() {
    for term in vector { postings[Int(term.token)].append((document, term.weight)) }
  }
  var result = Matrix(rows: queries.count, columns: documents.count)
  for (row, query) in queries.enumerated() {
    for term in query {
      for posting in postings[Int(term.token)] { result[row, posting.document] += term.weight * posting.weight }
    }
  }
  return result
}

@Suite struct FashionRidgeTests {
  @Test(
    "On 40,000 catalogue pictures titles find their pictures",
    .enabled(if: Surroundings.data != nil, "needs NEWEL_DATA"))
  func fashion() throws {
    let folder = try #require(Surroundings.data) + "/fashion44k"
    let dump = try EmbeddingDump.open(images: folder, metadata: folder, fileSystem: PosixFileSystem())
    var options = RidgeOptions()
    options.filter = try MetadataFilter(parsing: ["split=train"])
    var head: TokenHead!
    var report: RidgeReport!
    let clock = ContinuousClock()
    let time = try clock.measure { (head, report) = try RidgeTraining.train(dump, options: options) }
    #if !DEBUG
      #expect(time < .seconds(20))
    #endif
    print("trained in \(time): \(report!)")

    var documents: [[TokenWeight]] = []
    var queries: [[TokenWeight]] = []
    let encoder = try head.queryEncoder()
    try dump.forEachBatch(size: 256, where: MetadataFilter(parsing: ["split=val"])) { batch in
      documents += try head.encode(batch.rows)
      queries += batch.records.map { encoder.encode(plain: $0.object["caption"]?.stringValue ?? "").terms }
    }
    try #require(documents.count == 1000)
    #expect(documents.allSatisfy { $0.count <= 64 && !$0.isEmpty })

    let exact = recall(scores(queries, documents, tokens: head.vocabulary.count))
    print("exact \(exact)")
    #expect(exact.at1 >= 33 && exact.at5 >= 67 && exact.at10 >= 79)

    let quantised = documents.map { vector in
      vector.map { term in
        TokenWeight(token: term.token, weight: min(max((term.weight / head.ceiling * 255).rounded(), 1), 255))
      }
    }
    let impacts = recall(scores(queries, quantised, tokens: head.vocabulary.count))
    print("8 bits \(impacts)")
    #expect(impacts.at1 >= 33 && impacts.at5 >= 67 && impacts.at10 >= 79)
    print(
      documents[0].prefix(12).map { "\(head.vocabulary.tokens[Int($0.token)]) \($0.weight)" }.joined(separator: ", "))
  }
}
