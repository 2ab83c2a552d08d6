import Learning
import LinearAlgebra

extension AlignmentMap {
  /// Trains a network for each side so that rows of one class lie together, from classes alone: no row of one side is ever
  /// paired with one of the other.
  ///
  /// First each side learns a network and a prior, one direction for every class, by the generalised cross entropy with an
  /// exponent that rises from 0 to 1 over a hundred epochs; the better prior is kept. Then a new network for each side is
  /// learned against it, by the same loss and by how well rows agree with what the prior says of their class.
  /// - Parameters:
  ///   - images: rows and classes of one side.
  ///   - texts: rows and classes of the other; any number of them, in any order.
  ///   - validation: rows to choose the epoch by; nil to hold out ``DRCLOptions/heldOut`` of the training rows.
  ///   - options: how.
  ///   - progress: called after every epoch; what it throws ends the training.
  /// - Throws: ``AlignmentError`` for what is wrong with rows, labels or options, and what `progress` throws.
  /// - Complexity: O(epochs · rows · (dimension of a row + hidden + coordinates) · hidden).
  /// - Source: "Deep reversible consistency learning for cross-modal retrieval" (IEEE Transactions on Multimedia 2025,
  ///   arXiv 2501.05686). Ours differ: equal batches instead of a dropped rest, an epsilon in the length, the cross entropy
  ///   where the exponent is 0, the prior as a copy, and the epoch chosen by precision instead of a loss that changes.
  public static func trainDRCL(
    images: LabelledRows, texts: LabelledRows, validation: (images: LabelledRows, texts: LabelledRows)? = nil,
    options: DRCLOptions = DRCLOptions(), progress: (LabelledProgress) throws -> Void = { _ in }
  ) throws -> AlignmentMap {
    try options.check()
    let labels = try ClassLabels(images.labels + texts.labels)
    var random = SplitMix64(seed: options.seed)
    func side(
      _ side: AlignedSide, _ rows: LabelledRows, _ numbers: ArraySlice<Int>, _ judged: LabelledRows?
    ) throws(AlignmentError) -> LabelledSide {
      try LabelledSide(
        side, rows, classes: Array(numbers), classCount: labels.names.count,
        validation: judged.map { ($0, $0.labels.map { labels.names.firstIndex(of: $0) ?? -1 }) }, options: options,
        random: &random)
    }
    let imageSide = try side(.images, images, labels.numbers.prefix(images.labels.count), validation?.images)
    let textSide = try side(.texts, texts, labels.numbers.dropFirst(images.labels.count), validation?.texts)
    let outcome = try withoutActuallyEscaping(progress) { progress in
      var training = DRCLTraining(
        images: imageSide, texts: textSide, options: options, random: random, progress: progress)
      return try training.run()
    }
    // The last layer makes rows of length 1, as an alignment does by itself.
    let layers = Array(PriorModel<Float>.layers(options).dropLast())
    func trained(_ side: LabelledSide, _ parameters: ParameterSet<Float>) throws(AlignmentError) -> Side {
      Side(
        side.preparation, [Projection(weights: nil)],
        network: try SideNetwork(
          inputs: side.rows.columns, layers: layers, from: parameters, name: "net", source: "the training"))
    }
    var provenance = options.settings
    provenance["classes"] = String(labels.names.count)
    provenance["images"] = String(imageSide.rows.rows)
    provenance["texts"] = String(textSide.rows.rows)
    provenance["prior"] = outcome.priorSide?.rawValue ?? "orthogonal"
    provenance["epoch"] = String(outcome.epoch)
    for (side, certainty) in outcome.certainties { provenance["\(side)-certainty"] = "\(certainty)" }
    return try AlignmentMap(
      method: "drcl", images: trained(imageSide, outcome.images), texts: trained(textSide, outcome.texts),
      provenance: provenance,
      validation: outcome.precision.map { ["held-out-precision": "\($0)"] } ?? [:], source: "the trained alignment")
  }
}
