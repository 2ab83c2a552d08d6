import Learning
import LinearAlgebra

/// What one step works in: the batch, its losses so far, and buffers that the next step uses again.
struct StairStep<Scalar: Real>: Sendable {
  var batch = StairBatch<Scalar>(
    images: DenseMatrix(rows: 0, columns: 0), captions: SparseTargets(), falseNegatives: FalseNegatives())
  var terms = StairTerms()
  var losses = StairLosses()
  /// What the pictures give the tokens of their captions.
  var own = OwnTokens<Scalar>()

  /// The token weights of the pictures.
  var weights = DenseMatrix<Scalar>(rows: 0, columns: 0)
  /// Their logits.
  var logits = DenseMatrix<Scalar>(rows: 0, columns: 0)
  /// The gradient by the weights, at the end by the logits.
  private(set) var gradient = DenseMatrix<Scalar>(rows: 0, columns: 0)
  /// The sums of the weights over pictures, and over tokens.
  var columnSums: [Scalar] = []
  var rowSums: [Scalar] = []
  /// The sums of the logits' gradient over pictures.
  var biasSums: [Scalar] = []

  /// The token weights of the texts, when they are dense, and their logits or gradient as above.
  var texts = DenseMatrix<Scalar>(rows: 0, columns: 0)
  var textLogits = DenseMatrix<Scalar>(rows: 0, columns: 0)

  /// Scores of all pictures (rows) with all texts (columns); then the gradient by these.
  private var scores = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var columnTerms: [Scalar] = []

  /// The number of pairs.
  var count: Double { Double(batch.images.rows) }

  /// Begins a step whose ``logits`` are there.
  mutating func start() {
    let (rows, tokens) = (logits.rows, logits.columns)
    losses = StairLosses()
    weights.setShape(rows: rows, columns: tokens)
    scores.setShape(rows: rows, columns: rows)
    if rowSums.count != rows { rowSums = [Scalar](repeating: 0, count: rows) }
    if columnSums.count != tokens {
      columnSums = [Scalar](repeating: 0, count: tokens)
      biasSums = columnSums
      columnTerms = columnSums
    }
    let nonzeros = Scalar.tokenWeights(logits, into: &weights, columnSums: &columnSums, rowSums: &rowSums)
    losses.meanImageTokens = Double(nonzeros) / count
    own.read(batch.captions, logits: logits, weights: weights)
    guard terms.trainsImage else { return }
    gradient.setShape(rows: rows, columns: tokens)
    Scalar.fill(&gradient.values, with: 0)
  }

  /// The contrastive loss of texts that hold their own tokens only, with these weights.
  ///
  /// - Returns: the gradient by the weights.
  mutating func contrastSparse(_ values: [Scalar], share: Double) throws(LearningError) -> [Scalar] {
    let captions = batch.captions
    Scalar.sparseScores(captions, values, weights, into: &scores)
    contrast(share)
    if terms.trainsImage { Scalar.sparseScoresBackward(captions, values, scores: scores, addingTo: &self.gradient) }
    var gradient = [Scalar](repeating: 0, count: values.count)
    Scalar.sparseValueGradient(captions, scores: scores, weights, into: &gradient)

    var sums = [Scalar](repeating: 0, count: weights.columns)
    Scalar.collect(values, captions, addingTo: &sums)
    chargeTexts(sums, share: share)
    var charges = gradient
    Scalar.pick(columnTerms, captions, into: &charges)
    Scalar.add(1, charges, to: &gradient)
    losses.meanTextTokens = Double(values.count { $0 > 0 }) / count
    own.setGate(texts: values, rowSums: rowSums, tokens: weights.columns)
    return gradient
  }

  /// The contrastive loss of the dense ``texts``, whose column sums are these; ``textLogits`` becomes the gradient by the
  /// texts, without the ``columnTerms`` that belong to it.
  mutating func contrastDense(columnSums sums: [Scalar], share: Double) throws(LearningError) {
    try multiply(weights, texts, transposeB: true, into: &scores)
    contrast(share)
    if terms.trainsImage { try multiply(scores, texts, beta: 1, into: &gradient) }
    try multiply(scores, transposeA: true, weights, into: &textLogits)
    chargeTexts(sums, share: share)
    var values = [Scalar](repeating: 0, count: batch.captions.indices.count)
    Scalar.gather(texts, batch.captions, into: &values)
    own.setGate(texts: values, rowSums: rowSums, tokens: weights.columns)
  }

  /// From the scores to the gradient by them.
  private mutating func contrast(_ share: Double) {
    if terms.scoreScale != 1 { Scalar.scale(&scores.values, by: Scalar(terms.scoreScale)) }
    batch.falseNegatives.mask(&scores)
    let loss = Scalar.symmetricCrossEntropy(&scores)
    losses.contrastive += share * loss
    losses.total += terms.contrastive * share * loss
    let factor = terms.contrastive * share * terms.scoreScale
    if factor != 1 { Scalar.scale(&scores.values, by: Scalar(factor)) }
  }

  /// FLOPs and anti-zero term of the texts, from the sums over texts.
  private mutating func chargeTexts(_ sums: [Scalar], share: Double) {
    let flops = Scalar.sumOfSquares(sums) / (count * count)
    losses.textFlops += share * flops
    let total = sums.reduce(0.0) { $0 + Double($1) } + 1
    losses.antiZero += share / (total * total)
    losses.total += share * (terms.textFlops * flops + terms.antiZero / (total * total))
    setColumnTerms(flops: share * terms.textFlops, sums, antiZero: share * terms.antiZero, total)
  }

  private mutating func setColumnTerms(flops: Double, _ sums: [Scalar], antiZero: Double, _ total: Double) {
    Scalar.fill(&columnTerms, with: Scalar(-2 * antiZero / (total * total * total)))
    Scalar.add(Scalar(2 * flops / (count * count)), sums, to: &columnTerms)
  }

  /// The column terms of the texts at the tokens of the captions.
  func textCharges() -> [Scalar] {
    var charges = [Scalar](repeating: 0, count: batch.captions.indices.count)
    Scalar.pick(columnTerms, batch.captions, into: &charges)
    return charges
  }

  /// From the gradient by the texts' weights to that by their logits.
  mutating func textsBackward() {
    Scalar.tokenWeightsBackward(texts, columnTerms: columnTerms, scale: 0, gradient: &textLogits, sums: &biasSums)
  }

  /// What the pictures alone are charged for, and the way back to their logits.
  mutating func finishImages() {
    let captions = batch.captions
    losses.imageFlops = Scalar.sumOfSquares(columnSums) / (count * count)
    losses.unsaid = max(0, Scalar.sumOfSquares(weights.values) - Scalar.sumOfSquares(own.weights)) / count
    losses.gate = own.gateLoss() / count
    var logSums = rowSums
    if terms.said != 0 {
      Scalar.rowLogSums(logits, into: &logSums)
      losses.said = own.saidLoss(logSums: logSums) / count
    }
    let total = rowSums.reduce(0.0) { $0 + Double($1) } + 1
    losses.antiZero += 1 / (total * total)
    losses.total +=
      terms.imageFlops * losses.imageFlops + terms.unsaid * losses.unsaid + terms.gate * losses.gate
      + terms.said * losses.said + terms.antiZero / (total * total)
    guard terms.trainsImage else { return }

    let unsaid = Scalar(2 * terms.unsaid / count)
    if terms.unsaid != 0 {
      var said = own.weights
      Scalar.scale(&said, by: -unsaid)
      Scalar.scatter(said, captions, addingTo: &gradient)
    }
    setColumnTerms(flops: terms.imageFlops, columnSums, antiZero: terms.antiZero, total)
    Scalar.tokenWeightsBackward(weights, columnTerms: columnTerms, scale: unsaid, gradient: &gradient, sums: &biasSums)
    if terms.gate != 0 { addOwn(own.gateGradient(Scalar(terms.gate / count))) }
    if terms.said != 0 {
      let (ownPart, rows) = own.saidGradient(Scalar(terms.said / count))
      Scalar.addSoftmax(logits, logSums: logSums, scales: rows, to: &gradient, sums: &biasSums)
      addOwn(ownPart)
    }
  }

  /// Adds to the logits' gradient at the captions' tokens.
  private mutating func addOwn(_ values: [Scalar]) {
    Scalar.scatter(values, batch.captions, addingTo: &gradient)
    Scalar.collect(values, batch.captions, addingTo: &biasSums)
  }
}
