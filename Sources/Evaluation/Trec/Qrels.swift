/// Relevance judgements: for each query, the grade of each judged document. The TREC "qrels".
public struct Qrels: Sendable, Equatable {
  /// The queries in the order they first appeared.
  public private(set) var queries: [String] = []

  private var grades: [String: [String: Int]] = [:]

  /// No judgements.
  public init() {}

  /// The judged documents of a query and their grades; empty for a query that was not judged.
  public subscript(query: String) -> [String: Int] { grades[query] ?? [:] }

  /// Sets the grade of one document for one query; above 0 means relevant.
  public mutating func judge(query: String, document: String, grade: Int) {
    if grades[query] == nil { queries.append(query) }
    grades[query, default: [:]][document] = grade
  }

  /// Reads judgements in the TREC form, one `query 0 document grade` per line; blank lines are left out.
  ///
  /// - Throws: ``TrecError`` with the number of the first line that cannot be read.
  /// - Complexity: O(length of the text).
  public init(parsing text: String) throws(TrecError) {
    try TrecLines.forEach(in: text) { (line, fields) throws(TrecError) in
      guard fields.count == 4 else {
        throw .fieldCount(line: line, expected: 4, found: fields.count, layout: "query 0 document grade")
      }
      guard let grade = Int(fields[3]) else { throw .badGrade(line: line, found: String(fields[3])) }
      let (query, document) = (String(fields[0]), String(fields[2]))
      guard grades[query]?[document] == nil else {
        throw .duplicate(line: line, query: query, document: document)
      }
      judge(query: query, document: document, grade: grade)
    }
  }

  /// The judgements in the TREC form, queries in order, documents sorted by name.
  ///
  /// - Throws: ``TrecError/unwritableName(_:)`` for a name with white space in it.
  public func serialized() throws(TrecError) -> String {
    var text = ""
    for query in queries {
      try TrecLines.checkWritable(query)
      for (document, grade) in self[query].sorted(by: { $0.key < $1.key }) {
        try TrecLines.checkWritable(document)
        text += "\(query) 0 \(document) \(grade)\n"
      }
    }
    return text
  }
}
