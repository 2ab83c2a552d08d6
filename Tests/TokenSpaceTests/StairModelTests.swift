import Glibc
import Learning
import LinearAlgebra
import Testing

@testable import TokenSpace

@Suite struct StairModelTests {
  /// Pictures that are noisy sums of a direction for each of their caption's tokens.
  private struct Toy {
    static let (dimension, tokens) = (24, 20)
    var random: SplitMix64
    let directions: Matrix

    init(seed: UInt64) {
      random = SplitMix64(seed: seed)
      directions = .uniform(rows: Self.tokens, columns: Self.dimension, bound: 2, random: &random)
    }

    mutating func batch(_ count: Int) -> StairBatch<Float> {
      var images = Matrix(rows: count, columns: Self.dimension)
      var captions = SparseTargets()
      for row in 0..<count {
        let caption = Set((0..<3).map { _ in UInt32(random.below(Self.tokens)) }).sorted()
        captions.append(caption)
        for token in caption {
          for column in 0..<Self.dimension { images[row, column] += directions[Int(token), column] }
        }
      }
      Float.addNoise(deviation: 0.3, seed: 1, stream: random.next(), to: &images.values)
      return StairBatch(images: images, captions: captions, falseNegatives: FalseNegatives(captions: captions))
    }
  }

  private func model(
    seed: UInt64 = 3, hidden: Int = 32, textDimension: Int? = nil
  ) throws -> StairModel<Float> {
    let shape = StairShape(
      imageDimension: Toy.dimension, textDimension: textDimension, tokens: Toy.tokens, hidden: hidden, textHidden: 16)
    return try StairModel(shape: shape, seed: seed, idf: [Float](repeating: 2, count: Toy.tokens))
  }

  private func train(_ model: inout StairModel<Float>, steps: Int, seed: UInt64 = 8) throws -> [StairLosses] {
    var toy = Toy(seed: seed)
    var terms = StairTerms()
    (terms.imageFlops, terms.said) = (0.002, 0.3)
    return try (0..<steps).map { _ in
      let losses = try model.backpropagate(toy.batch(32), terms)
      AdamW().step(&model.parameters, rates: ["image": 0.01, "table": 0.02], averageDecay: 0.9)
      return losses
    }
  }

  @Test("the first stage teaches pictures to say their captions")
  func learns() throws {
    var model = try model()
    let losses = try train(&model, steps: 60)
    #expect(losses[59].contrastive < 0.3 * losses[0].contrastive)
    model.parameters.exchangeAverages()
    var toy = Toy(seed: 8)
    toy.random = SplitMix64(seed: 99)
    let held = toy.batch(50)
    let weights = try model.encodeImages(held.images)
    var (said, all) = (0, 0)
    for row in 0..<50 {
      let best = (0..<Toy.tokens).sorted { weights[row, $0] > weights[row, $1] }
      let caption = held.captions.row(row)
      said += best.prefix(caption.count).count { caption.contains(UInt32($0)) }
      all += caption.count
    }
    #expect(Double(said) / Double(all) > 0.8)
  }

  @Test("the same seed gives the same bytes, another seed does not")
  func deterministic() throws {
    var (first, second, other) = (try model(), try model(), try model(seed: 4))
    _ = try train(&first, steps: 3)
    _ = try train(&second, steps: 3)
    _ = try train(&other, steps: 3)
    #expect(first.parameters.encoded() == second.parameters.encoded())
    #expect(first.parameters.encoded() != other.parameters.encoded())
  }

  @Test("losses are what their definitions say", arguments: [StairTerms.TextForm.table, .masked, .expanded])
  func definitions(form: StairTerms.TextForm) throws {
    let shape = StairShape(imageDimension: 5, tokens: 11, hidden: 6, textHidden: 7)
    let test = try StairGradientTests.Case(hidden: 6, textDimension: nil)
    var model = test.model
    let batch = test.batch
    var terms = StairTerms()
    terms.words = form
    (terms.contrastive, terms.scoreScale, terms.imageFlops, terms.textFlops) = (0.9, 0.8, 0.3, 0.2)
    (terms.gate, terms.said, terms.unsaid, terms.antiZero) = (0.4, 0.5, 0.1, 3)
    let losses = try model.backpropagate(batch, terms)

    let (n, v) = (batch.images.rows, shape.tokens)
    let w = try model.encodeImages(batch.images)
    var q = DoubleMatrix(rows: n, columns: v)
    let expansions = try model.expansions(of: batch.captions)
    for i in 0..<n {
      for j in 0..<v {
        let own = batch.captions.row(i).contains(UInt32(j))
        let expansion = form == .table || (form == .masked && !own) ? 0 : expansions[i, j]
        q[i, j] = (own ? model.tableWeights()[j] : 0) + expansion
      }
    }
    func score(_ text: Int, _ picture: Int) -> Double {
      if batch.falseNegatives.places.contains(where: { $0.row == text && $0.column == picture }) { return -.infinity }
      return 0.8 * (0..<v).reduce(0) { $0 + q[text, $1] * w[picture, $1] }
    }
    var contrastive = 0.0
    for i in 0..<n {
      let texts = log((0..<n).reduce(0) { $0 + exp(score($1, i)) })
      let pictures = log((0..<n).reduce(0) { $0 + exp(score(i, $1)) })
      contrastive += (texts + pictures - 2 * score(i, i)) / Double(2 * n)
    }
    #expect(abs(losses.contrastive - contrastive) < 1e-9)
    func flops(_ x: DoubleMatrix) -> Double {
      (0..<v).reduce(0) { sum, j in
        let mean = (0..<n).reduce(0) { $0 + x[$1, j] } / Double(n)
        return sum + mean * mean
      }
    }
    #expect(abs(losses.imageFlops - flops(w)) < 1e-9)
    #expect(abs(losses.textFlops - flops(q)) < 1e-9)
    var unsaid = 0.0
    for i in 0..<n {
      for j in 0..<v where !batch.captions.row(i).contains(UInt32(j)) { unsaid += w[i, j] * w[i, j] / Double(n) }
    }
    #expect(abs(losses.unsaid - unsaid) < 1e-9)
    let (imageSum, textSum) = (w.values.reduce(1, +), q.values.reduce(1, +))
    #expect(abs(losses.antiZero - 1 / (imageSum * imageSum) - 1 / (textSum * textSum)) < 1e-9)
    #expect(losses.meanImageTokens == Double(w.values.count { $0 > 0 }) / Double(n))
    #expect(losses.meanTextTokens == Double(q.values.count { $0 > 0 }) / Double(n))
    let total =
      0.9 * contrastive + 0.3 * losses.imageFlops + 0.2 * losses.textFlops + 0.4 * losses.gate + 0.5 * losses.said
      + 0.1 * unsaid + 3 * losses.antiZero
    #expect(abs(losses.total - total) < 1e-9)
  }

  @Test("the saved network gives raw rows what the model gives standardised ones", arguments: [0, 32])
  func folded(hidden: Int) throws {
    var model = try model(hidden: hidden)
    _ = try train(&model, steps: 5)
    var random = SplitMix64(seed: 5)
    let raw = Matrix.uniform(rows: 7, columns: Toy.dimension, bound: 3, random: &random)
    let means = (0..<Toy.dimension).map { _ in Float(random.normal()) }
    let scales = (0..<Toy.dimension).map { _ in Float(0.5 + random.uniform()) }
    let folded = try #require(model.image.folded(model.parameters, means: means, scales: scales))
    let network = TokenNetwork(
      hidden: folded.hidden.map { .init(weights: $0.weights, bias: $0.bias) }, weights: folded.weights,
      bias: folded.bias)
    let logits = try network.logits(of: raw)
    var rows = raw
    Float.standardise(&rows, means: means, scales: scales)
    let weights = try model.encodeImages(rows)
    for (logit, weight) in zip(logits.values, weights.values) {
      #expect(abs(log1p(max(0, logit)) - weight) < 1e-4)
    }
    #expect(weights.values.contains { $0 > 0 })
    #expect(model.words.folded(model.parameters, means: [], scales: []) == nil)
  }

  @Test("batches that do not fit, and numbers that are not finite, are errors")
  func errors() throws {
    var model = try model(textDimension: 4)
    var toy = Toy(seed: 1)
    let batch = toy.batch(4)
    var wrong = batch
    wrong.images = Matrix(rows: 4, columns: 3)
    #expect(throws: LearningError.shapeMismatch(what: "columns of the pictures", expected: 24, found: 3)) {
      try model.backpropagate(wrong, StairTerms())
    }
    wrong = batch
    wrong.captions.append([20])
    wrong.images = Matrix(rows: 5, columns: Toy.dimension)
    #expect(throws: LearningError.targetOutOfRange(target: 20, count: 20)) {
      try model.backpropagate(wrong, StairTerms())
    }
    wrong = batch
    wrong.images[2, 2] = .nan
    #expect(throws: LearningError.notFinite(what: "loss")) { try model.backpropagate(wrong, StairTerms()) }
    var terms = StairTerms()
    terms.rows = .masked
    #expect(throws: LearningError.shapeMismatch(what: "rows of texts", expected: 4, found: 0)) {
      try model.backpropagate(batch, terms)
    }
    #expect(throws: LearningError.self) {
      try StairModel<Float>(
        shape: StairShape(imageDimension: 0, tokens: 5, hidden: 1, textHidden: 1), seed: 1,
        idf: [Float](repeating: 0, count: 5))
    }
    #expect(try model.backpropagate(toy.batch(0), StairTerms()) == StairLosses())
  }
}
