/// What can go wrong in training a STAIR head.
public enum StairError: Error, Equatable, Sendable, CustomStringConvertible {
  /// All captions have the same tokens, so nothing tells one picture from another.
  case identicalCaptions(rows: Int, tokens: Int)
  /// A dump of text rows with another number of rows than the pictures.
  case textRows(images: Int, texts: Int)
  /// The training would take more memory than it may.
  case memory(needed: Int, limit: Int, tokens: Int, batch: Int, hidden: Int)
  /// The loss or a weight became infinite or NaN.
  case diverged(stage: String, epoch: Int, step: Int)
  /// All pictures have nearly no token left.
  case collapsed(stage: String, epoch: Int)
  /// A file that is no checkpoint, or a damaged one.
  case badCheckpoint(path: String, reason: String)
  /// A checkpoint of a training with other data or settings.
  case otherTraining(path: String, what: String, expected: String, found: String)
  /// The caller asked to stop; everything so far is in the checkpoint.
  case stopped(checkpoint: String?)

  /// One sentence: what, where, expected, found, how to fix.
  public var description: String {
    switch self {
    case .identicalCaptions(let rows, let tokens):
      "The captions of all \(rows) rows have the same \(tokens) tokens of the vocabulary, so nothing tells one picture from "
        + "another; check the caption field and the filter."
    case .textRows(let images, let texts):
      "The texts have \(texts) rows and the pictures \(images); row i must belong to row i, so take both from the same run."
    case .memory(let needed, let limit, let tokens, let batch, let hidden):
      "The training would take about \(Self.megabytes(needed)) MB and may take \(Self.megabytes(limit)) MB (\(tokens) "
        + "tokens, \(batch) rows per step, hidden width \(hidden)); use a smaller vocabulary, batch or width, or raise the "
        + "memory limit."
    case .diverged(let stage, let epoch, let step):
      "The training diverged in the stage '\(stage)', epoch \(epoch), step \(step): the loss is no finite number; lower the "
        + "learning rate or the weights of the loss."
    case .collapsed(let stage, let epoch):
      "After epoch \(epoch) of the stage '\(stage)' nearly every picture has no token left; lower the weights of the FLOPs "
        + "regulariser and of unsaid tokens."
    case .badCheckpoint(let path, let reason):
      "'\(path)' cannot be resumed from: \(reason); train without it."
    case .otherTraining(let path, let what, let expected, let found):
      "The checkpoint '\(path)' belongs to another training: its \(what) is \(found) and not \(expected); give the same "
        + "data and settings, or train without it."
    case .stopped(let checkpoint):
      checkpoint.map { "The training was stopped; go on with the same command and --resume '\($0)'." }
        ?? "The training was stopped."
    }
  }

  private static func megabytes(_ bytes: Int) -> Int { (bytes + 500_000) / 1_000_000 }
}
