/// Where training is, once per epoch.
public struct ContrastiveProgress: Sendable, Equatable {
  /// Epochs that are done.
  public let epoch: Int
  /// All epochs.
  public let epochs: Int
  /// The mean loss of the steps of the last epoch. Below about 1 with a thousand pictures they are being learned by heart.
  public let loss: Double
}

extension AlignmentMap {
  /// Trains contrastive adapters on pairs; the same pairs and options give the same map with the same number of BLAS threads.
  ///
  /// Pairs whose image rows are equal are texts of one picture: a step sees one of them. Pairs whose texts are equal do not
  /// count as each other's negatives.
  /// - Parameters:
  ///   - pairs: training rows.
  ///   - options: how.
  ///   - checkpoint: where the state is written after every epoch; nil for nowhere.
  ///   - resuming: the checkpoint of the same training to go on from.
  ///   - progress: called after every epoch; what it throws ends the training.
  /// - Throws: ``AlignmentError`` for what is wrong with pairs, options or checkpoint, and what `progress` throws.
  /// - Complexity: O(epochs · pictures · (d + e + batch) · dimension).
  public static func trainContrastive(
    _ pairs: PairedRows, options: ContrastiveOptions = ContrastiveOptions(),
    checkpoint: AlignmentCheckpoint? = nil, resuming: AlignmentCheckpoint? = nil,
    progress: (ContrastiveProgress) throws -> Void = { _ in }
  ) throws -> AlignmentMap {
    var training = try ContrastiveTraining(pairs, options)
    try training.run(to: options.epochs, checkpoint: checkpoint, from: resuming?.open()) { epoch, loss in
      try progress(ContrastiveProgress(epoch: epoch, epochs: options.epochs, loss: loss))
    }
    return try training.map()
  }

  /// Trains the same adapters with gated blocks behind them: `x A + a`, then the blocks of either side. They start as the
  /// identity, so that training begins where the linear adapters do, or where their training has led
  /// (``GatedBlocks/affineEpochs``).
  ///
  /// - Parameters:
  ///   - pairs: training rows. With fewer than some thousand the linear adapters are about as good.
  ///   - options: how, as for ``trainContrastive(_:options:checkpoint:resuming:progress:)``.
  ///   - blocks: what stands behind the affine maps.
  ///   - checkpoint: where the state is written after every epoch; nil for nowhere.
  ///   - resuming: the checkpoint of the same training to go on from.
  ///   - progress: called after every epoch; what it throws ends the training.
  /// - Throws: ``AlignmentError`` for what is wrong with pairs, options or checkpoint, and what `progress` throws.
  /// - Complexity: O(epochs · pictures · (d + e + batch + blocks · expansion · dimension) · dimension).
  /// - Source: the block is that of Liu and others, "Pay attention to MLPs" (NeurIPS 2021).
  public static func trainGMLP(
    _ pairs: PairedRows, options: ContrastiveOptions = .manyPairsWithBlocks, blocks: GatedBlocks = GatedBlocks(),
    checkpoint: AlignmentCheckpoint? = nil, resuming: AlignmentCheckpoint? = nil,
    progress: (ContrastiveProgress) throws -> Void = { _ in }
  ) throws -> AlignmentMap {
    try options.check()
    try blocks.check(dimension: options.dimension)
    var (first, second) = (options, options)
    first.epochs = blocks.affineEpochs
    second.rate *= blocks.rateFactor
    let epochs = blocks.affineEpochs + options.epochs
    let saved = try resuming?.open()
    // A checkpoint of the second part has no need of the first.
    let isFurther = blocks.affineEpochs == 0 || saved?.settings["method"] == ContrastiveTraining.gatedName
    func run(
      _ training: inout ContrastiveTraining, _ options: ContrastiveOptions, from saved: SavedTraining?, after done: Int
    ) throws {
      try training.run(to: options.epochs, checkpoint: checkpoint, from: saved) { epoch, loss in
        try progress(ContrastiveProgress(epoch: done + epoch, epochs: epochs, loss: loss))
      }
    }
    var affine: ContrastiveTraining?
    if !isFurther {
      var training = try ContrastiveTraining(pairs, first)
      try run(&training, first, from: saved, after: 0)
      affine = training
    }
    var training = try ContrastiveTraining(pairs, second, blocks, after: affine)
    try run(&training, second, from: isFurther ? saved : nil, after: blocks.affineEpochs)
    return try training.map()
  }
}
