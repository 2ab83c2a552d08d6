import EmbeddingDumps
import LinearAlgebra

extension TokenHead {
  /// The tensors in the order of the file.
  var tensorContents: [(name: String, shape: [Int], values: Safetensors.Values)] {
    var contents: [(name: String, shape: [Int], values: Safetensors.Values)] = []
    func add(_ name: String, _ values: Safetensors.Values, shape: [Int]? = nil) {
      contents.append((name, shape ?? [values.count], values))
    }
    for (encoder, prefix) in [(images, ""), (text, "text_")] {
      if case .words(let dictionary) = encoder {
        if prefix.isEmpty {
          add("words", .f32(dictionary.words.values), shape: [dictionary.words.rows, dictionary.words.columns])
        }
        add(prefix + "mean", .f32(dictionary.mean))
        if case .projection(let means, let deviations, _) = dictionary.rule {
          add(prefix + "token_means", .f32(means))
          add(prefix + "token_deviations", .f32(deviations))
        }
      }
      guard case .network(let network) = encoder else { continue }
      add(prefix + "weight", .f32(network.weights.values), shape: [network.weights.rows, network.weights.columns])
      add(prefix + "bias", .f32(network.bias))
      guard let hidden = network.hidden else { continue }
      add(
        prefix + "hidden_weight", .f32(hidden.weights.values), shape: [hidden.weights.rows, hidden.weights.columns])
      add(prefix + "hidden_bias", .f32(hidden.bias))
    }
    add("query_weights", .f32(queryWeights))
    if let expansions {
      add("expansion_starts", .u32(expansions.starts))
      add("expansion_tokens", .u32(expansions.tokens))
      add("expansion_weights", .f32(expansions.weights))
    }
    if let bank {
      add("bank_starts", .u32(bank.starts))
      add("bank_tokens", .u32(bank.tokens))
      add("bank_means", .f32([bank.meanAnswer, bank.meanLength]))
    }
    add("vocabulary", .u8(Array(vocabulary.tokens.joined(separator: "\n").utf8)))
    if case .wordPiece(let wordPiece) = tokenizer {
      add("tokenizer_vocabulary", .u8(Array(wordPiece.vocabulary.tokens.joined(separator: "\n").utf8)))
    }
    return contents
  }
}
