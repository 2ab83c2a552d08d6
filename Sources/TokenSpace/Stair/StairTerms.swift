/// The loss of one step, and what learns from it.
struct StairTerms: Sendable, Equatable {
  /// How a text becomes weighted tokens.
  enum TextForm: Sendable, Equatable {
    /// It takes no part.
    case off
    /// Words only: its own tokens with the weights of the table.
    case table
    /// Its own tokens, with the weights that the text network adds to (words) or gives (rows).
    case masked
    /// All tokens that the text network gives, beside the table's for its own (words).
    case expanded
  }

  /// The words of a caption.
  var words = TextForm.table
  /// The dense row of a caption, for shapes with a text dimension: off, masked or expanded.
  var rows = TextForm.off
  /// The share of the rows' contrastive loss and FLOPs; that of the words is 1.
  var rowsShare = 1.0

  /// The weight of the contrastive loss.
  var contrastive = 1.0
  /// What scores are multiplied by before their softmax.
  var scoreScale = 1.0
  /// The weight of the FLOPs of the pictures: the sum over tokens of the squared mean weight in the batch.
  var imageFlops = 0.0
  /// The weight of the FLOPs of the texts.
  var textFlops = 0.0
  /// The weight of the cross entropy of a picture's softmax over all tokens with an even distribution over its caption's.
  var said = 0.0
  /// The weight of the caption-gated token loss.
  var gate = 0.0
  /// The weight of the squares of those token weights of a picture that its caption does not hold.
  var unsaid = 0.0
  /// The weight of the term that keeps the sums of all token weights away from 0.
  var antiZero = 0.0

  /// Whether the picture network learns.
  var trainsImage = true
  /// Whether the words' weights learn.
  var trainsTable = true
  /// Whether the text networks that take part learn.
  var trainsText = false

  /// The terms of the first stage, without penalties.
  init() {}
}

/// What one step's loss was made of; the parts are not yet multiplied by their weights.
struct StairLosses: Sendable, Equatable {
  /// The weighted sum that was minimised.
  var total = 0.0
  /// The symmetric cross entropy of the scores in the batch; the weighted mean when words and rows take part.
  var contrastive = 0.0
  /// The sum over tokens of the pictures' squared mean weight.
  var imageFlops = 0.0
  /// The same of the texts.
  var textFlops = 0.0
  /// The cross entropy with the captions' tokens, per picture.
  var said = 0.0
  /// The caption-gated token loss.
  var gate = 0.0
  /// The sum of squares of the weights that captions do not hold, per picture.
  var unsaid = 0.0
  /// The term that keeps sums away from 0.
  var antiZero = 0.0
  /// The number of tokens of a picture that are not 0, on average.
  var meanImageTokens = 0.0
  /// The number of tokens of a text that are not 0, on average.
  var meanTextTokens = 0.0
}
