import Learning
import LinearAlgebra

/// Two encoders whose coordinates tell the class, rebuild the other side, lie near each other in a pair, and do not tell the side.
///
/// With coordinates e and g of a pair and the embedding c of its class, the loss of the encoders is
/// `α₁ (CE(C e) + CE(C g)) + α₂ (‖x - D([g; c])‖² + ‖t - D'([e; c])‖²) + α₃ ‖e - g‖² - λ α₄ A`, where `A` is the cross entropy of a
/// discriminator between both sides, which goes down its own gradient. Only the decoders see c, so that nothing need be known of
/// a class that was not trained on.
/// - Source: in the manner of "Modal-adversarial semantic learning network for extendable cross-modal retrieval" (ICMR 2018), of
///   which no code and no weights are published: the losses are our reading of its description.
struct AdversarialModel<Scalar: Real>: Sendable {
  /// The group of the parameters of encoders, decoders and classifier in the optimiser.
  static var group: String { "network" }
  /// The group of those of the discriminator.
  static var rival: String { "discriminator" }

  /// The parts of the loss, before their weights.
  struct Losses: Equatable {
    var classes = 0.0
    var reconstruction = 0.0
    var correlation = 0.0
    var adversarial = 0.0
  }

  var parameters = ParameterSet<Scalar>()
  let options: MASLNOptions
  private var images: LayerStack<Scalar>
  private var texts: LayerStack<Scalar>
  private var imageDecoder: LayerStack<Scalar>
  private var textDecoder: LayerStack<Scalar>
  private var classifier: LayerStack<Scalar>
  private var discriminator: LayerStack<Scalar>

  /// The layers of the encoder of a side.
  static func layers(_ side: AlignedSide, _ options: MASLNOptions) -> [LayerPlan] {
    let widths = (side == .images ? options.imageLayers : options.textLayers) + [options.dimension]
    return widths.flatMap { [LayerPlan.linear(outputs: $0, bias: .drawn), .tanh] }
  }

  /// - Parameter embedding: the length of the embedding of a class.
  init(
    imageDimension: Int, textDimension: Int, classes: Int, embedding: Int, options: MASLNOptions,
    random: inout SplitMix64
  ) {
    self.options = options
    let m = options.dimension
    var set = ParameterSet<Scalar>()
    func stack(
      _ name: String, _ inputs: Int, _ layers: [LayerPlan], group: String = Self.group
    ) -> LayerStack<Scalar> {
      LayerStack(name, group: group, inputs: inputs, layers: layers, in: &set, random: &random)
    }
    func decoder(_ outputs: Int) -> [LayerPlan] {
      [.linear(outputs: options.decoderWidth, bias: .drawn), .tanh, .linear(outputs: outputs, bias: .drawn)]
    }
    images = stack(AlignedSide.images.rawValue, imageDimension, Self.layers(.images, options))
    texts = stack(AlignedSide.texts.rawValue, textDimension, Self.layers(.texts, options))
    imageDecoder = stack("image-decoder", m + embedding, decoder(imageDimension))
    textDecoder = stack("text-decoder", m + embedding, decoder(textDimension))
    classifier = stack("classifier", m, [.linear(outputs: classes, bias: .drawn)])
    // Not relu: few units may all die, and a discriminator that says nothing looks like one that was beaten.
    discriminator = stack(
      "discriminator", m,
      [
        .linear(outputs: m / 2, bias: .drawn), .tanh, .linear(outputs: m / 4, bias: .drawn), .tanh,
        .linear(outputs: 2, bias: .drawn),
      ], group: Self.rival)
    parameters = set
  }

  /// The losses of a batch of pairs; leaves in ``parameters`` the gradients that each part is to go down: the discriminator that
  /// of its own loss, all others that of the whole, in which the discriminator's has been reversed.
  ///
  /// - Parameters:
  ///   - targets: the class of every pair, one 1 in each row.
  ///   - embeddings: the embedding of the class of every pair.
  ///   - reversal: between the encoders and the discriminator.
  mutating func backpropagate(
    images x: DenseMatrix<Scalar>, texts t: DenseMatrix<Scalar>, targets: DenseMatrix<Scalar>,
    embeddings: DenseMatrix<Scalar>, reversal: GradientReversal<Scalar>
  ) throws(LearningError) -> Losses {
    var losses = Losses()
    let (e, g) = (try images.forward(x, parameters), try texts.forward(t, parameters))
    let both = above(e, g)

    // The classes of both sides, by one classifier.
    var gradient = try classifier.forward(both, parameters)
    losses.classes = 2 * crossEntropy(&gradient, targets: above(targets, targets))
    Scalar.scale(&gradient.values, by: Scalar(2 * options.classWeight))
    try classifier.backward(&gradient, &parameters, reachesInput: true)

    // Which side it is. What the encoders get of it comes through the reversal.
    var sides = try discriminator.forward(both, parameters)
    losses.adversarial = crossEntropy(&sides, targets: Self.sideTargets(x.rows))
    try discriminator.backward(&sides, &parameters, reachesInput: true)
    reversal.backward(&sides)
    Scalar.add(Scalar(options.adversarialWeight), sides.values, to: &gradient.values)

    var (ofImages, ofTexts) = halves(gradient)
    var difference = e
    Scalar.add(-1, g.values, to: &difference.values)
    losses.correlation = Scalar.sumOfSquares(difference.values) / Double(max(1, x.rows))
    let pull = Scalar(2 * options.correlationWeight / Double(max(1, x.rows)))
    Scalar.add(pull, difference.values, to: &ofImages.values)
    Scalar.add(-pull, difference.values, to: &ofTexts.values)

    losses.reconstruction += try reconstruct(x, from: g, embeddings, \.imageDecoder, addingTo: &ofTexts)
    losses.reconstruction += try reconstruct(t, from: e, embeddings, \.textDecoder, addingTo: &ofImages)
    try images.backward(&ofImages, &parameters)
    try texts.backward(&ofTexts, &parameters)
    return losses
  }

  /// The mean square of what a decoder misses of `rows`, given the coordinates of the other side and the classes.
  private mutating func reconstruct(
    _ rows: DenseMatrix<Scalar>, from coordinates: DenseMatrix<Scalar>, _ embeddings: DenseMatrix<Scalar>,
    _ decoder: KeyPath<Self, LayerStack<Scalar>>, addingTo gradient: inout DenseMatrix<Scalar>
  ) throws(LearningError) -> Double {
    var input = DenseMatrix<Scalar>(rows: 0, columns: 0)
    Scalar.joinColumns(coordinates, embeddings, into: &input)
    var decoder = self[keyPath: decoder]
    var missed = try decoder.forward(input, parameters)
    Scalar.add(-1, rows.values, to: &missed.values)
    let count = Double(max(1, rows.values.count))
    let loss = Scalar.sumOfSquares(missed.values) / count
    Scalar.scale(&missed.values, by: Scalar(2 * options.reconstructionWeight / count))
    try decoder.backward(&missed, &parameters, reachesInput: true)
    var (own, rest) = (DenseMatrix<Scalar>(rows: 0, columns: 0), DenseMatrix<Scalar>(rows: 0, columns: 0))
    Scalar.splitColumns(missed, at: coordinates.columns, into: &own, &rest)
    Scalar.add(1, own.values, to: &gradient.values)
    return loss
  }

  /// The coordinates of rows of a side.
  func coordinates(_ rows: DenseMatrix<Scalar>, _ side: AlignedSide) throws(LearningError) -> DenseMatrix<Scalar> {
    var stack = side == .images ? images : texts
    return try stack.forward(rows, parameters)
  }

  /// The share of rows whose side the discriminator tells.
  func sideAccuracy(images x: DenseMatrix<Scalar>, texts t: DenseMatrix<Scalar>) throws(LearningError) -> Double {
    var discriminator = discriminator
    let scores = try discriminator.forward(above(coordinates(x, .images), coordinates(t, .texts)), parameters)
    let right = (0..<scores.rows).count { (scores[$0, 0] > scores[$0, 1]) == ($0 < x.rows) }
    return Double(right) / Double(max(1, scores.rows))
  }

  /// Images are class 0, texts class 1.
  private static func sideTargets(_ count: Int) -> DenseMatrix<Scalar> {
    classTargets((0..<2 * count).map { $0 < count ? 0 : 1 }, classes: 2)
  }

  /// One matrix above the other.
  private func above(_ a: DenseMatrix<Scalar>, _ b: DenseMatrix<Scalar>) -> DenseMatrix<Scalar> {
    DenseMatrix(rows: a.rows + b.rows, columns: a.columns, values: a.values + b.values)
  }

  /// The upper and the lower half of the rows.
  private func halves(_ a: DenseMatrix<Scalar>) -> (DenseMatrix<Scalar>, DenseMatrix<Scalar>) {
    let count = a.values.count / 2
    return (
      DenseMatrix(rows: a.rows / 2, columns: a.columns, values: Array(a.values[..<count])),
      DenseMatrix(rows: a.rows / 2, columns: a.columns, values: Array(a.values[count...]))
    )
  }
}
