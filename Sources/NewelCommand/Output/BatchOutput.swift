import Evaluation
import Newel

/// Where the answers of a batch go: a TREC run file, and lines of text or JSON on standard output.
///
/// Text goes to standard output only when there is no run file.
final class BatchOutput {
  private let file: RankingFile?
  private let isJSON: Bool
  private var text = ""

  init(file: RankingFile?, isJSON: Bool) {
    self.file = file
    self.isJSON = isJSON
  }

  var writesToStandardOutput: Bool { isJSON || file == nil }

  /// Appends the answer to one query; one that failed is an empty answer.
  func append(_ result: Result<BatchAnswer, NewelError>, of id: String) throws {
    let answer = try? result.get()
    let hits = answer?.hits ?? []
    try file?.append(hits.map { ScoredDocument(key: $0.key, score: $0.score) }, of: id)
    if isJSON {
      var line = BatchLine(id: id, answer: answer)
      if case .failure(let error) = result { line.error = error.message }
      text += try JSONOutput.text(of: line, pretty: false) + "\n"
    } else if file == nil {
      for hit in hits {
        text += DisplayWidth.printable("\(id) \(hit.rank) \(hit.key) \(Float(hit.score))") + "\n"
      }
    }
    if text.utf8.count >= 1 << 16 { flush() }
  }

  func finish() throws {
    flush()
    try file?.finish()
  }

  /// Shows the answers so far, and leaves no run file behind.
  func abandon() {
    flush()
    file?.abandon()
  }

  private func flush() {
    if text.isEmpty { return }
    Console.write(text)
    text.removeAll(keepingCapacity: true)
  }
}

/// One query's line of JSON.
struct BatchLine: Encodable {
  let id: String
  let hits: [RankedHit]
  let unknownWords: [String]
  let ignoredWords: [String]
  let substitutedWords: [SubstitutedWord]
  /// Whether the hits are the best there are; nil without an answer.
  let exact: AnswerExactness?
  let missedScoreBound: Double?
  /// Why there is no answer.
  var error: String?

  init(id: String, answer: BatchAnswer?) {
    self.id = id
    hits = answer?.hits ?? []
    unknownWords = answer?.unknownWords ?? []
    ignoredWords = answer?.ignoredWords ?? []
    substitutedWords = answer?.substitutedWords ?? []
    exact = answer?.exact
    missedScoreBound = answer?.missedScoreBound
  }
}
