public import LinearAlgebra

/// What can go wrong in training through the data: its size, its shape or its numbers.
public enum LearningError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Fewer rows than the method needs.
  case tooFewRows(found: Int, needed: Int)
  /// All rows are equal, so nothing can be learned from them.
  case constantInput(rows: Int)
  /// A batch has another number of columns or targets than the accumulator.
  case shapeMismatch(what: String, expected: Int, found: Int)
  /// A target index is not below the number of targets.
  case targetOutOfRange(target: Int, count: Int)
  /// A ridge penalty that is not a positive finite number.
  case badRegularisation(Double)
  /// The tables would need 16 GiB or more.
  case tooLarge(dimension: Int, targets: Int)
  /// A sum became NaN or infinite: the rows hold values that are too large or not finite.
  case notFinite(what: String)
  /// What should be the saved state of a training is not.
  case damagedParameters(reason: String)
  /// The saved state of a training belongs to another model.
  case otherParameters(expected: String, found: String)
  /// The linear algebra failed.
  case algebra(LinearAlgebraError)

  /// One sentence: what, expected, found, how to fix.
  public var description: String {
    switch self {
    case .tooFewRows(let found, let needed):
      "Training needs at least \(needed) rows and found \(found); check the input and its filter."
    case .constantInput(let rows):
      "The training rows (\(rows)) are all equal, so nothing can be learned from them; check the embeddings."
    case .shapeMismatch(let what, let expected, let found):
      "The number of \(what) must be \(expected) and is \(found)."
    case .targetOutOfRange(let target, let count):
      "The target \(target) does not exist: there are \(count) targets, counted from 0."
    case .badRegularisation(let value):
      "The penalty must be a positive finite number and is \(value)."
    case .tooLarge(let dimension, let targets):
      "\(targets) targets by \(dimension) columns are too large to solve in memory; use a smaller vocabulary."
    case .notFinite(let what):
      "The \(what) became infinite or NaN; check the embeddings for values that are not finite or far too large."
    case .damagedParameters(let reason):
      "The saved state of the training is damaged: \(reason); start again or use an older one."
    case .otherParameters(let expected, let found):
      "The saved state of the training belongs to another model: expected \(expected), found \(found); "
        + "use the options it was started with."
    case .algebra(let error):
      error.description
    }
  }
}
