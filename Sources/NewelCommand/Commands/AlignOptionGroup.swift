import ArgumentParser
import Newel

/// What the methods of `align` can be told.
struct AlignOptionGroup: ParsableArguments {
  @Option(help: "The side that is mapped: images or texts (default: images; procrustes: texts).")
  var from: AlignmentSettings.Side?

  @Option(
    help: """
      How rows are prepared: none, unit, unit-centred, standardised or standardised-unit-centred (default: that of the \
      method and the number of pictures; the file says which).
      """)
  var preparation: String?

  @Option(parsing: .unconditional, help: "ridge, ridge-both, class-ridge: the penalty.")
  var penalty: Double?

  @Option(parsing: .unconditional, help: "ridge-both: the penalty of the way from texts to images.")
  var textPenalty: Double?

  @Option(
    parsing: .unconditional, help: "cca, whitened, scm, contrastive: added to covariances, as a share.")
  var regularisation: Double?

  @Option(parsing: .unconditional, help: "cca, scm: directions kept (default: all).")
  var rank: Int?

  @Option(parsing: .unconditional, help: "cca, whitened: the power of its correlation that weighs a direction.")
  var weightPower: Double?

  @Option(parsing: .unconditional, help: "asif: anchors kept.")
  var keep: Int?

  @Option(parsing: .unconditional, help: "asif: the power of cosines to anchors.")
  var power: Double?

  @Option(parsing: .unconditional, help: "sm, scm: one over the penalty.")
  var strength: Double?

  @Option(
    parsing: .unconditional, help: "trained methods: coordinates (default: 512; few pictures, drcl: 256; masln: 40).")
  var dimension: Int?

  @Option(parsing: .unconditional, help: "gmlp: gated blocks behind each adapter.")
  var blocks: Int?

  @Option(parsing: .unconditional, help: "trained methods: how often each picture is seen.")
  var epochs: Int?

  @Option(parsing: .unconditional, help: "trained methods: pairs per step.")
  var batch: Int?

  @Option(parsing: .unconditional, help: "drcl: width of both hidden layers (default: 512).")
  var hidden: Int?

  @Option(parsing: .unconditional, help: "drcl: learning rate of the pictures' network (default: 0.0001).")
  var imageRate: Double?

  @Option(parsing: .unconditional, help: "drcl: learning rate of the texts' network (default: 0.001).")
  var textRate: Double?

  @Option(
    help: "drcl: whose directions of the classes are taken: training, validation or orthogonal (default: training).")
  var prior: String?

  @Option(parsing: .unconditional, help: "masln: what the classes count (default: 1).")
  var classWeight: Double?

  @Option(parsing: .unconditional, help: "masln: what reconstruction from the other side counts (default: 0.1).")
  var reconstructionWeight: Double?

  @Option(parsing: .unconditional, help: "masln: what the distance of a pair counts (default: 0.1).")
  var correlationWeight: Double?

  @Option(parsing: .unconditional, help: "masln: what deceiving the discriminator counts (default: 0.1).")
  var adversarialWeight: Double?

  @Option(parsing: .unconditional, help: "contrastive, gmlp, masln: the highest learning rate.")
  var learningRate: Double?

  @Option(parsing: .unconditional, help: "contrastive, gmlp: the weight decay.")
  var weightDecay: Double?

  @Option(parsing: .unconditional, help: "contrastive, gmlp: the length of the noise on rows of length 1.")
  var noise: Double?

  @Option(parsing: .unconditional, help: "The penalty of words.")
  var wordPenalty: Double?

  @Option(parsing: .unconditional, help: "contrastive: the share of a caption's words that a step leaves out.")
  var wordDropout: Double?

  @Option(parsing: .unconditional, help: "contrastive: the learning rate of words, as a multiple of the other.")
  var wordRate: Double?

  @Option(parsing: .unconditional, help: "What random numbers are drawn from.")
  var seed: UInt64 = 1

  @Option(
    help: "contrastive, gmlp, masln: write the state after every epoch, to go on with --resume.", completion: .file())
  var checkpoint: String?

  @Option(help: "Go on from a checkpoint, with the same data and settings.", completion: .file())
  var resume: String?

  var settings: AlignmentSettings {
    var settings = AlignmentSettings()
    settings.from = from
    settings.preparation = preparation
    settings.penalty = penalty
    settings.textPenalty = textPenalty
    settings.regularisation = regularisation
    settings.rank = rank
    settings.weightPower = weightPower
    settings.keep = keep
    settings.power = power
    settings.strength = strength
    settings.dimension = dimension
    settings.blocks = blocks
    settings.epochs = epochs
    settings.batch = batch
    settings.hidden = hidden
    settings.imageRate = imageRate
    settings.textRate = textRate
    settings.prior = prior
    settings.classWeight = classWeight
    settings.reconstructionWeight = reconstructionWeight
    settings.correlationWeight = correlationWeight
    settings.adversarialWeight = adversarialWeight
    settings.learningRate = learningRate
    settings.weightDecay = weightDecay
    settings.noise = noise
    settings.wordPenalty = wordPenalty
    settings.wordDropout = wordDropout
    settings.wordRate = wordRate
    settings.seed = seed
    settings.checkpoint = checkpoint
    settings.resume = resume
    return settings
  }

  /// The options that were given but that `method` does not read, as they are typed.
  func strangers(to method: AlignRequest.Method) -> [String] {
    let linear: Set<AlignRequest.Method> = [.leastSquares, .ridge, .procrustes]
    let contrastive: Set<AlignRequest.Method> = [.automatic, .contrastive, .gatedBlocks]
    let trained = contrastive.union([.reversibleConsistency, .adversarial])
    let values: [(String, Bool, Set<AlignRequest.Method>)] = [
      ("--from", from != nil, linear),
      (
        "--preparation", preparation != nil,
        Set(AlignRequest.Method.allCases).subtracting([.contrastive, .gatedBlocks])
      ),
      ("--penalty", penalty != nil, [.automatic, .ridge, .ridgeBoth, .classRidge]),
      ("--text-penalty", textPenalty != nil, [.automatic, .ridgeBoth]),
      (
        "--regularisation", regularisation != nil,
        [.automatic, .correlation, .whitened, .semanticCorrelation, .contrastive, .gatedBlocks]
      ),
      ("--rank", rank != nil, [.correlation, .semanticCorrelation]),
      ("--weight-power", weightPower != nil, [.correlation, .whitened]),
      ("--keep", keep != nil, [.anchors]), ("--power", power != nil, [.anchors]),
      ("--strength", strength != nil, [.semantic, .semanticCorrelation]),
      ("--blocks", blocks != nil, [.gatedBlocks]), ("--dimension", dimension != nil, trained),
      ("--epochs", epochs != nil, trained),
      ("--batch", batch != nil, trained), ("--hidden", hidden != nil, [.reversibleConsistency]),
      ("--image-rate", imageRate != nil, [.reversibleConsistency]),
      ("--text-rate", textRate != nil, [.reversibleConsistency]), ("--prior", prior != nil, [.reversibleConsistency]),
      ("--learning-rate", learningRate != nil, contrastive.union([.adversarial])),
      ("--class-weight", classWeight != nil, [.adversarial]),
      ("--reconstruction-weight", reconstructionWeight != nil, [.adversarial]),
      ("--correlation-weight", correlationWeight != nil, [.adversarial]),
      ("--adversarial-weight", adversarialWeight != nil, [.adversarial]),
      ("--weight-decay", weightDecay != nil, contrastive), ("--noise", noise != nil, contrastive),
      ("--word-dropout", wordDropout != nil, [.automatic, .contrastive]),
      ("--word-rate", wordRate != nil, [.automatic, .contrastive]),
    ]
    let state = [("--checkpoint", checkpoint != nil), ("--resume", resume != nil)]
    let strangers = method.isResumable ? [] : state.filter(\.1).map(\.0)
    return strangers + values.filter { $0.1 && !$0.2.contains(method) }.map(\.0)
  }
}
