extension Double: RealSparseTables {
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
