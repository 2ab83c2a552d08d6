import ArgumentParser
import Newel

/// What only `train --method stair` reads.
struct StairOptionGroup: ParsableArguments {
  @Option(parsing: .unconditional, help: "What random numbers are drawn from; the same seed gives the same head.")
  var seed: UInt64?

  @Option(
    name: .customLong("validate-where"),
    help: "Validate on rows with FIELD=VALUE, and do not train on them (default: a tenth of the rows, at most 1,000).")
  var validationConditions: [String] = []

  @Option(parsing: .unconditional, help: "Stages to run: 1 grounding, 2 expansion of texts, 3 both (default: 3).")
  var stages: Int?

  @Option(parsing: .unconditional, help: "Epochs of the first stage (default: by the number of rows, from 3 to 60).")
  var epochs: Int?

  @Option(parsing: .unconditional, help: "Epochs of the second stage (default: a fifth of the first).")
  var textEpochs: Int?

  @Option(parsing: .unconditional, help: "Epochs of the third stage (default: a fifth of the first).")
  var jointEpochs: Int?

  @Option(parsing: .unconditional, help: "Rows per step (default: 512, fewer for few rows).")
  var batch: Int?

  @Option(parsing: .unconditional, help: "Width of the hidden layer; 0 for a linear head.")
  var hidden: Int?

  @Option(parsing: .unconditional, help: "The highest learning rate.")
  var learningRate: Double?

  @Option(parsing: .unconditional, help: "Deviation of the noise on the standardised embeddings.")
  var noise: Double?

  @Option(parsing: .unconditional, help: "Weight of the FLOPs regulariser: the larger, the fewer tokens.")
  var flops: Double?

  @Option(parsing: .unconditional, help: "Weight of the listwise term: a picture says its caption's words first.")
  var say: Double?

  @Option(parsing: .unconditional, help: "Weight of the caption-gated token loss.")
  var gate: Double?

  @Option(parsing: .unconditional, help: "Weight of the penalty on tokens that the caption does not say.")
  var unsaid: Double?

  @Option(parsing: .unconditional, help: "Weight of the term against empty vectors.")
  var antiZero: Double?

  @Flag(
    inversion: .prefixedNo,
    help: "In the second stage mask texts to their own words less and less often (default: yes).")
  var expansionControl: Bool?

  @Option(parsing: .unconditional, help: "Related words kept for each word, for queries; 0 for none.")
  var expansions: Int?

  @Option(parsing: .unconditional, help: "End a stage after so many validations without a better one; 0: never.")
  var patience: Int?

  @Option(help: "Write the state after every epoch, to go on with --resume.", completion: .file())
  var checkpoint: String?

  @Option(help: "Go on from a checkpoint, with the same data and settings.", completion: .file())
  var resume: String?

  @Option(help: "Draw losses and validations as an SVG picture.", completion: .file())
  var curve: String?

  @Option(help: "Memory the training may take, as 4GB (default: four fifths of the machine's).")
  var memoryLimit: ByteCount?

  var settings: StairSettings {
    var settings = StairSettings()
    settings.seed = seed
    settings.validationConditions = validationConditions
    settings.stages = stages
    settings.epochs = epochs
    settings.textEpochs = textEpochs
    settings.jointEpochs = jointEpochs
    settings.batch = batch
    settings.hidden = hidden
    settings.learningRate = learningRate
    settings.noise = noise
    settings.flops = flops
    settings.say = say
    settings.gate = gate
    settings.unsaid = unsaid
    settings.antiZero = antiZero
    settings.controlsExpansion = expansionControl
    settings.expansions = expansions
    settings.patience = patience
    settings.checkpoint = checkpoint
    settings.resume = resume
    settings.memoryLimit = memoryLimit?.count
    return settings
  }

  /// The options that were given, as they are typed; for methods that have no use for them.
  var given: [String] {
    let values: [(String, Any?)] = [
      ("--seed", seed), ("--stages", stages), ("--epochs", epochs), ("--text-epochs", textEpochs),
      ("--joint-epochs", jointEpochs), ("--batch", batch), ("--hidden", hidden), ("--learning-rate", learningRate),
      ("--noise", noise), ("--flops", flops), ("--say", say), ("--gate", gate), ("--unsaid", unsaid),
      ("--anti-zero", antiZero),
      ("--expansion-control", expansionControl), ("--expansions", expansions), ("--patience", patience),
      ("--checkpoint", checkpoint), ("--resume", resume), ("--curve", curve), ("--memory-limit", memoryLimit),
    ]
    return (validationConditions.isEmpty ? [] : ["--validate-where"])
      + values.compactMap { name, value in value == nil ? nil : name }
  }
}

/// A number of bytes as a person writes it: `4GB`, `512 MB`, `1000000`; units of 1,000.
struct ByteCount: ExpressibleByArgument, Equatable {
  let count: Int

  init?(argument: String) {
    let text = argument.filter { $0 != " " }.lowercased()
    let digits = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    let units = ["": 1.0, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12]
    guard let number = Double(digits), let unit = units[String(text.dropFirst(digits.count))] else { return nil }
    guard number > 0, let count = Int(exactly: (number * unit).rounded()) else { return nil }
    self.count = count
  }
}
