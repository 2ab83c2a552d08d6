public import ByteStorage
public import Learning
public import LinearAlgebra

/// What can go wrong between two embedding spaces.
public enum AlignmentError: Error, Equatable, Sendable, CustomStringConvertible {
  // Pairs.
  /// The two sides have different numbers of rows, so row i of one does not belong to row i of the other.
  case unpairedRows(images: Int, texts: Int)
  /// Another number of class labels than of rows.
  case unpairedLabels(rows: Int, labels: Int)
  /// Fewer pairs than the method needs.
  case tooFewPairs(method: String, found: Int, needed: Int)
  /// Fewer than two classes in the labels.
  case tooFewClasses(found: Int)
  /// A method that learns from classes was given none.
  case noLabels(method: String)
  /// A row, counted from 0, of zeros only: it has no direction.
  case zeroRow(side: AlignedSide, row: Int)
  /// A row, counted from 0, with NaN or infinity.
  case notFinite(side: AlignedSide, row: Int)
  /// All rows of a side are equal.
  case constantRows(side: AlignedSide, rows: Int)
  /// A column, counted from 0, that is the same in all rows, for a method that divides by its variance.
  case constantColumn(side: AlignedSide, column: Int)
  /// Columns that are sums of others, for a method that cannot tell them apart.
  case dependentColumns(side: AlignedSide, rank: Int, dimension: Int)
  /// The two sides vary independently of each other: nothing can be learned.
  case unrelated

  // Maps.
  /// Rows of another length than the alignment was fitted on.
  case dimensionMismatch(side: AlignedSide, expected: Int, found: Int)
  /// The coordinates of a row are beyond 32-bit floats.
  case overflow(side: AlignedSide, row: Int)
  /// An option outside its range.
  case badOption(name: String, value: String, range: String)
  /// Sparse coordinates were asked of a map that is not made of anchors.
  case noAnchors(method: String)
  /// Text rows were given to a map that was made from captions only.
  case noTexts(method: String)
  /// Words were asked of a map without.
  case noWords(method: String)
  /// Bags of words that contradict their vocabulary.
  case badWords(reason: String)
  /// The iterations of a fit did not come to rest.
  case notConverged(method: String, iterations: Int)
  /// The loss or the weights of a training became infinite or NaN.
  case diverged(method: String)

  // Checkpoints.
  /// A checkpoint of other pairs or other settings.
  case otherTraining(path: String, what: String, expected: String, found: String)
  /// A file that is no checkpoint, or one whose bytes contradict themselves.
  case badCheckpoint(path: String, reason: String)

  // Files.
  /// A file that is no alignment.
  case notAnAlignment(source: String, reason: String)
  /// An alignment whose bytes contradict themselves; `section` is `header`, `metadata`, `checksum` or a tensor.
  case damagedAlignment(source: String, section: String, reason: String)
  /// An alignment with something that this program does not read.
  case unsupportedAlignment(source: String, what: String, found: String, supported: String)

  // From below.
  /// Reading or writing a file failed.
  case storage(StorageError)
  /// The linear algebra failed.
  case algebra(LinearAlgebraError)
  /// The training failed.
  case learning(LearningError)

  /// One sentence: what, where, expected, found, how to fix.
  public var description: String {
    switch self {
    case .unpairedRows(let images, let texts):
      "There are \(images) rows of images and \(texts) of texts; row i of one must belong to row i of the other, so take both "
        + "from the same run."
    case .unpairedLabels(let rows, let labels):
      "There are \(rows) rows and \(labels) class labels; give one label per row."
    case .tooFewPairs(let method, let found, let needed):
      "The method \(method) needs at least \(needed) pairs here and has \(found); give more pairs or use a regularised method "
        + "such as ridge."
    case .tooFewClasses(let found): "The labels name \(found) class; learning from classes needs at least 2."
    case .noLabels(let method): "The method \(method) learns from classes; give a class label for each pair."
    case .zeroRow(let side, let row):
      "Row \(row) of the \(side) is all zeros and has no direction; remove the pair or compute its embedding again."
    case .notFinite(let side, let row):
      "Row \(row) of the \(side) holds NaN or infinity; remove the pair or compute its embedding again."
    case .constantRows(let side, let rows):
      "All \(rows) rows of the \(side) are equal, so nothing can be learned from them; check the embeddings."
    case .constantColumn(let side, let column):
      "Column \(column) of the \(side) is the same in all rows, and least squares without a penalty cannot weigh it; use ridge."
    case .dependentColumns(let side, let rank, let dimension):
      "The \(dimension) columns of the \(side) span only \(rank) dimensions, and least squares without a penalty cannot weigh "
        + "them; use ridge."
    case .unrelated:
      "The two sides vary independently of each other, so nothing can be learned; check that row i of one belongs to row i of "
        + "the other."
    case .dimensionMismatch(let side, let expected, let found):
      "The alignment was fitted on \(side) of \(expected) numbers and these have \(found); use the embeddings of the same "
        + "encoder or fit an alignment on them."
    case .overflow(let side, let row):
      "The aligned coordinates of row \(row) of the \(side) are beyond 32-bit floats; scale the embeddings, for example to "
        + "length 1."
    case .badOption(let name, let value, let range): "The \(name) must be \(range) and is \(value)."
    case .noAnchors(let method):
      "The alignment (\(method)) has no anchors, so its coordinates are not sparse; fit one with the method anchors."
    case .noTexts(let method):
      "The alignment (\(method)) was made from captions and reads no embeddings of texts; ask in words, or fit one with rows of "
        + "texts."
    case .noWords(let method):
      "The alignment (\(method)) knows no words; give an embedding of the text, or fit one with captions."
    case .badWords(let reason):
      "The words of the captions cannot be learned: \(reason); check the captions and the vocabulary."
    case .notConverged(let method, let iterations):
      "The method \(method) did not come to rest in \(iterations) iterations; use a smaller strength."
    case .diverged(let method):
      "The training of \(method) diverged: its loss or its weights became infinite or NaN; use a lower learning rate."
    case .otherTraining(let path, let what, let expected, let found):
      "The checkpoint '\(path)' is of another training (\(what): \(found) instead of \(expected)); resume with the same pairs and "
        + "settings, or begin anew."
    case .badCheckpoint(let path, let reason):
      "The checkpoint '\(path)' cannot be used: \(reason); begin anew without --resume."
    case .notAnAlignment(let source, let reason):
      "'\(source)' is no alignment: \(reason); give a file written by newel."
    case .damagedAlignment(let source, let section, let reason):
      "The alignment '\(source)' is damaged (\(section)): \(reason); fit it again or restore the file."
    case .unsupportedAlignment(let source, let what, let found, let supported):
      "The alignment '\(source)' has the \(what) '\(found)' and this program reads \(supported); use a newer program or fit "
        + "it again."
    case .storage(let error): error.description
    case .algebra(let error): error.description
    case .learning(let error): error.description
    }
  }
}

/// Runs `body` and wraps the error of the linear algebra.
func computing<R>(_ body: () throws(LinearAlgebraError) -> R) throws(AlignmentError) -> R {
  do {
    return try body()
  } catch {
    throw .algebra(error)
  }
}
