import Learning
import LinearAlgebra

/// The state of a training with words between epochs.
struct WordContrastTraining {
  private let options: ContrastiveOptions
  private let data: CaptionedPictures
  private let imagePreparation: Preparation
  private let textPreparation: Preparation?
  private let images: Matrix
  private let texts: Matrix?
  /// The captions of every picture that has one with a known word.
  private let captions: [[Int]]
  /// A number for every caption, the same for equal rows of texts.
  private let textNumbers: [Int]
  private let optimiser: AdamW
  private let schedule: CosineDecay
  private var model: WordContrastModel<Float>
  private var random: SplitMix64
  private var step = 0

  init(_ data: CaptionedPictures, _ options: ContrastiveOptions) throws(AlignmentError) {
    try options.check()
    self.options = options
    self.data = data
    imagePreparation = try Preparation.fit(.unitCentred, rows: data.images, side: .images)
    images = try Self.prepared(data.images, imagePreparation, .images)
    if let rows = data.texts {
      let preparation = try Preparation.fit(.unitCentred, rows: rows, side: .texts)
      texts = try Self.prepared(rows, preparation, .texts)
      textPreparation = preparation
      textNumbers = numbersOfEqualRows(rows)
    } else {
      texts = nil
      textPreparation = nil
      textNumbers = []
    }
    var captions = [[Int]](repeating: [], count: data.images.rows)
    for (caption, picture) in data.pictures.enumerated() where !data.words.bags.row(caption).isEmpty {
      captions[picture].append(caption)
    }
    self.captions = captions.filter { !$0.isEmpty }
    guard self.captions.count >= 2 else {
      throw .tooFewPairs(method: "contrastive", found: self.captions.count, needed: 2)
    }
    random = SplitMix64(seed: options.seed)
    model = WordContrastModel(
      imageDimension: images.columns, textDimension: texts?.columns, words: data.words.tokens.count,
      outputs: options.dimension, temperature: options.temperature, random: &random)
    optimiser = AdamW(weightDecay: options.weightDecay)
    schedule = CosineDecay(stepCount: options.epochs * Self.batchCount(self.captions.count, options.batchSize))
    try start()
  }

  private static func batchCount(_ pictures: Int, _ size: Int) -> Int { max(1, (pictures + size - 1) / size) }

  private static func prepared(
    _ rows: Matrix, _ preparation: Preparation, _ side: AlignedSide
  ) throws(AlignmentError) -> Matrix {
    var values: [Float] = []
    values.reserveCapacity(rows.values.count)
    for range in batches(of: rows.rows) {
      let part = try preparation.apply(slice(rows, range), side: side, firstRow: range.lowerBound)
      values += try computing { () throws(LinearAlgebraError) in try LAPACK.narrowed(part) }.values
    }
    return Matrix(rows: rows.rows, columns: rows.columns, values: values)
  }

  /// Canonical directions of images and texts, or of images and what ridge regression makes of their words; and words by
  /// ridge regression onto the images' coordinates.
  private mutating func start() throws(AlignmentError) {
    let rows = data.repeatedImages()
    let others: Matrix
    if let texts = data.texts {
      others = texts
    } else {
      let ridge = try WordSide.ridge(data.words, onto: images.gathered(data.pictures))
      var sums = Matrix(rows: data.words.count, columns: images.columns)
      Float.sumRows(ridge.table, data.words.bags, into: &sums)
      Float.addRow(ridge.intercept, to: &sums)
      others = sums
    }
    let pairs = try PreparedPairs(PairedRows(images: rows, texts: others), .unitCentred)
    let map = try CorrelationMap.canonical(
      pairs, regularisation: options.regularisation, rank: options.dimension, weightPower: 0.5)
    try put(map.images, .images, model.images.weights, pairs)
    if let texts = model.texts { try put(map.texts, .texts, texts.weights, pairs) }

    var coordinates = Matrix(rows: 0, columns: 0)
    do {
      try model.images.forward(images, model.parameters, into: &coordinates)
    } catch {
      throw .learning(error)
    }
    var lengths = [Float](repeating: 0, count: coordinates.rows)
    Float.unitRows(&coordinates, lengths: &lengths)
    let side = try WordSide.ridge(data.words, onto: coordinates.gathered(data.pictures))
    model.parameters[model.words.table].values = side.table
    model.parameters[model.words.bias].values.values = side.intercept
  }

  /// Writes canonical directions, scaled so that rows have a length of about 1.
  private mutating func put(
    _ weights: DoubleMatrix, _ side: AlignedSide, _ place: Int, _ pairs: PreparedPairs
  ) throws(AlignmentError) {
    // The mean square of a coordinate is w · gram · wᵀ / n.
    let spread = try product(weights, pairs.gram(side))
    let square = zip(spread.values, weights.values).reduce(0) { $0 + $1.0 * $1.1 } / Double(pairs.count)
    let factor = square > 0 ? 1 / square.squareRoot() : 1
    var values = model.parameters[place].values.values
    for index in weights.values.indices { values[index] = Float(factor * weights.values[index]) }
    // Directions beyond the rank of the data start at 0 on one side only, or they could never move.
    for index in weights.values.count..<values.count where side == .images && model.texts != nil { values[index] = 0 }
    model.parameters[place].values.values = values
  }

  /// One pass over all pictures; returns the mean loss.
  mutating func epoch() throws(AlignmentError) -> Double {
    let order = captions.indices.shuffled(using: &random)
    let count = Self.batchCount(order.count, options.batchSize)
    var sum = 0.0
    for batch in 0..<count {
      let chosen = order[batch * order.count / count..<(batch + 1) * order.count / count].map { picture in
        captions[picture][captions[picture].count == 1 ? 0 : random.below(captions[picture].count)]
      }
      sum += try self.step(chosen)
    }
    return sum / Double(count)
  }

  private mutating func step(_ chosen: [Int]) throws(AlignmentError) -> Double {
    var whole = SparseTargets()
    var bags = SparseTargets()
    var equals = SparseTargets()
    for caption in chosen {
      let words = data.words.bags.row(caption)
      whole.append(words)
      let kept = options.wordDropout > 0 ? words.filter { _ in random.uniform() >= options.wordDropout } : Array(words)
      bags.append(kept.isEmpty ? Array(words) : kept)
      if texts != nil { equals.append([UInt32(textNumbers[caption])]) }
    }
    let x = noisy(images, chosen.map { data.pictures[$0] }, stream: 0)
    let t = texts.map { noisy($0, chosen, stream: 1) }
    let masks = (texts: FalseNegatives(captions: equals), words: FalseNegatives(captions: whole))
    let loss: Double
    do {
      loss = try model.backpropagate(images: x, texts: t, words: bags, masks: masks)
    } catch {
      throw .learning(error)
    }
    guard loss.isFinite else { throw .learning(.notFinite(what: "loss")) }
    let rate = options.rate * schedule.rate(at: step)
    optimiser.step(
      &model.parameters,
      rates: [
        WordContrastModel<Float>.adapters: rate, WordContrastModel<Float>.table: rate * options.wordRateFactor,
      ])
    model.clampScales()
    step += 1
    return loss
  }

  private func noisy(_ rows: Matrix, _ chosen: [Int], stream: UInt64) -> Matrix {
    var batch = rows.gathered(chosen)
    if options.noise > 0 {
      let deviation = Float(options.noise / Double(rows.columns).squareRoot())
      Float.addNoise(deviation: deviation, seed: options.seed, stream: 2 * UInt64(step) + stream, to: &batch.values)
    }
    return batch
  }

  /// The alignment as trained so far.
  func map() throws(AlignmentError) -> AlignmentMap {
    func side(_ preparation: Preparation, _ layer: Linear<Float>) -> AlignmentMap.Side {
      let bias = layer.bias.map { model.parameters[$0].values.values } ?? []
      return AlignmentMap.Side(
        preparation, [Projection(weights: model.parameters[layer.weights].values, bias: bias)])
    }
    var textSide: AlignmentMap.Side?
    if let texts = model.texts, let textPreparation { textSide = side(textPreparation, texts) }
    let words = try WordSide(
      tokens: data.words.tokens, tokenizer: data.words.tokenizer,
      table: model.parameters[model.words.table].values,
      intercept: model.parameters[model.words.bias].values.values, source: "the trained words")
    var provenance = options.settings
    provenance["pairs"] = String(data.words.count)
    provenance["pictures"] = String(captions.count)
    return try AlignmentMap(
      method: "contrastive", images: side(imagePreparation, model.images), texts: textSide, words: words,
      provenance: provenance, source: "the trained alignment")
  }
}

extension Matrix {
  /// The rows of these numbers, one after the other.
  func gathered(_ numbers: [Int]) -> Matrix {
    var gathered: [Float] = []
    gathered.reserveCapacity(numbers.count * columns)
    for number in numbers { gathered += row(number) }
    return Matrix(rows: numbers.count, columns: columns, values: gathered)
  }
}

/// For every row the number of the first distinct row it equals, counted in order of appearance.
func numbersOfEqualRows(_ rows: Matrix) -> [Int] {
  var numbers: [ArraySlice<Float>: Int] = [:]
  return (0..<rows.rows).map { row in
    if let known = numbers[rows.row(row)] { return known }
    let next = numbers.count
    numbers[rows.row(row)] = next
    return next
  }
}
