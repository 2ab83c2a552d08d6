extension Double: RealSparseRows {
  public static func sparseScores(
    _ targets: SparseTargets, _ values: [Double], _ w: DoubleMatrix, into scores: inout DoubleMatrix
  ) {
    precondition(targets.fit(rows: scores.columns, below: w.columns, values: values.count), "targets do not fit")
    precondition(scores.rows == w.rows, "there is one row of scores for every row of the weights")
    for j in 0..<scores.rows {
      for i in 0..<scores.columns {
        scores[j, i] = targets.range(i).reduce(0) { $0 + values[$1] * w[j, Int(targets.indices[$1])] }
      }
    }
  }

  public static func sparseScoresBackward(
    _ targets: SparseTargets, _ values: [Double], scores: DoubleMatrix, addingTo gradient: inout DoubleMatrix
  ) {
    precondition(
      targets.fit(rows: scores.columns, below: gradient.columns, values: values.count), "targets do not fit")
    precondition(scores.rows == gradient.rows, "there is one row of scores for every row of the weights")
    for j in 0..<scores.rows {
      for i in 0..<scores.columns {
        for place in targets.range(i) { gradient[j, Int(targets.indices[place])] += scores[j, i] * values[place] }
      }
    }
  }

  public static func sparseValueGradient(
    _ targets: SparseTargets, scores: DoubleMatrix, _ w: DoubleMatrix, into gradient: inout [Double]
  ) {
    precondition(targets.fit(rows: scores.columns, below: w.columns, values: gradient.count), "targets do not fit")
    precondition(scores.rows == w.rows, "there is one row of scores for every row of the weights")
    for i in 0..<scores.columns {
      for place in targets.range(i) {
        gradient[place] = (0..<w.rows).reduce(0) { $0 + scores[$1, i] * w[$1, Int(targets.indices[place])] }
      }
    }
  }

  public static func gather(_ x: DoubleMatrix, _ targets: SparseTargets, into values: inout [Double]) {
    precondition(targets.fit(rows: x.rows, below: x.columns, values: values.count), "targets do not fit")
    for i in 0..<x.rows {
      for place in targets.range(i) { values[place] = x[i, Int(targets.indices[place])] }
    }
  }

  public static func scatter(_ values: [Double], _ targets: SparseTargets, addingTo x: inout DoubleMatrix) {
    precondition(targets.fit(rows: x.rows, below: x.columns, values: values.count), "targets do not fit")
    for i in 0..<x.rows {
      for place in targets.range(i) { x[i, Int(targets.indices[place])] += values[place] }
    }
  }

  public static func store(_ values: [Double], _ targets: SparseTargets, in x: inout DoubleMatrix) {
    precondition(targets.fit(rows: x.rows, below: x.columns, values: values.count), "targets do not fit")
    for i in 0..<x.rows {
      for place in targets.range(i) { x[i, Int(targets.indices[place])] = values[place] }
    }
  }

  public static func pick(_ vector: [Double], _ targets: SparseTargets, into values: inout [Double]) {
    precondition(
      targets.fit(rows: targets.rowCount, below: vector.count, values: values.count), "targets do not fit")
    for place in values.indices { values[place] = vector[Int(targets.indices[place])] }
  }

  public static func collect(_ values: [Double], _ targets: SparseTargets, addingTo vector: inout [Double]) {
    precondition(
      targets.fit(rows: targets.rowCount, below: vector.count, values: values.count), "targets do not fit")
    for place in values.indices { vector[Int(targets.indices[place])] += values[place] }
  }
}
