import Learning
import LinearAlgebra

/// The state of a training between epochs.
struct ContrastiveTraining: ResumableTraining {
  let options: ContrastiveOptions
  private let blocks: GatedBlocks?
  private let pairs: PreparedPairs
  private let images: Matrix
  private let texts: Matrix
  /// The pairs of every picture.
  private let pictures: [[Int]]
  /// A number for every pair, the same for equal texts.
  private let textNumbers: [Int]
  private let optimiser: AdamW
  private let schedule: CosineDecay
  private var model: ContrastiveModel<Float>
  var random: SplitMix64
  var step = 0

  /// - Parameters:
  ///   - blocks: what stands behind the affine maps, or nil for nothing.
  ///   - start: a training whose affine maps and scale this one goes on with; nil for those that the options ask for.
  init(
    _ rows: PairedRows, _ options: ContrastiveOptions, _ blocks: GatedBlocks? = nil, after start: Self? = nil
  ) throws(AlignmentError) {
    try options.check()
    try blocks?.check(dimension: options.dimension)
    self.options = options
    self.blocks = blocks
    pairs = try PreparedPairs(rows, .unitCentred)
    images = try pairs.images.narrowed(rows.images, side: .images)
    texts = try pairs.texts.narrowed(rows.texts, side: .texts)
    textNumbers = rows.texts.numbersOfEqualRows
    var pictures: [[Int]] = []
    for (pair, picture) in rows.images.numbersOfEqualRows.enumerated() {
      if picture == pictures.count { pictures.append([]) }
      pictures[picture].append(pair)
    }
    self.pictures = pictures
    random = SplitMix64(seed: options.seed)
    model = ContrastiveModel(
      imageDimension: images.columns, textDimension: texts.columns, outputs: options.dimension,
      temperature: options.temperature, blocks: blocks, random: &random)
    optimiser = AdamW(weightDecay: options.weightDecay)
    schedule = CosineDecay(stepCount: options.epochs * Self.batchCount(pictures.count, options.batchSize))
    if let start { adopt(start.model.parameters) } else if options.startsFromCorrelation { try startFromCorrelation() }
  }

  /// Batches of nearly equal size, so that none is small.
  private static func batchCount(_ pictures: Int, _ size: Int) -> Int { max(1, (pictures + size - 1) / size) }

  /// Takes the values of all parameters that another training has by the same name.
  private mutating func adopt(_ parameters: ParameterSet<Float>) {
    for index in parameters.indices {
      guard let own = model.parameters.index(of: parameters[index].name) else { continue }
      model.parameters[own].values = parameters[index].values
    }
  }

  /// Canonical directions weighted by the root of their correlation, scaled so that rows have a length of about 1.
  private mutating func startFromCorrelation() throws(AlignmentError) {
    let map = try CorrelationMap.canonical(
      pairs, regularisation: options.regularisation, rank: options.dimension, weightPower: 0.5)
    for side in AlignedSide.allCases {
      guard let place = model.parameters.index(of: "\(side).0.weights") else { continue }
      // Directions beyond the rank of the data start at 0 on one side only, or they could never move.
      model.parameters[place].values.values = try map.start(
        side, pairs, drawn: model.parameters[place].values.values, fillsWithZeros: side == .images)
    }
  }

  var parameters: ParameterSet<Float> {
    get { model.parameters }
    set { model.parameters = newValue }
  }

  var identity: [String: String] {
    var identity = options.settings.merging(blocks?.settings ?? [:]) { $1 }
    identity["method"] = method
    identity["images"] = images.fingerprint
    identity["texts"] = texts.fingerprint
    return identity
  }

  /// What the method with blocks is called.
  static let gatedName = "gmlp"

  private var method: String { blocks == nil ? "contrastive" : Self.gatedName }

  /// One pass over all pictures; returns the mean loss.
  mutating func epoch() throws(AlignmentError) -> Double {
    let order = pictures.indices.shuffled(using: &random)
    let count = Self.batchCount(order.count, options.batchSize)
    var sum = 0.0
    for batch in 0..<count {
      let chosen = order[batch * order.count / count..<(batch + 1) * order.count / count].map { picture in
        pictures[picture][pictures[picture].count == 1 ? 0 : random.below(pictures[picture].count)]
      }
      sum += try self.step(chosen)
    }
    try checkFinite(sum, model.parameters, method: method)
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
    try checkFinite(loss, method: method)
    optimiser.step(&model.parameters, rates: [ContrastiveModel<Float>.group: options.rate * schedule.rate(at: step)])
    model.clampScale()
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
    func side(_ side: AlignedSide) throws(AlignmentError) -> AlignmentMap.Side {
      let (preparation, dimension) = (pairs.preparation(side), pairs.pairs.rows(side).columns)
      let network = try SideNetwork(
        inputs: dimension, layers: model.layers, from: model.parameters, name: side.rawValue, source: "the training")
      if blocks != nil { return AlignmentMap.Side(preparation, [Projection(weights: nil)], network: network) }
      let bias = network.parameters[1].values.values
      return AlignmentMap.Side(preparation, [Projection(weights: network.parameters[0].values, bias: bias)])
    }
    var provenance = options.settings
    if let blocks { provenance.merge(blocks.settings) { $1 } }
    provenance["pairs"] = String(pairs.count)
    provenance["pictures"] = String(pictures.count)
    return try AlignmentMap(
      method: method, images: side(.images), texts: side(.texts),
      provenance: provenance, source: "the trained alignment")
  }
}
