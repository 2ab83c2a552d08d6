import CSparseKernels

/// - Invariant: the lengths of rows and columns are compared with the matrix, whose values are counted, and every portion
///   is a range of its rows.
extension Float: RealRows {
  public static func addRow(_ row: [Float], to x: inout Matrix) {
    precondition(row.count == x.columns && x.isWhole, "the row has another length than the matrix")
    let columns = x.columns
    unsafe row.withUnsafeBufferPointer { row in
      unsafe eachPortion(&x) { _, start, rows in
        guard let row = row.baseAddress else { return }
        unsafe trainingKernels.add_row?(row, start, rows.count, columns)
      }
    }
  }

  public static func columnSums(_ x: Matrix, into sums: inout [Float]) {
    precondition(sums.count == x.columns && x.isWhole, "there is one sum for every column")
    let columns = x.columns
    var parts = PortionSums(portions: Portions.count(elements: x.values.count), columns: columns)
    unsafe x.values.withUnsafeBufferPointer { values in
      unsafe parts.fill { parts in
        guard let start = values.baseAddress else { return }
        Portions.run(rows: x.rows, elements: values.count) { portion, rows in
          unsafe trainingKernels.add_to_sums?(
            start + rows.lowerBound * columns, parts + portion * columns, rows.count, columns)
        }
      }
    }
    parts.write(to: &sums)
  }

  public static func standardise(_ x: inout Matrix, means: [Float], scales: [Float]) {
    precondition(means.count == x.columns && scales.count == x.columns, "there is one mean and scale for every column")
    let columns = x.columns
    unsafe means.withUnsafeBufferPointer { means in
      unsafe scales.withUnsafeBufferPointer { scales in
        unsafe eachPortion(&x) { _, start, rows in
          guard let means = means.baseAddress, let scales = scales.baseAddress else { return }
          unsafe trainingKernels.standardise?(means, scales, start, rows.count, columns)
        }
      }
    }
  }

  public static func normaliseRows(_ x: inout Matrix, inverseDeviations: inout [Float]) {
    precondition(inverseDeviations.count == x.rows, "there is one deviation for every row")
    let columns = x.columns
    unsafe inverseDeviations.withUnsafeMutableBufferPointer { inverse in
      unsafe eachPortion(&x) { _, start, rows in
        guard let inverse = inverse.baseAddress else { return }
        unsafe trainingKernels.normalise_rows?(start, inverse + rows.lowerBound, rows.count, columns)
      }
    }
  }

  public static func scaleAndShift(_ x: Matrix, gain: [Float], shift: [Float], into y: inout Matrix) {
    precondition(x.rows == y.rows && x.columns == y.columns && x.isWhole, "the matrices differ in shape")
    precondition(gain.count == x.columns && shift.count == x.columns, "there is one gain and shift for every column")
    let columns = x.columns
    unsafe x.values.withUnsafeBufferPointer { x in
      unsafe gain.withUnsafeBufferPointer { gain in
        unsafe shift.withUnsafeBufferPointer { shift in
          unsafe eachPortion(&y) { _, start, rows in
            guard let x = x.baseAddress, let gain = gain.baseAddress, let shift = shift.baseAddress else { return }
            unsafe trainingKernels.scale_and_shift?(
              x + rows.lowerBound * columns, gain, shift, start, rows.count, columns)
          }
        }
      }
    }
  }

  public static func normaliseRowsBackward(
    normalised: Matrix, inverseDeviations: [Float], gain: [Float], gradient: inout Matrix,
    gainGradient: inout [Float], shiftGradient: inout [Float]
  ) {
    precondition(normalised.rows == gradient.rows && normalised.columns == gradient.columns, "the shapes differ")
    precondition(normalised.isWhole, "resized matrix")
    precondition(inverseDeviations.count == gradient.rows && gain.count == gradient.columns, "the lengths differ")
    let columns = gradient.columns
    let portions = Portions.count(elements: gradient.values.count)
    var gains = PortionSums(portions: portions, columns: columns)
    var shifts = gains
    unsafe normalised.values.withUnsafeBufferPointer { normalised in
      unsafe inverseDeviations.withUnsafeBufferPointer { inverse in
        unsafe gain.withUnsafeBufferPointer { gain in
          unsafe gains.fill { gains in
            unsafe shifts.fill { shifts in
              unsafe eachPortion(&gradient) { portion, start, rows in
                guard let x = normalised.baseAddress, let inverse = inverse.baseAddress, let gain = gain.baseAddress
                else { return }
                unsafe trainingKernels.normalise_rows_backward?(
                  x + rows.lowerBound * columns, inverse + rows.lowerBound, gain, start, gains + portion * columns,
                  shifts + portion * columns, rows.count, columns)
              }
            }
          }
        }
      }
    }
    gains.write(to: &gainGradient)
    shifts.write(to: &shiftGradient)
  }

  public static func unitRows(_ x: inout Matrix, lengths: inout [Float]) {
    precondition(lengths.count == x.rows, "there is one length for every row")
    let columns = x.columns
    unsafe lengths.withUnsafeMutableBufferPointer { lengths in
      unsafe eachPortion(&x) { _, start, rows in
        guard let lengths = lengths.baseAddress else { return }
        unsafe trainingKernels.unit_rows?(start, lengths + rows.lowerBound, rows.count, columns)
      }
    }
  }

  public static func unitRowsBackward(_ unit: Matrix, lengths: [Float], gradient: inout Matrix) {
    precondition(unit.rows == gradient.rows && unit.columns == gradient.columns && unit.isWhole, "the shapes differ")
    precondition(lengths.count == unit.rows, "there is one length for every row")
    let columns = unit.columns
    unsafe unit.values.withUnsafeBufferPointer { unit in
      unsafe lengths.withUnsafeBufferPointer { lengths in
        unsafe eachPortion(&gradient) { _, start, rows in
          guard let unit = unit.baseAddress, let lengths = lengths.baseAddress else { return }
          unsafe trainingKernels.unit_rows_backward?(
            unit + rows.lowerBound * columns, lengths + rows.lowerBound, start, rows.count, columns)
        }
      }
    }
  }

  /// Calls `body` with every portion's number, the address of its first row, and its rows.
  static func eachPortion(
    _ x: inout Matrix, elements: Int? = nil, _ body: (Int, UnsafeMutablePointer<Float>, Range<Int>) -> Void
  ) {
    precondition(x.isWhole, "resized matrix")
    let (rows, columns) = (x.rows, x.columns)
    unsafe x.values.withUnsafeMutableBufferPointer { values in
      guard let start = values.baseAddress else { return }
      Portions.run(rows: rows, elements: elements ?? values.count) { portion, range in
        unsafe body(portion, start + range.lowerBound * columns, range)
      }
    }
  }
}

extension DenseMatrix {
  /// Whether there is a value for every row and column.
  var isWhole: Bool { values.count == rows * columns }
}
