import Foundation
import Newel

/// A query whose answer is known.
struct JudgedQuery {
  let id: String
  let query: SearchRequest.Query
  /// Keys of the relevant documents.
  let relevant: [String]
}

/// Reads queries with known answers: one JSON object per line,
/// `{"id": "q1", "text": "red shoe", "relevant": ["10017"]}`.
///
/// `text` is plain words, `query` is the query language, `vector` is `{"token": weight}`; exactly one of them is there.
struct JudgedQueryFile {
  /// Longest line, in bytes.
  private static let maximumLine = 16 << 20

  let path: String

  /// All queries of the file.
  ///
  /// - Throws: ``CommandFailure`` naming the line that cannot be read.
  func read() throws -> [JudgedQuery] {
    // A pipe without a writer would be waited for.
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let type = try? FileManager.default.attributesOfItem(atPath: target)[.type] as? FileAttributeType
    if let type, type != .typeRegular {
      throw CommandFailure("'\(path)' is no regular file; write the queries to a file and give that.")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandFailure("The file '\(path)' cannot be read; check the spelling of the path.")
    }
    var queries: [JudgedQuery] = []
    var ids: Set<String> = []
    for (number, line) in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\t") }) {
        continue
      }
      let query = try parse(line, number: number + 1)
      guard ids.insert(query.id).inserted else { throw failure(number + 1, "the id '\(query.id)' comes twice") }
      queries.append(query)
    }
    guard !queries.isEmpty else { throw CommandFailure("'\(path)' has no queries; write one JSON object per line.") }
    return queries
  }

  private func parse(_ line: Data, number: Int) throws -> JudgedQuery {
    guard line.count <= Self.maximumLine else { throw failure(number, "it is longer than 16 MiB") }
    guard let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any] else {
      throw failure(number, "it is not a JSON object")
    }
    let relevant = (object["relevant"] as? [Any])?.map { Self.text($0) } ?? []
    guard !relevant.isEmpty, !relevant.contains(nil) else {
      throw failure(number, "\"relevant\" must be a list of keys, with at least one")
    }
    let forms = ["text", "query", "vector"].filter { object[$0] != nil }
    guard forms.count == 1 else {
      throw failure(number, "exactly one of \"text\", \"query\" and \"vector\" is needed, found \(forms.count)")
    }
    let query: SearchRequest.Query
    if let text = object["text"] as? String {
      query = .plain(text)
    } else if let text = object["query"] as? String {
      query = .text(text)
    } else if let vector = object["vector"] as? [String: Any] {
      var weights: [(token: String, weight: Float)] = []
      for (token, value) in vector.sorted(by: { $0.key < $1.key }) {
        guard let weight = (value as? NSNumber)?.floatValue, weight.isFinite else {
          throw failure(number, "the weight of '\(token)' is not a finite number")
        }
        weights.append((token, weight))
      }
      query = .tokens(weights)
    } else {
      throw failure(number, "\"text\" and \"query\" are texts, \"vector\" is an object of token and weight")
    }
    return JudgedQuery(id: Self.text(object["id"]) ?? "\(number)", query: query, relevant: relevant.compactMap { $0 })
  }

  private static func text(_ value: Any?) -> String? {
    if let text = value as? String { return text.isEmpty ? nil : text }
    return (value as? NSNumber)?.stringValue
  }

  private func failure(_ line: Int, _ detail: String) -> CommandFailure {
    CommandFailure("'\(path)' line \(line): \(detail).")
  }
}
