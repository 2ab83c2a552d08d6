import Learning
import LinearAlgebra

/// The state of a training with words between epochs.
struct WordContrastTraining: ResumableTraining {
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
  var random: SplitMix64
  var step = 0

  init(_ data: CaptionedPictures, _ options: ContrastiveOptions) throws(AlignmentError) {
    try options.check()
    self.options = options
    self.data = data
    imagePreparation = try Preparation.fit(.unitCentred, rows: data.images, side: .images)
    images = try imagePreparation.narrowed(data.images, side: .images)
    if let rows = data.texts {
      let preparation = try Preparation.fit(.unitCentred, rows: rows, side: .texts)
      texts = try preparation.narrowed(rows, side: .texts)
      textPreparation = preparation
      textNumbers = rows.numbersOfEqualRows
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
    for (side, layer) in [(AlignedSide.images, model.images as Linear<Float>?), (.texts, model.texts)] {
      guard let place = layer?.weights else { continue }
      // Directions beyond the rank of the data start at 0 on one side only, or they could never move.
      model.parameters[place].values.values = try map.start(
        side, pairs, drawn: model.parameters[place].values.values,
        fillsWithZeros: side == .images && model.texts != nil)
    }

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

  var parameters: ParameterSet<Float> {
    get { model.parameters }
    set { model.parameters = newValue }
  }

  var identity: [String: String] {
    var identity = options.settings
    identity["method"] = "contrastive, words"
    identity["images"] = images.fingerprint
    identity["texts"] = texts?.fingerprint
    identity["words"] = "\(data.words.tokens.count)"
    identity["captions"] = "\(captions.count) with \(data.words.bags.indices.count) words"
    return identity
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
    try checkFinite(sum, model.parameters, method: "contrastive")
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
    let x = noisy(images, chosen.map { data.pictures[$0] })
    let t = texts?.gathered(chosen)
    let masks = (texts: FalseNegatives(captions: equals), words: FalseNegatives(captions: whole))
    let loss: Double
    do {
      loss = try model.backpropagate(images: x, texts: t, words: bags, masks: masks)
    } catch {
      throw .learning(error)
    }
    try checkFinite(loss, method: "contrastive")
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

  private func noisy(_ rows: Matrix, _ chosen: [Int]) -> Matrix {
    var batch = rows.gathered(chosen)
    if options.noise > 0 {
      let deviation = Float(options.noise / Double(rows.columns).squareRoot())
      Float.addNoise(deviation: deviation, seed: options.seed, stream: UInt64(step), to: &batch.values)
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
