import ByteStorage
import EmbeddingDumps
import LinearAlgebra

/// Reads the parts of an alignment from a file and checks them against each other.
struct AlignmentReader {
  private let file: SafetensorsFile

  init(_ file: MappedFile) throws(AlignmentError) {
    self.file = try reading { () throws(SafetensorsError) in try SafetensorsFile(file) }
  }

  func map() throws(AlignmentError) -> AlignmentMap {
    guard file.header.metadata["format"] == AlignmentMap.formatName else {
      throw .notAnAlignment(
        source: file.source, reason: "its metadata does not say format = \(AlignmentMap.formatName)")
    }
    try reading { () throws(SafetensorsError) in try file.verify() }
    let version = try text("version")
    guard version == AlignmentMap.version else {
      throw .unsupportedAlignment(
        source: file.source, what: "version", found: version, supported: AlignmentMap.version)
    }
    let weights = try floats("part_weights")
    let hasTexts = file.header.metadata["text_dimension"] != nil
    try checkNames(parts: weights.count, hasTexts: hasTexts)
    return try AlignmentMap(
      method: try text("method"), images: try side(.images, parts: weights.count),
      texts: hasTexts ? try side(.texts, parts: weights.count) : nil, words: try words(),
      querySample: try querySample(),
      partWeights: weights, provenance: file.texts(prefix: "provenance."),
      validation: file.texts(prefix: "validation."),
      source: file.source)
  }

  /// Refuses members and tensors that this version does not have.
  private func checkNames(parts: Int, hasTexts: Bool) throws(AlignmentError) {
    var members: Set = ["format", "version", "method", "words_tokenizer", Safetensors.checksumKey]
    var tensors: Set = ["part_weights", "words_weight", "words_bias", "words_vocabulary", "query_sample"]
    for side in AlignedSide.allCases where side == .images || hasTexts {
      let name = side.fileName
      members.formUnion([name + "_dimension", name + "_preparation", name + "_layers"])
      tensors.formUnion([name + "_means", name + "_deviations", name + "_centre"])
      // Those of layers are compared when these are read.
      if file.header.metadata[name + "_layers"] != nil {
        let prefix = SideNetwork.tensorPrefix(name)
        tensors.formUnion(file.header.tensors.keys.filter { $0.hasPrefix(prefix) })
      }
      // More parts than tensors cannot be.
      for part in 0..<min(parts, 1000) {
        members.insert("\(name)_activation_\(part)")
        tensors.formUnion(["\(name)_weight_\(part)", "\(name)_bias_\(part)"])
      }
    }
    let strangers = file.header.metadata.keys.filter {
      !members.contains($0) && !$0.hasPrefix("provenance.") && !$0.hasPrefix("validation.")
    }
    if let stranger = strangers.sorted().first {
      throw refuse("metadata", "an alignment of this version has no '\(stranger)'")
    }
    if let stranger = file.header.tensors.keys.sorted().first(where: { !tensors.contains($0) }) {
      throw refuse(stranger, "an alignment of this version has no such tensor")
    }
  }

  private func side(_ side: AlignedSide, parts: Int) throws(AlignmentError) -> AlignmentMap.Side {
    let name = side.fileName
    guard let dimension = Int(try text(name + "_dimension")), dimension > 0, dimension <= NpyArray.maximumColumns
    else { throw refuse("metadata", "the \(name)_dimension is not a number above 0") }
    let recipeName = try text(name + "_preparation")
    guard let recipe = Preparation.Recipe(rawValue: recipeName) else {
      throw .unsupportedAlignment(
        source: file.source, what: "\(name)_preparation", found: recipeName,
        supported: Preparation.Recipe.allCases.map(\.rawValue).joined(separator: ", "))
    }
    func table(_ key: String, _ isThere: Bool) throws(AlignmentError) -> [Float] {
      let tensor = "\(name)_\(key)"
      guard isThere == (file.header.tensors[tensor] != nil) else {
        throw refuse(tensor, "the preparation '\(recipeName)' \(isThere ? "needs" : "has no") such tensor")
      }
      guard isThere else { return [] }
      let values = try floats(tensor)
      guard values.count == dimension else {
        throw refuse(tensor, "it has \(values.count) numbers instead of \(dimension)")
      }
      guard values.allSatisfy(\.isFinite) else { throw refuse(tensor, "it holds a number that is not finite") }
      return values
    }
    let deviations = try table("deviations", recipe.standardises)
    guard deviations.allSatisfy({ $0 > 0 }) else {
      throw refuse("\(name)_deviations", "it holds a number of 0 or less")
    }
    let preparation = Preparation(
      recipe: recipe, dimension: dimension, means: try table("means", recipe.standardises), deviations: deviations,
      centre: try table("centre", recipe.centres))
    var projections: [Projection] = []
    for part in 0..<parts { projections.append(try projection(name, part)) }
    return AlignmentMap.Side(
      preparation, projections, network: try SideNetwork.read(file, side: name, inputs: dimension))
  }

  private func words() throws(AlignmentError) -> WordSide? {
    guard let tokenizer = file.header.metadata["words_tokenizer"] else {
      if let tensor = file.header.tensors.keys.sorted().first(where: { $0.hasPrefix("words_") }) {
        throw refuse(tensor, "an alignment without 'words_tokenizer' has no words")
      }
      return nil
    }
    let table = try reading { () throws(SafetensorsError) in try file.matrix("words_weight") }
    let bytes = try reading { () throws(SafetensorsError) in try file.bytes("words_vocabulary") }
    var tokens: [String] = []
    for bytes in bytes.split(separator: 10, omittingEmptySubsequences: false) {
      guard let token = String(validating: bytes, as: UTF8.self) else {
        throw refuse("words_vocabulary", "word \(tokens.count) is not UTF-8")
      }
      tokens.append(token)
    }
    return try WordSide(
      tokens: tokens, tokenizer: tokenizer, table: table, intercept: try floats("words_bias"), source: file.source)
  }

  private func querySample() throws(AlignmentError) -> Matrix? {
    guard file.header.tensors["query_sample"] != nil else { return nil }
    return try reading { () throws(SafetensorsError) in try file.matrix("query_sample") }
  }

  private func projection(_ name: String, _ part: Int) throws(AlignmentError) -> Projection {
    let activationName = try text("\(name)_activation_\(part)")
    guard let activation = Projection.Activation(activationName) else {
      throw .unsupportedAlignment(
        source: file.source, what: "\(name)_activation_\(part)", found: activationName,
        supported: "none, posteriors, strongest:COUNT:POWER")
    }
    let (weightName, biasName) = ("\(name)_weight_\(part)", "\(name)_bias_\(part)")
    var weights: Matrix?
    if file.header.tensors[weightName] != nil {
      weights = try reading { () throws(SafetensorsError) in try file.matrix(weightName) }
    }
    var bias: [Float] = []
    if file.header.tensors[biasName] != nil { bias = try floats(biasName) }
    guard bias.isEmpty || bias.count == weights?.rows else {
      throw refuse(biasName, "it has \(bias.count) numbers, not one for each row of \(weightName)")
    }
    guard weights != nil || activation == .none else {
      throw refuse(weightName, "the activation '\(activationName)' needs such a tensor")
    }
    return Projection(weights: weights, bias: bias, activation: activation)
  }

  private func text(_ key: String) throws(AlignmentError) -> String {
    try reading { () throws(SafetensorsError) in try file.text(key) }
  }

  private func floats(_ name: String) throws(AlignmentError) -> [Float] {
    try reading { () throws(SafetensorsError) in try file.floats(name, dimensions: 1).values }
  }

  private func refuse(_ section: String, _ reason: String) -> AlignmentError {
    .damagedAlignment(source: file.source, section: section, reason: reason)
  }
}

/// Runs `body` and says of what is wrong with the file that it is wrong with an alignment.
func reading<R>(_ body: () throws(SafetensorsError) -> R) throws(AlignmentError) -> R {
  do {
    return try body()
  } catch {
    switch error {
    case .notSafetensors(let source, let reason): throw .notAnAlignment(source: source, reason: reason)
    case .damaged(let source, let section, let reason):
      throw .damagedAlignment(source: source, section: section, reason: reason)
    case .storage(let error): throw .storage(error)
    }
  }
}
