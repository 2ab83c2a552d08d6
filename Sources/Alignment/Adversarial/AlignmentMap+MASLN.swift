public import LinearAlgebra

extension AlignmentMap {
  /// Trains encoders of labelled pairs whose coordinates tell the class and not the side; the same pairs and options give the
  /// same map with the same number of BLAS threads.
  ///
  /// For classes that are all in the training pairs. For others, closed-form maps of pairs find more.
  /// - Parameters:
  ///   - pairs: training rows.
  ///   - labels: the class of each pair.
  ///   - classEmbeddings: a row for each class in the order of ``ClassLabels/names``, as the embedding of its name, for the
  ///     decoders; nil for one number 1 in a place of its own.
  ///   - options: how.
  ///   - checkpoint: where the state is written after every epoch; nil for nowhere.
  ///   - resuming: the checkpoint of the same training to go on from.
  ///   - progress: called after every epoch; what it throws ends the training.
  /// - Throws: ``AlignmentError`` for what is wrong with pairs, labels, options or checkpoint, and what `progress` throws.
  /// - Complexity: O(epochs · pairs · numbers of both encoders and decoders).
  /// - Source: in the manner of "Modal-adversarial semantic learning network for extendable cross-modal retrieval" (ICMR
  ///   2018), whose exact losses and weights are not published.
  public static func trainMASLN(
    _ pairs: PairedRows, labels: ClassLabels, classEmbeddings: Matrix? = nil, options: MASLNOptions = MASLNOptions(),
    checkpoint: AlignmentCheckpoint? = nil, resuming: AlignmentCheckpoint? = nil,
    progress: (LabelledProgress) throws -> Void = { _ in }
  ) throws -> AlignmentMap {
    guard pairs.count >= 2 else { throw AlignmentError.tooFewPairs(method: "masln", found: pairs.count, needed: 2) }
    var training = try AdversarialTraining(pairs, labels, embeddings: classEmbeddings, options: options)
    try training.run(to: options.epochs, checkpoint: checkpoint, from: resuming?.open()) { epoch, loss in
      try progress(
        LabelledProgress(stage: "networks", epoch: epoch, epochs: options.epochs, loss: loss, precision: nil))
    }
    return try training.map()
  }
}
