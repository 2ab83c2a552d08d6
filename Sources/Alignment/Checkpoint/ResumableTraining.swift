import ByteStorage
import Learning
import LinearAlgebra

/// A training in epochs that can go on from a file to the same end as if it had never stopped.
protocol ResumableTraining {
  /// All that its outcome depends on: a checkpoint with others is refused.
  var identity: [String: String] { get }
  var parameters: ParameterSet<Float> { get set }
  /// The draws to come.
  var random: SplitMix64 { get set }
  /// Steps that were taken.
  var step: Int { get set }

  /// One pass over all rows; returns the mean loss.
  mutating func epoch() throws(AlignmentError) -> Double
}

extension ResumableTraining {
  /// Runs epochs up to `last`, counted from 0, and writes the state after each.
  ///
  /// - Parameters:
  ///   - last: how many epochs there are.
  ///   - checkpoint: where the state is written; nil for nowhere.
  ///   - saved: what to go on from; nil to begin.
  ///   - report: called after every epoch with the number of those that are done and the loss; what it throws ends the training.
  mutating func run(
    to last: Int, checkpoint: AlignmentCheckpoint?, from saved: SavedTraining?,
    report: (_ epoch: Int, _ loss: Double) throws -> Void
  ) throws {
    let identity = checkpoint == nil && saved == nil ? [:] : identity
    var first = 0
    if let saved { first = try restore(saved, identity, epochs: last) }
    for done in first..<last {
      let loss = try epoch()
      try checkpoint?.save(
        settings: identity, state: ["epoch": UInt64(done + 1), "step": UInt64(step), "random": random.state],
        parameters: parameters)
      try report(done + 1, loss)
    }
  }

  /// Takes the state of a checkpoint, and returns the number of epochs that are done.
  private mutating func restore(
    _ saved: SavedTraining, _ identity: [String: String], epochs: Int
  ) throws(AlignmentError) -> Int {
    try saved.check(identity)
    guard let epoch = Int(exactly: try saved.number("epoch")), let step = Int(exactly: try saved.number("step")),
      epoch <= epochs
    else { throw .badCheckpoint(path: saved.path, reason: "it is further than the training goes") }
    try saved.restore(&parameters)
    random = SplitMix64(seed: try saved.number("random"))
    self.step = step
    return epoch
  }
}

extension Matrix {
  /// A checksum of shape and numbers, as text.
  var fingerprint: String {
    "\(rows) × \(columns), \(String(CRC32C.checksum(RawSpan(_elements: values.span)), radix: 16))"
  }
}
