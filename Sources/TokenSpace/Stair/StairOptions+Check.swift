extension StairOptions {
  /// Throws ``TokenSpaceError/badOption(name:value:range:)`` for the first option out of range.
  func check() throws(TokenSpaceError) {
    try require(minimumDocumentFrequency >= 1, "minimum document frequency", minimumDocumentFrequency, "1 or more")
    try require(maximumVocabulary >= 1, "maximum vocabulary", maximumVocabulary, "1 or more")
    try require((0...0.5).contains(validationShare), "share of rows to validate on", validationShare, "from 0 to 0.5")
    try require(maximumValidationRows >= 2, "maximum of rows to validate on", maximumValidationRows, "2 or more")
    try require((0...65_536).contains(hidden), "hidden width", hidden, "from 0 to 65536")
    try require((1...65_536).contains(textHidden), "hidden width of texts", textHidden, "from 1 to 65536")
    try require((1...3).contains(stages), "number of stages", stages, "1, 2 or 3")
    for (name, count) in [("epochs", epochs), ("text epochs", textEpochs), ("joint epochs", jointEpochs)] {
      if let count { try require((1...100_000).contains(count), "number of \(name)", count, "from 1 to 100000") }
    }
    if let batchSize { try require((2...65_536).contains(batchSize), "batch size", batchSize, "from 2 to 65536") }
    try requirePositive(learningRate, "learning rate", below: 1)
    try requirePositive(tableLearningRate, "learning rate of query weights", below: 1)
    try requirePositive(jointRateShare, "share of the joint learning rate", below: 1)
    try require((0..<1).contains(averageDecay), "decay of the average", averageDecay, "from 0 to below 1")
    try require((0...10).contains(noise), "noise", noise, "from 0 to 10")
    let terms: [(String, Double?)] = [
      ("weight decay", weightDecay), ("FLOPs weight", flops), ("FLOPs weight of texts", textFlops),
      ("weight of the listwise term", say), ("weight of the gated loss", gate), ("weight of unsaid tokens", unsaid),
      ("weight against empty vectors", antiZero),
    ]
    for (name, weight) in terms {
      if let weight { try require((0...1000).contains(weight), name, weight, "from 0 to 1000") }
    }
    if let patience { try require(patience >= 0, "patience", patience, "0 or more") }
    try require(top >= 1, "top", top, "1 or more")
    try require((0...1000).contains(expansions), "number of expansions", expansions, "from 0 to 1000")
    try require(
      ceilingQuantile > 0 && ceilingQuantile <= 1, "ceiling quantile", ceilingQuantile, "above 0 and at most 1")
    if let memoryLimit { try require(memoryLimit > 0, "memory limit", memoryLimit, "above 0") }
    try require(readingBatch >= 1, "reading batch", readingBatch, "1 or more")
  }

  private func require(
    _ condition: Bool, _ name: String, _ value: some CustomStringConvertible, _ range: String
  ) throws(TokenSpaceError) {
    if !condition { throw .badOption(name: name, value: value.description, range: range) }
  }

  private func requirePositive(_ value: Double, _ name: String, below limit: Double) throws(TokenSpaceError) {
    try require(value > 0 && value <= limit, name, value, "above 0 and at most \(limit)")
  }

  /// The same options with every choice made that depends on the number of training rows.
  func resolved(rows: Int) -> StairOptions {
    var options = self
    let batch = min(rows, batchSize ?? max(32, min(512, rows / 8)))
    options.batchSize = batch
    options.textFlops = textFlops ?? flops / 10
    // Few rows need many epochs for their steps, very many need few.
    let wanted = (500 * batch + rows - 1) / max(1, rows)
    let affordable = 12_000_000 / max(1, rows)
    let grounding = epochs ?? max(3, min(60, max(10, wanted), max(3, affordable)))
    options.epochs = grounding
    options.patience = patience ?? max(4, grounding / 3)
    options.textEpochs = textEpochs ?? max(1, grounding / 5)
    options.jointEpochs = jointEpochs ?? max(1, grounding / 5)
    return options
  }

  /// Every setting that decides about the head, by name; for the provenance, and to compare a checkpoint with.
  ///
  /// - Precondition: the options are resolved.
  var settings: [String: String] {
    let numbers: [(String, Double)] = [
      ("validation_share", validationShare), ("learning_rate", learningRate),
      ("table_learning_rate", tableLearningRate), ("joint_rate_share", jointRateShare), ("weight_decay", weightDecay),
      ("average_decay", averageDecay), ("noise", noise), ("flops", flops), ("text_flops", textFlops ?? 0),
      ("say", say), ("gate", gate), ("unsaid", unsaid), ("anti_zero", antiZero), ("ceiling_quantile", ceilingQuantile),
    ]
    let counts: [(String, Int)] = [
      ("maximum_validation_rows", maximumValidationRows), ("minimum_document_frequency", minimumDocumentFrequency),
      ("maximum_vocabulary", maximumVocabulary), ("hidden", hidden), ("text_hidden", textHidden), ("stages", stages),
      ("batch", batchSize ?? 0), ("patience", patience ?? 0), ("top", top), ("expansions", expansions),
    ]
    var settings = ["caption_field": captionField, "seed": String(seed)]
    settings["expansion_control"] = String(controlsExpansion)
    for (name, value) in numbers { settings[name] = value.description }
    for (name, value) in counts { settings[name] = String(value) }
    let epochs = [epochs, textEpochs, jointEpochs].prefix(stages)
    settings["epochs"] = epochs.map { String($0 ?? 0) }.joined(separator: " + ")
    if !filterDescription.isEmpty { settings["filter"] = filterDescription }
    if !validationDescription.isEmpty { settings["validation_filter"] = validationDescription }
    return settings
  }
}
