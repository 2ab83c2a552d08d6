/// The sizes of a STAIR model.
struct StairShape: Sendable, Equatable {
  /// The number of columns of a picture's row; at least 1.
  var imageDimension: Int
  /// The number of columns of a text's row, or nil when there are only words.
  var textDimension: Int?
  /// The number of tokens of the vocabulary; at least 1.
  var tokens: Int
  /// The width of the picture network's hidden layer, or 0 for a linear map.
  var hidden: Int
  /// The width of the hidden layer of both text networks; at least 1.
  var textHidden: Int

  /// A shape; it is checked when a model is made of it.
  init(imageDimension: Int, textDimension: Int? = nil, tokens: Int, hidden: Int, textHidden: Int) {
    self.imageDimension = imageDimension
    self.textDimension = textDimension
    self.tokens = tokens
    self.hidden = hidden
    self.textHidden = textHidden
  }

  /// How many bytes training takes at most with this batch: parameters with gradient, two moments and running mean, and
  /// the buffers of a step. Saturates.
  func trainingBytes(batchSize: Int) -> Int {
    let (d, v) = (Double(imageDimension), Double(tokens))
    let image = hidden == 0 ? d * v : (d + v) * Double(hidden)
    let words = 2 * v * Double(textHidden)
    let rows = textDimension.map { (Double($0) + v) * Double(textHidden) } ?? 0
    let buffers = Double(batchSize) * (5 * v + 4 * Double(hidden) + 8 * Double(textHidden) + 2 * d + Double(batchSize))
    return Int(exactly: (4 * (5 * (image + words + rows) + buffers)).rounded()) ?? .max
  }
}
