import Learning

/// The gated blocks of an adapter.
public struct GatedBlocks: Sendable, Equatable {
  /// How many follow one another.
  public var count = 1
  /// How many times wider the inside of a block is.
  public var expansion = 4
  /// Into how many chunks, which its gate mixes, a block cuts a row; 1 gates every channel alone.
  public var chunks = 1
  /// For how many epochs the affine maps are trained alone before the blocks join them, as the identity at first; 0 for both
  /// from the start.
  public var affineEpochs = 0
  /// The learning rate of the epochs with blocks, as a multiple of that of the epochs without.
  public var rateFactor = 1.0

  /// One block with channel gating.
  public init() {}

  func check(dimension: Int) throws(AlignmentError) {
    guard (1...64).contains(count) else {
      throw .badOption(name: "number of gated blocks", value: "\(count)", range: "1 to 64")
    }
    guard (1...64).contains(expansion) else {
      throw .badOption(name: "expansion of the gated blocks", value: "\(expansion)", range: "1 to 64")
    }
    guard chunks >= 1, dimension % chunks == 0 else {
      throw .badOption(name: "number of chunks", value: "\(chunks)", range: "a divisor of the dimension \(dimension)")
    }
    guard dimension / chunks * expansion % 2 == 0 else {
      throw .badOption(
        name: "expansion of the gated blocks", value: "\(expansion)", range: "even, as the chunks have an odd length")
    }
    guard (0...1_000_000).contains(affineEpochs) else {
      throw .badOption(name: "number of epochs without blocks", value: "\(affineEpochs)", range: "0 to 1000000")
    }
    guard rateFactor > 0, rateFactor.isFinite else {
      throw .badOption(name: "factor of the blocks' rate", value: "\(rateFactor)", range: "a number above 0")
    }
  }

  func layers(dimension: Int) -> [LayerPlan] {
    [LayerPlan](repeating: .gated(hidden: dimension / chunks * expansion, chunks: chunks), count: count)
  }

  var settings: [String: String] {
    [
      "blocks": "\(count)", "expansion": "\(expansion)", "chunks": "\(chunks)", "affine-epochs": "\(affineEpochs)",
      "block-rate": "\(rateFactor)",
    ]
  }
}
