import Learning

/// The gated blocks of an adapter.
public struct GatedBlocks: Sendable, Equatable {
  /// How many follow one another.
  public var count = 1
  /// How many times wider the inside of a block is.
  public var expansion = 4
  /// Into how many chunks, which its gate mixes, a block cuts a row; 1 gates every channel alone.
  public var chunks = 1

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
  }

  func layers(dimension: Int) -> [LayerPlan] {
    [LayerPlan](repeating: .gated(hidden: dimension / chunks * expansion, chunks: chunks), count: count)
  }

  var settings: [String: String] {
    ["blocks": "\(count)", "expansion": "\(expansion)", "chunks": "\(chunks)"]
  }
}
