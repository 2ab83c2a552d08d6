import Learning
import LinearAlgebra

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
    for epoch in 0..<options.epochs {
      let loss = try training.epoch(epoch)
      try progress(ContrastiveProgress(epoch: epoch + 1, epochs: options.epochs, loss: loss))
    }
    return try training.map()
  }
}

/// The state of a training between epochs.
private struct ContrastiveTraining {
  let options: ContrastiveOptions
  let pairs: PreparedPairs
  let images: Matrix
  let texts: Matrix
  /// The pairs of every picture.
  let pictures: [[Int]]
  /// A number for every pair, the same for equal texts.
  let textNumbers: [Int]
  let optimiser: AdamW
  let schedule: CosineDecay
  var model: ContrastiveModel<Float>
  var random: SplitMix64
  var step = 0

  init(_ rows: PairedRows, _ options: ContrastiveOptions) throws(AlignmentError) {
    try options.check()
    self.options = options
    pairs = try PreparedPairs(rows, .unitCentred)
    images = try Self.narrow(pairs, .images)
    texts = try Self.narrow(pairs, .texts)
    textNumbers = Self.numbersOfEqualRows(rows.texts)
    var pictures: [[Int]] = []
    for (pair, picture) in Self.numbersOfEqualRows(rows.images).enumerated() {
      if picture == pictures.count { pictures.append([]) }
      pictures[picture].append(pair)
    }
    self.pictures = pictures
    random = SplitMix64(seed: options.seed)
    model = ContrastiveModel(
      imageDimension: images.columns, textDimension: texts.columns, outputs: options.dimension,
      temperature: options.temperature, random: &random)
    optimiser = AdamW(weightDecay: options.weightDecay)
    schedule = CosineDecay(stepCount: options.epochs * Self.batchCount(pictures.count, options.batchSize))
    if options.startsFromCorrelation { try startFromCorrelation() }
  }

  /// Batches of nearly equal size, so that none is small.
  private static func batchCount(_ pictures: Int, _ size: Int) -> Int { max(1, (pictures + size - 1) / size) }

  private static func narrow(_ pairs: PreparedPairs, _ side: AlignedSide) throws(AlignmentError) -> Matrix {
    let rows = pairs.pairs.rows(side)
    var values: [Float] = []
    values.reserveCapacity(rows.values.count)
    for range in batches(of: rows.rows) {
      let part = try pairs.preparation(side).apply(slice(rows, range), side: side, firstRow: range.lowerBound)
      values += try computing { () throws(LinearAlgebraError) in try LAPACK.narrowed(part) }.values
    }
    return Matrix(rows: rows.rows, columns: rows.columns, values: values)
  }

  /// For every row the number of the first distinct row it equals, counted in order of appearance.
  private static func numbersOfEqualRows(_ rows: Matrix) -> [Int] {
    var numbers: [ArraySlice<Float>: Int] = [:]
    return (0..<rows.rows).map { row in
      let next = numbers.count
      return numbers[rows.row(row)]
        ?? {
          numbers[rows.row(row)] = next
          return next
        }()
    }
  }

  /// Canonical directions weighted by the root of their correlation, scaled so that rows have a length of about 1.
  private mutating func startFromCorrelation() throws(AlignmentError) {
    let map = try CorrelationMap.canonical(
      pairs, regularisation: options.regularisation, rank: options.dimension, weightPower: 0.5)
    for (side, weights, place) in [
      (AlignedSide.images, map.images, model.images.weights), (.texts, map.texts, model.texts.weights),
    ] {
      // The mean square of a coordinate is w · gram · wᵀ / n.
      let spread = try product(weights, pairs.gram(side))
      let square = zip(spread.values, weights.values).reduce(0) { $0 + $1.0 * $1.1 } / Double(pairs.count)
      let factor = square > 0 ? 1 / square.squareRoot() : 1
      var values = model.parameters[place].values.values
      for index in weights.values.indices { values[index] = Float(factor * weights.values[index]) }
      // Directions beyond the rank of the data start at 0 on one side only, or they could never move.
      for index in weights.values.count..<values.count where side == .images { values[index] = 0 }
      model.parameters[place].values.values = values
    }
  }

  /// One pass over all pictures; returns the mean loss.
  mutating func epoch(_ number: Int) throws(AlignmentError) -> Double {
    let order = pictures.indices.shuffled(using: &random)
    let count = Self.batchCount(order.count, options.batchSize)
    var sum = 0.0
    for batch in 0..<count {
      let chosen = order[batch * order.count / count..<(batch + 1) * order.count / count].map { picture in
        pictures[picture][pictures[picture].count == 1 ? 0 : random.below(pictures[picture].count)]
      }
      sum += try self.step(chosen)
    }
    return sum / Double(count)
  }

  private mutating func step(_ chosen: [Int]) throws(AlignmentError) -> Double {
    var captions = SparseTargets()
    for pair in chosen { captions.append([UInt32(textNumbers[pair])]) }
    let x = noisy(images, chosen, stream: 0)
    let t = noisy(texts, chosen, stream: 1)
    let loss: Double
    do {
      loss = try model.backpropagate(images: x, texts: t, falseNegatives: FalseNegatives(captions: captions))
    } catch {
      throw .learning(error)
    }
    guard loss.isFinite else { throw .learning(.notFinite(what: "loss")) }
    optimiser.step(&model.parameters, rates: [ContrastiveModel<Float>.group: options.rate * schedule.rate(at: step)])
    model.clampScale()
    step += 1
    return loss
  }

  private func noisy(_ rows: Matrix, _ chosen: [Int], stream: UInt64) -> Matrix {
    var values: [Float] = []
    values.reserveCapacity(chosen.count * rows.columns)
    for pair in chosen { values += rows.row(pair) }
    if options.noise > 0 {
      let deviation = Float(options.noise / Double(rows.columns).squareRoot())
      Float.addNoise(deviation: deviation, seed: options.seed, stream: 2 * UInt64(step) + stream, to: &values)
    }
    return Matrix(rows: chosen.count, columns: rows.columns, values: values)
  }

  func map() throws(AlignmentError) -> AlignmentMap {
    func side(_ side: AlignedSide, _ layer: Linear<Float>) -> AlignmentMap.Side {
      let bias = layer.bias.map { model.parameters[$0].values.values } ?? []
      return AlignmentMap.Side(
        pairs.preparation(side), [Projection(weights: model.parameters[layer.weights].values, bias: bias)])
    }
    var provenance = options.settings
    provenance["pairs"] = String(pairs.count)
    provenance["pictures"] = String(pictures.count)
    return try AlignmentMap(
      method: "contrastive", images: side(.images, model.images), texts: side(.texts, model.texts),
      provenance: provenance, source: "the trained alignment")
  }
}
