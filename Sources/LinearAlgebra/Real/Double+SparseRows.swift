extension Double: RealSparseRows {
  public static func sparseScores(
    _ targets: SparseTargets, _ values: [Double], _ w: DoubleMatrix, into scores: inout DoubleMatrix
  ) {
    precondition(targets.fit(rows: scores.rows, below: w.columns, values: values.count), "targets do not fit")
    precondition(scores.columns == w.rows, "there is one score for every row of the weights")
    for i in 0..<scores.rows {
      for j in 0..<scores.columns {
        scores[i, j] = targets.range(i).reduce(0) { $0 + values[$1] * w[j, Int(targets.indices[$1])] }
      }
    }
  }

  public static func sparseScoresBackward(
    _ targets: SparseTargets, _ values: [Double], scores: DoubleMatrix, addingTo gradient: inout DoubleMatrix
  ) {
    precondition(targets.fit(rows: scores.rows, below: gradient.columns, values: values.count), "targets do not fit")
    precondition(scores.columns == gradient.rows, "there is one score for every row of the weights")
    for i in 0..<scores.rows {
      for place in targets.range(i) {
        for j in 0..<scores.columns { gradient[j, Int(targets.indices[place])] += scores[i, j] * values[place] }
      }
    }
  }

  public static func sparseValueGradient(
    _ targets: SparseTargets, scores: DoubleMatrix, _ w: DoubleMatrix, into gradient: inout [Double]
  ) {
    precondition(targets.fit(rows: scores.rows, below: w.columns, values: gradient.count), "targets do not fit")
    precondition(scores.columns == w.rows, "there is one score for every row of the weights")
    for i in 0..<scores.rows {
      for place in targets.range(i) {
        gradient[place] = (0..<w.rows).reduce(0) { $0 + scores[i, $1] * w[$1, Int(targets.indices[place])] }
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

  public static func sumRows(_ table: DoubleMatrix, _ targets: SparseTargets, into sums: inout DoubleMatrix) {
    precondition(targets.fit(rows: sums.rows, below: table.rows), "targets do not fit")
    precondition(sums.columns == table.columns, "the rows differ in length")
    for i in 0..<sums.rows {
      for j in 0..<sums.columns { sums[i, j] = targets.row(i).reduce(0) { $0 + table[Int($1), j] } }
    }
  }

  public static func addRows(_ rows: DoubleMatrix, _ targets: SparseTargets, to table: inout DoubleMatrix) {
    precondition(targets.fit(rows: rows.rows, below: table.rows), "targets do not fit")
    precondition(rows.columns == table.columns, "the rows differ in length")
    for i in 0..<rows.rows {
      for target in targets.row(i) {
        for j in 0..<rows.columns { table[Int(target), j] += rows[i, j] }
      }
    }
  }

  public static func sampledProduct(
    _ rows: DoubleMatrix, _ table: DoubleMatrix, _ targets: SparseTargets, into products: inout [Double]
  ) {
    precondition(targets.fit(rows: rows.rows, below: table.rows, values: products.count), "targets do not fit")
    precondition(rows.columns == table.columns, "the rows differ in length")
    for i in 0..<rows.rows {
      for place in targets.range(i) {
        let row = Int(targets.indices[place])
        products[place] = (0..<rows.columns).reduce(0) { $0 + rows[i, $1] * table[row, $1] }
      }
    }
  }

  public static func sampledProductBackward(
    _ gradient: [Double], _ rows: DoubleMatrix, _ table: DoubleMatrix, _ targets: SparseTargets,
    into rowsGradient: inout DoubleMatrix, addingTo tableGradient: inout DoubleMatrix
  ) {
    precondition(targets.fit(rows: rows.rows, below: table.rows, values: gradient.count), "targets do not fit")
    precondition(rows.columns == table.columns, "the rows differ in length")
    precondition(rows.rows == rowsGradient.rows && rows.columns == rowsGradient.columns, "the matrices differ in shape")
    precondition(
      table.rows == tableGradient.rows && table.columns == tableGradient.columns, "the matrices differ in shape")
    for place in rowsGradient.values.indices { rowsGradient.values[place] = 0 }
    for i in 0..<rows.rows {
      for place in targets.range(i) {
        let row = Int(targets.indices[place])
        for j in 0..<rows.columns {
          rowsGradient[i, j] += gradient[place] * table[row, j]
          tableGradient[row, j] += gradient[place] * rows[i, j]
        }
      }
    }
  }
}
