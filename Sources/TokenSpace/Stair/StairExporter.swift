import Learning
import LinearAlgebra

/// Makes heads of a model: what was beside its networks in training (standardisation, gain and shift of layer norms, the
/// form of the query weights) is folded in.
struct StairExporter: Sendable {
  let vocabulary: Vocabulary
  let tokenizer: Tokenizer
  let scaling: ColumnScaling
  let textScaling: ColumnScaling?
  let options: StairOptions
  /// What evens out how loudly pictures answer, not yet measured; nil for none.
  let bank: CaptionBank?
  /// How many training rows have each token.
  let frequencies: [Int]

  /// How many tokens go through the words' network at once.
  private static let batchTokens = 256

  /// The head of the values of a model.
  ///
  /// - Parameters:
  ///   - expanding: the tokens that get a list in the expansion table; nil for no table.
  ///   - expansionScale: what the weights of related tokens are multiplied by.
  ///   - ceiling: the weight that becomes impact 255.
  /// - Throws: ``TokenSpaceError/damagedHead(source:section:reason:)`` when a value is not finite.
  func head(
    of model: StairModel<Float>, expanding: [UInt32]?, expansionScale: Float = 1, ceiling: Float = 1,
    provenance: [String: String] = [:]
  ) throws(TokenSpaceError) -> TokenHead {
    guard let images = Self.network(model.image, model.parameters, scaling) else {
      throw .damagedHead(source: "the trained head", section: "weight", reason: "the picture network takes words")
    }
    // The first stage leaves the side of text rows as it was drawn: such a side would answer with noise.
    let hasTextSide = options.stages > 1
    let text = model.rows.flatMap { rows in
      hasTextSide ? textScaling.flatMap { Self.network(rows, model.parameters, $0) } : nil
    }
    return try TokenHead(
      method: "stair", vocabulary: vocabulary, tokenizer: tokenizer, images: images, text: text,
      queryWeights: model.tableWeights(),
      expansions: try expanding.map { tokens throws(TokenSpaceError) in
        try table(of: model, for: tokens, scale: expansionScale)
      },
      ceiling: ceiling, defaultTop: options.top, provenance: provenance, source: "the trained head"
    ).with(bank: bank)
  }

  private static func network(
    _ network: StairNetwork<Float>, _ parameters: ParameterSet<Float>, _ scaling: ColumnScaling
  ) -> TokenNetwork? {
    network.folded(parameters, means: scaling.means, scales: scaling.factors).map { folded in
      TokenNetwork(
        hidden: folded.hidden.map { TokenNetwork.HiddenLayer(weights: $0.weights, bias: $0.bias) },
        weights: folded.weights, bias: folded.bias)
    }
  }

  /// What the words' network adds to each of these tokens when it stands alone, the strongest.
  private func table(
    of model: StairModel<Float>, for tokens: [UInt32], scale: Float
  ) throws(TokenSpaceError) -> ExpansionTable {
    var lists = [[TokenWeight]](repeating: [], count: vocabulary.count)
    var model = model
    for start in stride(from: 0, to: tokens.count, by: Self.batchTokens) {
      let part = tokens[start..<min(tokens.count, start + Self.batchTokens)]
      var bags = SparseTargets()
      for token in part { bags.append(CollectionOfOne(token)) }
      let weights: Matrix
      do {
        weights = try model.expansions(of: bags)
      } catch {
        throw .learning(error)
      }
      for (row, token) in part.enumerated() {
        var selection = TopTokens(capacity: min(options.expansions + 1, vocabulary.count))
        guard selection.select(weights.row(row)) else { continue }
        lists[Int(token)] = selection.entries.map { TokenWeight(token: $0.token, weight: scale * $0.logit) }
      }
    }
    return ExpansionTable(lists, limit: options.expansions)
  }
}
