import CSparseKernels

/// - Invariant: every target is compared with the number of rows of the table before a kernel runs, and all rows have the
///   length of the table's.
extension Float: RealSparseTables {
  public static func sumRows(_ table: Matrix, _ targets: SparseTargets, into sums: inout Matrix) {
    precondition(targets.fit(rows: sums.rows, below: table.rows), "targets do not fit")
    precondition(sums.columns == table.columns && table.isWhole, "the rows differ in length")
    let columns = table.columns
    unsafe table.values.withUnsafeBufferPointer { table in
      unsafe eachPortion(&sums, elements: targets.indices.count * columns) { _, start, rows in
        guard let table = table.baseAddress else { return }
        for row in rows {
          let sum = unsafe start + (row - rows.lowerBound) * columns
          unsafe sum.update(repeating: 0, count: columns)
          for target in targets.row(row) {
            unsafe trainingKernels.add?(1, table + Int(target) * columns, sum, columns)
          }
        }
      }
    }
  }

  public static func addRows(_ rows: Matrix, _ targets: SparseTargets, to table: inout Matrix) {
    precondition(targets.fit(rows: rows.rows, below: table.rows), "targets do not fit")
    precondition(rows.columns == table.columns && rows.isWhole && table.isWhole, "the rows differ in length")
    let columns = table.columns
    unsafe rows.values.withUnsafeBufferPointer { values in
      unsafe table.values.withUnsafeMutableBufferPointer { table in
        guard let start = values.baseAddress, let table = table.baseAddress else { return }
        for row in 0..<rows.rows {
          for target in targets.row(row) {
            unsafe trainingKernels.add?(1, start + row * columns, table + Int(target) * columns, columns)
          }
        }
      }
    }
  }

  public static func sampledProduct(
    _ rows: Matrix, _ table: Matrix, _ targets: SparseTargets, into products: inout [Float]
  ) {
    precondition(targets.fit(rows: rows.rows, below: table.rows, values: products.count), "targets do not fit")
    precondition(rows.columns == table.columns && rows.isWhole && table.isWhole, "the rows differ in length")
    let (columns, count) = (rows.columns, rows.rows)
    unsafe rows.values.withUnsafeBufferPointer { values in
      unsafe table.values.withUnsafeBufferPointer { table in
        unsafe products.withUnsafeMutableBufferPointer { products in
          guard let start = values.baseAddress, let table = table.baseAddress, let products = products.baseAddress
          else { return }
          Portions.run(rows: count, elements: targets.indices.count * columns) { _, range in
            for row in range {
              for place in targets.range(row) {
                let target = Int(targets.indices[place])
                unsafe products[place] =
                  trainingKernels.dot?(start + row * columns, table + target * columns, columns) ?? 0
              }
            }
          }
        }
      }
    }
  }

  public static func sampledProductBackward(
    _ gradient: [Float], _ rows: Matrix, _ table: Matrix, _ targets: SparseTargets,
    into rowsGradient: inout Matrix, addingTo tableGradient: inout Matrix
  ) {
    precondition(targets.fit(rows: rows.rows, below: table.rows, values: gradient.count), "targets do not fit")
    precondition(rows.columns == table.columns && rows.isWhole && table.isWhole, "the rows differ in length")
    precondition(rows.rows == rowsGradient.rows && rows.columns == rowsGradient.columns, "the matrices differ in shape")
    precondition(
      table.rows == tableGradient.rows && table.columns == tableGradient.columns && tableGradient.isWhole,
      "the matrices differ in shape")
    let columns = rows.columns
    unsafe table.values.withUnsafeBufferPointer { table in
      unsafe eachPortion(&rowsGradient, elements: gradient.count * columns) { _, start, range in
        guard let table = table.baseAddress else { return }
        for row in range {
          let sum = unsafe start + (row - range.lowerBound) * columns
          unsafe sum.update(repeating: 0, count: columns)
          for place in targets.range(row) {
            unsafe trainingKernels.add?(
              gradient[place], table + Int(targets.indices[place]) * columns, sum, columns)
          }
        }
      }
    }
    unsafe rows.values.withUnsafeBufferPointer { values in
      unsafe tableGradient.values.withUnsafeMutableBufferPointer { table in
        guard let start = values.baseAddress, let table = table.baseAddress else { return }
        for row in 0..<rows.rows {
          for place in targets.range(row) {
            unsafe trainingKernels.add?(
              gradient[place], start + row * columns, table + Int(targets.indices[place]) * columns, columns)
          }
        }
      }
    }
  }
}
