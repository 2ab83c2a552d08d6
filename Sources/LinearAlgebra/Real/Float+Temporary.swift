// Temporary: through Double.
extension Float: RealActivations {
  public static func gelu(_ x: [Float], into y: inout [Float]) {
    let d_x = x.map { Double($0) }
    var d_y = y.map { Double($0) }
    Double.gelu(d_x, into: &d_y)
    y = d_y.map { Float($0) }
  }
  public static func geluBackward(_ x: [Float], gradient: inout [Float]) {
    let d_x = x.map { Double($0) }
    var d_gradient = gradient.map { Double($0) }
    Double.geluBackward(d_x, gradient: &d_gradient)
    gradient = d_gradient.map { Float($0) }
  }
  public static func relu(_ x: inout [Float]) {
    var d_x = x.map { Double($0) }
    Double.relu(&d_x)
    x = d_x.map { Float($0) }
  }
  public static func reluBackward(_ y: [Float], gradient: inout [Float]) {
    let d_y = y.map { Double($0) }
    var d_gradient = gradient.map { Double($0) }
    Double.reluBackward(d_y, gradient: &d_gradient)
    gradient = d_gradient.map { Float($0) }
  }
  public static func tanh(_ x: inout [Float]) {
    var d_x = x.map { Double($0) }
    Double.tanh(&d_x)
    x = d_x.map { Float($0) }
  }
  public static func tanhBackward(_ y: [Float], gradient: inout [Float]) {
    let d_y = y.map { Double($0) }
    var d_gradient = gradient.map { Double($0) }
    Double.tanhBackward(d_y, gradient: &d_gradient)
    gradient = d_gradient.map { Float($0) }
  }
  public static func softplus(_ x: [Float], into y: inout [Float]) {
    let d_x = x.map { Double($0) }
    var d_y = y.map { Double($0) }
    Double.softplus(d_x, into: &d_y)
    y = d_y.map { Float($0) }
  }
  public static func sigmoid(_ x: [Float], into y: inout [Float]) {
    let d_x = x.map { Double($0) }
    var d_y = y.map { Double($0) }
    Double.sigmoid(d_x, into: &d_y)
    y = d_y.map { Float($0) }
  }
}
extension Float: RealRows {
  public static func addRow(_ row: [Float], to x: inout DenseMatrix<Float>) {
    let d_row = row.map { Double($0) }
    var d_x = widen(x)
    Double.addRow(d_row, to: &d_x)
    x = narrow(d_x)
  }
  public static func columnSums(_ x: DenseMatrix<Float>, into sums: inout [Float]) {
    let d_x = widen(x)
    var d_sums = sums.map { Double($0) }
    Double.columnSums(d_x, into: &d_sums)
    sums = d_sums.map { Float($0) }
  }
  public static func standardise(_ x: inout DenseMatrix<Float>, means: [Float], scales: [Float]) {
    var d_x = widen(x)
    let d_means = means.map { Double($0) }
    let d_scales = scales.map { Double($0) }
    Double.standardise(&d_x, means: d_means, scales: d_scales)
    x = narrow(d_x)
  }
  public static func normaliseRows(_ x: inout DenseMatrix<Float>, inverseDeviations: inout [Float]) {
    var d_x = widen(x)
    var d_inverseDeviations = inverseDeviations.map { Double($0) }
    Double.normaliseRows(&d_x, inverseDeviations: &d_inverseDeviations)
    x = narrow(d_x)
    inverseDeviations = d_inverseDeviations.map { Float($0) }
  }
  public static func scaleAndShift(
    _ x: DenseMatrix<Float>, gain: [Float], shift: [Float], into y: inout DenseMatrix<Float>
  ) {
    let d_x = widen(x)
    let d_gain = gain.map { Double($0) }
    let d_shift = shift.map { Double($0) }
    var d_y = widen(y)
    Double.scaleAndShift(d_x, gain: d_gain, shift: d_shift, into: &d_y)
    y = narrow(d_y)
  }
  public static func normaliseRowsBackward(
    normalised: DenseMatrix<Float>, inverseDeviations: [Float], gain: [Float], gradient: inout DenseMatrix<Float>,
    gainGradient: inout [Float], shiftGradient: inout [Float]
  ) {
    let d_normalised = widen(normalised)
    let d_inverseDeviations = inverseDeviations.map { Double($0) }
    let d_gain = gain.map { Double($0) }
    var d_gradient = widen(gradient)
    var d_gainGradient = gainGradient.map { Double($0) }
    var d_shiftGradient = shiftGradient.map { Double($0) }
    Double.normaliseRowsBackward(
      normalised: d_normalised, inverseDeviations: d_inverseDeviations, gain: d_gain, gradient: &d_gradient,
      gainGradient: &d_gainGradient, shiftGradient: &d_shiftGradient)
    gradient = narrow(d_gradient)
    gainGradient = d_gainGradient.map { Float($0) }
    shiftGradient = d_shiftGradient.map { Float($0) }
  }
  public static func unitRows(_ x: inout DenseMatrix<Float>, lengths: inout [Float]) {
    var d_x = widen(x)
    var d_lengths = lengths.map { Double($0) }
    Double.unitRows(&d_x, lengths: &d_lengths)
    x = narrow(d_x)
    lengths = d_lengths.map { Float($0) }
  }
  public static func unitRowsBackward(_ unit: DenseMatrix<Float>, lengths: [Float], gradient: inout DenseMatrix<Float>)
  {
    let d_unit = widen(unit)
    let d_lengths = lengths.map { Double($0) }
    var d_gradient = widen(gradient)
    Double.unitRowsBackward(d_unit, lengths: d_lengths, gradient: &d_gradient)
    gradient = narrow(d_gradient)
  }
  public static func tokenWeights(
    _ x: DenseMatrix<Float>, into w: inout DenseMatrix<Float>, columnSums: inout [Float], rowSums: inout [Float]
  ) -> Int {
    let d_x = widen(x)
    var d_w = widen(w)
    var d_columnSums = columnSums.map { Double($0) }
    var d_rowSums = rowSums.map { Double($0) }
    let result = Double.tokenWeights(d_x, into: &d_w, columnSums: &d_columnSums, rowSums: &d_rowSums)
    w = narrow(d_w)
    columnSums = d_columnSums.map { Float($0) }
    rowSums = d_rowSums.map { Float($0) }
    return result
  }
  public static func tokenWeightsBackward(
    _ w: DenseMatrix<Float>, columnTerms: [Float], scale: Float, gradient: inout DenseMatrix<Float>, sums: inout [Float]
  ) {
    let d_w = widen(w)
    let d_columnTerms = columnTerms.map { Double($0) }
    var d_gradient = widen(gradient)
    var d_sums = sums.map { Double($0) }
    Double.tokenWeightsBackward(
      d_w, columnTerms: d_columnTerms, scale: Double(scale), gradient: &d_gradient, sums: &d_sums)
    gradient = narrow(d_gradient)
    sums = d_sums.map { Float($0) }
  }
  public static func softmaxRows(_ x: inout DenseMatrix<Float>, logSums: inout [Float]) {
    var d_x = widen(x)
    var d_logSums = logSums.map { Double($0) }
    Double.softmaxRows(&d_x, logSums: &d_logSums)
    x = narrow(d_x)
    logSums = d_logSums.map { Float($0) }
  }
  public static func symmetricCrossEntropy(_ scores: inout DenseMatrix<Float>) -> Double {
    var d_scores = widen(scores)
    let result = Double.symmetricCrossEntropy(&d_scores)
    scores = narrow(d_scores)
    return result
  }
}
extension Float: RealSparseRows {
  public static func sparseScores(
    _ targets: SparseTargets, _ values: [Float], _ w: DenseMatrix<Float>, into scores: inout DenseMatrix<Float>
  ) {
    let d_values = values.map { Double($0) }
    let d_w = widen(w)
    var d_scores = widen(scores)
    Double.sparseScores(targets, d_values, d_w, into: &d_scores)
    scores = narrow(d_scores)
  }
  public static func sparseScoresBackward(
    _ targets: SparseTargets, _ values: [Float], scores: DenseMatrix<Float>, addingTo gradient: inout DenseMatrix<Float>
  ) {
    let d_values = values.map { Double($0) }
    let d_scores = widen(scores)
    var d_gradient = widen(gradient)
    Double.sparseScoresBackward(targets, d_values, scores: d_scores, addingTo: &d_gradient)
    gradient = narrow(d_gradient)
  }
  public static func sparseValueGradient(
    _ targets: SparseTargets, scores: DenseMatrix<Float>, _ w: DenseMatrix<Float>, into gradient: inout [Float]
  ) {
    let d_scores = widen(scores)
    let d_w = widen(w)
    var d_gradient = gradient.map { Double($0) }
    Double.sparseValueGradient(targets, scores: d_scores, d_w, into: &d_gradient)
    gradient = d_gradient.map { Float($0) }
  }
  public static func gather(_ x: DenseMatrix<Float>, _ targets: SparseTargets, into values: inout [Float]) {
    let d_x = widen(x)
    var d_values = values.map { Double($0) }
    Double.gather(d_x, targets, into: &d_values)
    values = d_values.map { Float($0) }
  }
  public static func scatter(_ values: [Float], _ targets: SparseTargets, addingTo x: inout DenseMatrix<Float>) {
    let d_values = values.map { Double($0) }
    var d_x = widen(x)
    Double.scatter(d_values, targets, addingTo: &d_x)
    x = narrow(d_x)
  }
  public static func store(_ values: [Float], _ targets: SparseTargets, in x: inout DenseMatrix<Float>) {
    let d_values = values.map { Double($0) }
    var d_x = widen(x)
    Double.store(d_values, targets, in: &d_x)
    x = narrow(d_x)
  }
  public static func pick(_ vector: [Float], _ targets: SparseTargets, into values: inout [Float]) {
    let d_vector = vector.map { Double($0) }
    var d_values = values.map { Double($0) }
    Double.pick(d_vector, targets, into: &d_values)
    values = d_values.map { Float($0) }
  }
  public static func collect(_ values: [Float], _ targets: SparseTargets, addingTo vector: inout [Float]) {
    let d_values = values.map { Double($0) }
    var d_vector = vector.map { Double($0) }
    Double.collect(d_values, targets, addingTo: &d_vector)
    vector = d_vector.map { Float($0) }
  }
  public static func sumRows(_ table: DenseMatrix<Float>, _ targets: SparseTargets, into sums: inout DenseMatrix<Float>)
  {
    let d_table = widen(table)
    var d_sums = widen(sums)
    Double.sumRows(d_table, targets, into: &d_sums)
    sums = narrow(d_sums)
  }
  public static func addRows(_ rows: DenseMatrix<Float>, _ targets: SparseTargets, to table: inout DenseMatrix<Float>) {
    let d_rows = widen(rows)
    var d_table = widen(table)
    Double.addRows(d_rows, targets, to: &d_table)
    table = narrow(d_table)
  }
  public static func sampledProduct(
    _ rows: DenseMatrix<Float>, _ table: DenseMatrix<Float>, _ targets: SparseTargets, into products: inout [Float]
  ) {
    let d_rows = widen(rows)
    let d_table = widen(table)
    var d_products = products.map { Double($0) }
    Double.sampledProduct(d_rows, d_table, targets, into: &d_products)
    products = d_products.map { Float($0) }
  }
  public static func sampledProductBackward(
    _ gradient: [Float], _ rows: DenseMatrix<Float>, _ table: DenseMatrix<Float>, _ targets: SparseTargets,
    into rowsGradient: inout DenseMatrix<Float>, addingTo tableGradient: inout DenseMatrix<Float>
  ) {
    let d_gradient = gradient.map { Double($0) }
    let d_rows = widen(rows)
    let d_table = widen(table)
    var d_rowsGradient = widen(rowsGradient)
    var d_tableGradient = widen(tableGradient)
    Double.sampledProductBackward(
      d_gradient, d_rows, d_table, targets, into: &d_rowsGradient, addingTo: &d_tableGradient)
    rowsGradient = narrow(d_rowsGradient)
    tableGradient = narrow(d_tableGradient)
  }
}
extension Float: RealUpdates {
  public static func fill(_ x: inout [Float], with value: Float) {
    var d_x = x.map { Double($0) }
    Double.fill(&d_x, with: Double(value))
    x = d_x.map { Float($0) }
  }
  public static func scale(_ x: inout [Float], by alpha: Float) {
    var d_x = x.map { Double($0) }
    Double.scale(&d_x, by: Double(alpha))
    x = d_x.map { Float($0) }
  }
  public static func add(_ alpha: Float, _ x: [Float], to y: inout [Float]) {
    let d_x = x.map { Double($0) }
    var d_y = y.map { Double($0) }
    Double.add(Double(alpha), d_x, to: &d_y)
    y = d_y.map { Float($0) }
  }
  public static func sumOfSquares(_ x: [Float]) -> Double {
    let d_x = x.map { Double($0) }
    let result = Double.sumOfSquares(d_x)
    return result
  }
  public static func allFinite(_ x: [Float]) -> Bool {
    let d_x = x.map { Double($0) }
    let result = Double.allFinite(d_x)
    return result
  }
  public static func addNoise(deviation: Float, seed: UInt64, stream: UInt64, to x: inout [Float]) {
    var g = SplitMix64(seed: seed ^ (stream &* 0x9E37_79B9_7F4A_7C15))
    for i in x.indices { x[i] += deviation * Float(g.normal()) }
  }
  public static func adamW(
    _ coefficients: AdamWCoefficients, gradient: [Float], values: inout [Float], first: inout [Float],
    second: inout [Float], average: inout [Float]
  ) {
    let d_gradient = gradient.map { Double($0) }
    var d_values = values.map { Double($0) }
    var d_first = first.map { Double($0) }
    var d_second = second.map { Double($0) }
    var d_average = average.map { Double($0) }
    Double.adamW(
      coefficients, gradient: d_gradient, values: &d_values, first: &d_first, second: &d_second, average: &d_average)
    values = d_values.map { Float($0) }
    first = d_first.map { Float($0) }
    second = d_second.map { Float($0) }
    average = d_average.map { Float($0) }
  }
}

private func widen(_ x: Matrix) -> DoubleMatrix {
  DoubleMatrix(rows: x.rows, columns: x.columns, values: x.values.map { Double($0) })
}
private func narrow(_ x: DoubleMatrix) -> Matrix {
  Matrix(rows: x.rows, columns: x.columns, values: x.values.map { Float($0) })
}
extension Float: Real {
  public static func multiply(
    _ a: Matrix, transposeA: Bool, _ b: Matrix, transposeB: Bool, alpha: Float, beta: Float,
    into c: inout Matrix
  ) throws(LinearAlgebraError) {
    try BLAS.sgemm(a, transposeA: transposeA, b, transposeB: transposeB, alpha: alpha, beta: beta, into: &c)
  }
}
