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
  ///   - progress: called after every epoch; what it throws ends the training.
  /// - Throws: ``AlignmentError`` for what is wrong with pairs or options, and what `progress` throws.
  /// - Complexity: O(epochs · pictures · (d + e + batch) · dimension).
  public static func trainContrastive(
    _ pairs: PairedRows, options: ContrastiveOptions = ContrastiveOptions(),
    progress: (ContrastiveProgress) throws -> Void = { _ in }
  ) throws -> AlignmentMap {
    var training = try ContrastiveTraining(pairs, options)
    try run(&training, epochs: 0..<options.epochs, of: options.epochs, progress)
    return try training.map()
  }

  /// Trains the same adapters with gated blocks behind them: `x A + a`, then the blocks of either side. They start as the
  /// identity, so that training begins where the linear adapters do, or where their training has led
  /// (``GatedBlocks/affineEpochs``).
  ///
  /// - Parameters:
  ///   - pairs: training rows. With fewer than some thousand the linear adapters are about as good.
  ///   - options: how, as for ``trainContrastive(_:options:progress:)``.
  ///   - blocks: what stands behind the affine maps.
  ///   - progress: called after every epoch; what it throws ends the training.
  /// - Throws: ``AlignmentError`` for what is wrong with pairs or options, and what `progress` throws.
  /// - Complexity: O(epochs · pictures · (d + e + batch + blocks · expansion · dimension) · dimension).
  /// - Source: the block is that of Liu and others, "Pay attention to MLPs" (NeurIPS 2021).
  public static func trainGMLP(
    _ pairs: PairedRows, options: ContrastiveOptions = .manyPairsWithBlocks, blocks: GatedBlocks = GatedBlocks(),
    progress: (ContrastiveProgress) throws -> Void = { _ in }
  ) throws -> AlignmentMap {
    try options.check()
    try blocks.check(dimension: options.dimension)
    var (first, second) = (options, options)
    first.epochs = blocks.affineEpochs
    second.rate *= blocks.rateFactor
    let epochs = blocks.affineEpochs + options.epochs
    guard blocks.affineEpochs > 0 else {
      var training = try ContrastiveTraining(pairs, second, blocks)
      try run(&training, epochs: 0..<epochs, of: epochs, progress)
      return try training.map()
    }
    var affine = try ContrastiveTraining(pairs, first)
    try run(&affine, epochs: 0..<blocks.affineEpochs, of: epochs, progress)
    var training = try ContrastiveTraining(pairs, second, blocks, after: affine)
    try run(&training, epochs: blocks.affineEpochs..<epochs, of: epochs, progress)
    return try training.map()
  }

  private static func run(
    _ training: inout ContrastiveTraining, epochs: Range<Int>, of count: Int,
    _ progress: (ContrastiveProgress) throws -> Void
  ) throws {
    for epoch in epochs {
      let loss = try training.epoch()
      try progress(ContrastiveProgress(epoch: epoch + 1, epochs: count, loss: loss))
    }
  }
}
