public import ByteStorage
public import EmbeddingDumps
public import Learning

/// What can go wrong between texts, vectors and tokens.
public enum TokenSpaceError: Error, Equatable, Sendable, CustomStringConvertible {
  // Vocabularies.
  /// A vocabulary without tokens.
  case emptyVocabulary(source: String)
  /// A vocabulary with more tokens than 31 bits count.
  case vocabularyTooLarge(source: String, count: Int)
  /// An empty line in a vocabulary.
  case emptyToken(source: String, line: Int)
  /// A token with a line break or a zero byte.
  case lineBreakInToken(source: String, line: Int)
  /// A token given twice.
  case duplicateToken(source: String, token: String, line: Int, firstLine: Int)
  /// A line that is not UTF-8.
  case notUTF8(source: String, line: Int)
  /// A vocabulary of pieces without `[UNK]`.
  case notWordPiece(source: String)
  /// No token of the captions is frequent enough.
  case noFrequentToken(documents: Int, minimum: Int)

  // Queries.
  /// A query that cannot be read.
  case query(QueryProblem)
  /// A query table with another number of weights than the vocabulary has tokens, or one that is negative or not finite.
  case badQueryWeights(expected: Int, found: Int)
  /// A table of related tokens for another number of tokens than the vocabulary has.
  case badExpansions(expected: Int, found: Int)

  // Heads.
  /// A file that does not begin like a safetensors file with the header of a head.
  case notAHead(source: String, reason: String)
  /// A head whose bytes contradict themselves; `section` is `header`, `metadata` or a tensor.
  case damagedHead(source: String, section: String, reason: String)
  /// A head written in a version this program does not read.
  case unsupportedHead(source: String, what: String, found: String, supported: String)
  /// The vocabulary in a head is not the one its fingerprint names.
  case vocabularyMismatch(source: String, expected: String, found: String)
  /// Rows of another length than the head was trained on.
  case dimensionMismatch(expected: Int, found: Int)
  /// A text row for a head that knows words only.
  case noTextSide(method: String)
  /// Text rows of another length than the head was trained on.
  case textDimensionMismatch(expected: Int, found: Int)
  /// A text row, counted from 0, that is all 0 and so says nothing.
  case zeroRow(row: Int)
  /// A row, counted from 0, whose logits are not finite: it holds NaN or infinity, or numbers so large that their sums
  /// overflow.
  case notFinite(row: Int)
  /// A number of tokens to keep that is not positive.
  case badTop(Int)

  // Training.
  /// A dump without metadata, or one whose records all lack the caption field.
  case noCaptions(field: String, fields: [String])
  /// A caption that is neither a string nor an array of strings.
  case badCaption(path: String, line: Int, field: String)
  /// No row is left to train on, or only one.
  case tooFewRows(found: Int)
  /// Embeddings so small or so large that a head for them cannot be held in 32-bit floats.
  case extremeEmbeddings(detail: String)
  /// No token of the vocabulary stands in any caption.
  case noKnownToken(vocabulary: Int)
  /// Embeddings of pictures and texts that cannot lie in one space.
  case notAligned(images: Int, texts: Int)
  /// Another number of embeddings of words than of words.
  case wordRows(expected: Int, found: Int)
  /// A word, with its row from 0, whose embedding is all zeros or no different from the mean of all words.
  case meaninglessWord(word: String, row: Int)
  /// Rows among which words make no difference.
  case rowsAllAlike
  /// An option outside its range.
  case badOption(name: String, value: String, range: String)

  /// A STAIR training failed.
  case stair(StairError)

  // From below.
  /// Reading or writing a file failed.
  case storage(StorageError)
  /// Reading the embedding dump failed.
  case dump(DumpError)
  /// The training failed.
  case learning(LearningError)

  /// One sentence: what, where, expected, found, how to fix.
  public var description: String {
    switch self {
    case .emptyVocabulary(let source): "No token in \(source); it needs one token per line."
    case .vocabularyTooLarge(let source, let count): "\(count) tokens in \(source) are more than an index can number."
    case .emptyToken(let source, let line): "Line \(line) of \(source) is empty; remove it: one token per line."
    case .lineBreakInToken(let source, let line):
      "Token \(line) of \(source) holds a line break or a zero byte; remove it."
    case .duplicateToken(let source, let token, let line, let firstLine):
      "Line \(line) of \(source) repeats the token '\(token)' of line \(firstLine); remove one of them."
    case .notUTF8(let source, let line): "Line \(line) of \(source) is not valid UTF-8; convert the file to UTF-8."
    case .notWordPiece(let source):
      "No '[UNK]' in \(source), so it is not a WordPiece vocabulary; use the vocab.txt of a BERT model."
    case .noFrequentToken(let documents, let minimum):
      "No word stands in at least \(minimum) of the \(documents) captions; lower the minimum document frequency."
    case .query(let problem): problem.description
    case .badQueryWeights(let expected, let found):
      "A query table needs \(expected) finite weights of 0 or more, one per token, and has \(found) such weights."
    case .badExpansions(let expected, let found):
      "A table of related tokens needs a list for each of the \(expected) tokens and has \(found)."
    case .notAHead(let source, let reason):
      "'\(source)' is no token head: \(reason); give a file written by training."
    case .damagedHead(let source, let section, let reason):
      "The head '\(source)' is damaged (\(section)): \(reason); train it again or restore the file."
    case .unsupportedHead(let source, let what, let found, let supported):
      "The head '\(source)' has the \(what) '\(found)' and this program reads \(supported); use a newer program or train "
        + "the head again."
    case .vocabularyMismatch(let source, let expected, let found):
      "The vocabulary in '\(source)' has the fingerprint \(found) and the head was trained with \(expected); train the "
        + "head again or restore the file."
    case .dimensionMismatch(let expected, let found):
      "The head was trained on embeddings of \(expected) numbers and these have \(found); use the embeddings of the same "
        + "encoder or train a head on them."
    case .noTextSide(let method):
      "The head (\(method)) was trained without embeddings of texts, so it cannot read one; query by words, or train a head "
        + "with text embeddings."
    case .textDimensionMismatch(let expected, let found):
      "The text side of the head was trained on embeddings of \(expected) numbers and this one has \(found); use the text "
        + "encoder that it was trained with."
    case .zeroRow(let row): "Row \(row) of the text embeddings is all zeros and says nothing; encode the text again."
    case .notFinite(let row):
      "The tokens of row \(row) are beyond 32-bit floats: the row holds NaN, infinity or numbers far larger than the head "
        + "was trained on; repair it."
    case .badTop(let top): "The number of tokens to keep must be 1 or more and is \(top)."
    case .noCaptions(let field, let fields):
      "No record of the metadata has a caption in the field '\(field)'; "
        + (fields.isEmpty ? "give metadata with captions." : "the first record has \(fields.joined(separator: ", ")).")
    case .badCaption(let path, let line, let field):
      "The field '\(field)' in line \(line) of '\(path)' must be a string or an array of strings."
    case .tooFewRows(let found):
      "Training needs at least 2 rows with captions and found \(found); check the metadata and the filter."
    case .noKnownToken(let vocabulary):
      "None of the \(vocabulary) tokens of the vocabulary stands in any caption; check the vocabulary and the captions."
    case .extremeEmbeddings(let detail):
      "The embeddings are far too small or too large for 32-bit floats (\(detail)); scale them, for example to length 1."
    case .notAligned(let images, let texts):
      "The embeddings of pictures have \(images) numbers and those of words or texts \(texts); all must come from one model "
        + "that puts pictures and texts into the same space."
    case .wordRows(let expected, let found):
      "The vocabulary has \(expected) words and there are \(found) embeddings of words; give one row per line of the "
        + "vocabulary, in its order."
    case .meaninglessWord(let word, let row):
      "The embedding of the word '\(word)' (row \(row) of the words) is all zeros or no different from the mean of all words; "
        + "encode it again or leave the word out."
    case .rowsAllAlike: "The embeddings are all alike, so no word tells them apart; check the rows and the filter."
    case .badOption(let name, let value, let range): "The \(name) must be \(range) and is \(value)."
    case .stair(let error): error.description
    case .storage(let error): error.description
    case .dump(let error): error.description
    case .learning(let error): error.description
    }
  }
}
