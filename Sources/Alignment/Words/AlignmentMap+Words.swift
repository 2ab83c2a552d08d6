import Glibc
public import LinearAlgebra

extension AlignmentMap {
  /// The coordinates of typed words, of length 1, to be compared with those of images.
  ///
  /// - Parameter words: words as ``WordSide/tokenizer`` cuts them, with what each counts: 1 for a word that was simply typed,
  ///   more or less for one with a boost, below 0 for one that is unwanted. How telling a word is must not be in it: that is
  ///   in the table.
  /// - Returns: nil when the map has no words, knows none of these, or they cancel each other out.
  /// - Complexity: O(words · coordinates).
  public func coordinates(words: [(token: String, weight: Float)]) -> [Float]? {
    guard var sum = self.words?.sum(words) else { return nil }
    let square = sum.reduce(0.0) { $0 + Double($1) * Double($1) }
    guard square > 1e-24, square.isFinite else { return nil }
    let factor = Float(1 / square.squareRoot())
    for place in sum.indices { sum[place] *= factor }
    return sum
  }

  /// The same map with words, nil for none.
  ///
  /// - Throws: ``AlignmentError/damagedAlignment(source:section:reason:)`` when they have another number of coordinates, or
  ///   when nothing could be asked any more.
  public func with(words: WordSide?) throws(AlignmentError) -> AlignmentMap {
    try AlignmentMap(
      method: method, images: images, texts: texts, words: words, querySample: querySample, partWeights: partWeights,
      provenance: provenance, validation: validation)
  }
}

extension AlignmentMap {
  /// Fits words to pictures in closed form, without rows of texts: the images stay as they are once prepared.
  ///
  /// - Parameters:
  ///   - images: `[captions × dimension]`, the row of the picture of each caption.
  ///   - words: the captions.
  ///   - penalty: as in ``WordSide/ridge(_:onto:penalty:)``.
  /// - Throws: ``AlignmentError`` for what is wrong with the rows, the captions or the penalty.
  public static func fitWords(
    images: Matrix, words: WordBags, penalty: Double = WordSide.defaultPenalty,
    recipe: Preparation.Recipe = .unitCentred
  ) throws(AlignmentError) -> AlignmentMap {
    let preparation = try Preparation.fit(recipe, rows: images, side: .images)
    let side = Side(preparation, [Projection(weights: nil)])
    // The words of the draft are replaced; the map is needed for the coordinates.
    let draft = try WordSide(
      tokens: ["-"], tokenizer: words.tokenizer, table: Matrix(rows: 1, columns: images.columns),
      intercept: [Float](repeating: 0, count: images.columns))
    let map = try AlignmentMap(
      method: "word-ridge", images: side, texts: nil, words: draft,
      provenance: ["pairs": String(images.rows), "word-penalty": "\(penalty)", "words": String(words.tokens.count)])
    return try map.with(words: .ridge(words, onto: map.coordinates(images, of: .images), penalty: penalty))
  }
}

extension AlignmentMap {
  /// Trains adapters and a table of words together, by contrast, with rows of texts or from captions alone.
  ///
  /// A step sees one caption of a picture; captions with the same words, and texts that are equal, do not count as each
  /// other's negatives.
  /// - Parameters:
  ///   - data: training rows.
  ///   - options: how.
  ///   - checkpoint: where the state is written after every epoch; nil for nowhere.
  ///   - resuming: the checkpoint of the same training to go on from.
  ///   - progress: called after every epoch; what it throws ends the training.
  /// - Throws: ``AlignmentError`` for what is wrong with rows, captions, options or checkpoint, and what `progress` throws.
  /// - Complexity: O(epochs · pictures · (d + e + words + batch) · dimension).
  public static func trainContrastive(
    _ data: CaptionedPictures, options: ContrastiveOptions = ContrastiveOptions(),
    checkpoint: AlignmentCheckpoint? = nil, resuming: AlignmentCheckpoint? = nil,
    progress: (ContrastiveProgress) throws -> Void = { _ in }
  ) throws -> AlignmentMap {
    var training = try WordContrastTraining(data, options)
    try training.run(to: options.epochs, checkpoint: checkpoint, from: resuming?.open()) { epoch, loss in
      try progress(ContrastiveProgress(epoch: epoch, epochs: options.epochs, loss: loss))
    }
    return try training.map()
  }
}
