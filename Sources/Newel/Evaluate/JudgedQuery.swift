/// A query whose answer is known.
package struct JudgedQuery: Sendable {
  /// What its ranking is filed under.
  package let id: String
  package let query: SearchRequest.Query
  /// The grade of each judged document of the gallery, by position; at least one is above 0, which means relevant.
  package let judgements: [UInt32: Int]
  /// Its number in the file, or among the captions, from 0.
  package let number: Int
  /// The document whose caption it is; nil for a query from a file.
  package let document: UInt32?

  /// The relevant documents by their positions, ascending.
  package var relevant: [UInt32] { judgements.filter { $0.value > 0 }.map(\.key).sorted() }
}

/// The queries of an evaluation.
package struct JudgedQueries: Sendable {
  /// Those with a relevant document in the gallery, in order.
  package internal(set) var queries: [JudgedQuery] = []
  /// All queries that were read.
  package internal(set) var readCount = 0
  /// Judgements about documents that are not in the gallery, or not in the index; they were left out.
  package internal(set) var judgementsOutside = 0

  /// Queries without a relevant document in the gallery; they were left out.
  package var leftOut: Int { readCount - queries.count }

  mutating func add(
    _ id: String, _ query: SearchRequest.Query, judgements: [UInt32: Int], document: UInt32? = nil
  ) {
    if judgements.values.contains(where: { $0 > 0 }) {
      queries.append(
        JudgedQuery(id: id, query: query, judgements: judgements, number: readCount, document: document))
    }
    readCount += 1
  }
}
