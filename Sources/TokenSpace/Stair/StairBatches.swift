import EmbeddingDumps
import Learning
import LinearAlgebra

/// Cuts the training rows into batches, in an order of its own for every epoch.
///
/// Rows are read from the mapped dump by number. All batches of an epoch have nearly the same size, so no row is left out and
/// no last batch is tiny.
struct StairBatches: Sendable {
  let dump: EmbeddingDump
  let texts: EmbeddingDump?
  let bags: CaptionBags
  let scaling: ColumnScaling
  let textScaling: ColumnScaling?
  let seed: UInt64
  let batchSize: Int

  /// How many batches an epoch has.
  var stepCount: Int { (bags.rowCount + batchSize - 1) / batchSize }

  /// The order of the rows in an epoch of a stage.
  func order(stage: Int, epoch: Int) -> [UInt32] {
    var order = (0..<UInt32(bags.rowCount)).map { $0 }
    var random = SplitMix64(seed: StairRandom.seed(seed, .order, stage, epoch))
    order.shuffle(using: &random)
    return order
  }

  /// The places in the order that step `step` takes.
  func range(of step: Int) -> Range<Int> {
    bags.rowCount * step / stepCount..<bags.rowCount * (step + 1) / stepCount
  }

  /// The batch of a step.
  ///
  /// - Parameters:
  ///   - noise: the deviation of what is added to standardised pictures.
  ///   - shortens: whether half of the captions keep a few of their tokens only. Queries are shorter than captions, and the
  ///     table of related tokens is read one word at a time.
  func batch(
    _ order: [UInt32], stage: Int, epoch: Int, step: Int, noise: Float, shortens: Bool = false
  ) throws(TokenSpaceError) -> StairBatch<Float> {
    let rows = order[range(of: step)].map { Int($0) }
    let numbers = rows.map { bags.rowNumbers[$0] }
    var images = try ColumnScaling.read(dump, numbers)
    // 64 bits, so that two of millions of pictures hardly ever share one; if two do, one pair is not pushed apart.
    let pictures = (0..<rows.count).map { Self.hash(images.row($0)) }
    scaling.apply(&images)
    if noise > 0 {
      Float.addNoise(
        deviation: noise, seed: StairRandom.seed(seed, .noise, stage, epoch), stream: UInt64(step), to: &images.values)
    }
    var captions = SparseTargets()
    var random = SplitMix64(seed: StairRandom.seed(seed, .caption, stage, epoch, step))
    for row in rows {
      let choices = bags.captions(of: row)
      let tokens = bags.tokens(of: choices.lowerBound + random.below(choices.count))
      captions.append(shortens ? Self.shortened(tokens, &random) : Array(tokens))
    }
    var textRows: Matrix?
    if let texts, let textScaling {
      var matrix = try ColumnScaling.read(texts, numbers)
      textScaling.apply(&matrix)
      textRows = matrix
    }
    return StairBatch(
      images: images, texts: textRows, captions: captions,
      falseNegatives: FalseNegatives(pictures: pictures, captions: captions))
  }

  /// All tokens, or with a chance of one half some of them, ascending; at least one.
  private static func shortened(_ tokens: ArraySlice<UInt32>, _ random: inout SplitMix64) -> [UInt32] {
    guard random.below(2) == 0 else { return Array(tokens) }
    let kept = 1 + random.below(tokens.count)
    return tokens.shuffled(using: &random).prefix(kept).sorted()
  }

  private static func hash(_ row: ArraySlice<Float>) -> Int {
    let hash = row.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, value in
      let mixed = (hash ^ UInt64(value.bitPattern)) &* 0x9E37_79B9_7F4A_7C15
      return mixed ^ mixed >> 29
    }
    return Int(truncatingIfNeeded: hash)
  }
}
