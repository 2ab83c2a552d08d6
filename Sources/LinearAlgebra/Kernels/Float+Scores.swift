import CSparseKernels
import Glibc
import Synchronization

/// - Invariant: as for the other functions of rows.
extension Float: RealScores {
  public static func tokenWeights(
    _ x: Matrix, into w: inout Matrix, columnSums: inout [Float], rowSums: inout [Float]
  ) -> Int {
    precondition(x.rows == w.rows && x.columns == w.columns && x.isWhole, "the matrices differ in shape")
    precondition(columnSums.count == x.columns && rowSums.count == x.rows, "there is one sum for every row and column")
    let columns = x.columns
    var parts = PortionSums(portions: Portions.count(elements: x.values.count), columns: columns)
    let found = Atomic(0)
    unsafe x.values.withUnsafeBufferPointer { x in
      unsafe rowSums.withUnsafeMutableBufferPointer { rowSums in
        unsafe parts.fill { parts in
          unsafe eachPortion(&w) { portion, start, rows in
            guard let x = x.baseAddress, let rowSums = rowSums.baseAddress else { return }
            let count = unsafe trainingKernels.token_weights?(
              x + rows.lowerBound * columns, start, parts + portion * columns, rowSums + rows.lowerBound, rows.count,
              columns)
            found.add(count ?? 0, ordering: .relaxed)
          }
        }
      }
    }
    parts.write(to: &columnSums)
    return found.load(ordering: .relaxed)
  }

  public static func tokenWeightsBackward(
    _ w: Matrix, columnTerms: [Float], scale: Float, gradient: inout Matrix, sums: inout [Float]
  ) {
    precondition(w.rows == gradient.rows && w.columns == gradient.columns && w.isWhole, "the matrices differ in shape")
    precondition(
      columnTerms.count == w.columns && sums.count == w.columns, "there is one term and sum for every column")
    let columns = w.columns
    var parts = PortionSums(portions: Portions.count(elements: w.values.count), columns: columns)
    unsafe w.values.withUnsafeBufferPointer { w in
      unsafe columnTerms.withUnsafeBufferPointer { terms in
        unsafe parts.fill { parts in
          unsafe eachPortion(&gradient) { portion, start, rows in
            guard let w = w.baseAddress, let terms = terms.baseAddress else { return }
            unsafe trainingKernels.token_weights_backward?(
              w + rows.lowerBound * columns, terms, scale, start, parts + portion * columns, rows.count, columns)
          }
        }
      }
    }
    parts.write(to: &sums)
  }

  public static func rowLogSums(_ x: Matrix, into logSums: inout [Float]) {
    precondition(logSums.count == x.rows && x.isWhole, "there is one sum for every row")
    let (rows, columns) = (x.rows, x.columns)
    unsafe x.values.withUnsafeBufferPointer { values in
      unsafe logSums.withUnsafeMutableBufferPointer { logSums in
        guard let start = values.baseAddress, let logSums = logSums.baseAddress else { return }
        Portions.run(rows: rows, elements: values.count) { _, range in
          unsafe trainingKernels.row_log_sums?(
            start + range.lowerBound * columns, logSums + range.lowerBound, range.count, columns)
        }
      }
    }
  }

  public static func addSoftmax(
    _ x: Matrix, logSums: [Float], scales: [Float], to gradient: inout Matrix, sums: inout [Float]
  ) {
    precondition(x.rows == gradient.rows && x.columns == gradient.columns && x.isWhole, "the matrices differ in shape")
    precondition(logSums.count == x.rows && scales.count == x.rows && sums.count == x.columns, "the lengths differ")
    let columns = x.columns
    var parts = PortionSums(portions: Portions.count(elements: x.values.count), columns: columns)
    unsafe x.values.withUnsafeBufferPointer { x in
      unsafe logSums.withUnsafeBufferPointer { logSums in
        unsafe scales.withUnsafeBufferPointer { scales in
          unsafe parts.fill { parts in
            unsafe eachPortion(&gradient) { portion, start, rows in
              guard let x = x.baseAddress, let logSums = logSums.baseAddress, let scales = scales.baseAddress
              else { return }
              unsafe trainingKernels.add_softmax?(
                x + rows.lowerBound * columns, logSums + rows.lowerBound, scales + rows.lowerBound, start,
                parts + portion * columns, rows.count, columns)
            }
          }
        }
      }
    }
    var added = [Float](repeating: 0, count: columns)
    parts.write(to: &added)
    add(1, added, to: &sums)
  }

  public static func softmaxRows(_ x: inout Matrix, logSums: inout [Float]) {
    precondition(logSums.count == x.rows, "there is one sum for every row")
    let columns = x.columns
    unsafe logSums.withUnsafeMutableBufferPointer { logSums in
      unsafe eachPortion(&x) { _, start, rows in
        guard let logSums = logSums.baseAddress else { return }
        unsafe trainingKernels.row_log_sums?(start, logSums + rows.lowerBound, rows.count, columns)
        unsafe trainingKernels.softmax?(logSums + rows.lowerBound, start, rows.count, columns)
      }
    }
  }

  public static func symmetricCrossEntropy(_ scores: inout Matrix) -> Double {
    precondition(scores.rows == scores.columns && scores.isWhole, "the scores of pairs form a square")
    let n = scores.rows
    guard n > 0 else { return 0 }
    var maxima = [Float](repeating: -3e38, count: n)
    var rowSums = maxima
    var exponentials = [Float](repeating: 0, count: n)
    unsafe scores.values.withUnsafeMutableBufferPointer { scores in
      unsafe rowSums.withUnsafeMutableBufferPointer { rowSums in
        unsafe maxima.withUnsafeMutableBufferPointer { maxima in
          unsafe exponentials.withUnsafeMutableBufferPointer { exponentials in
            guard let scores = scores.baseAddress, let rowSums = rowSums.baseAddress,
              let maxima = maxima.baseAddress, let exponentials = exponentials.baseAddress
            else { return }
            unsafe trainingKernels.row_log_sums?(scores, rowSums, n, n)
            unsafe trainingKernels.column_maxima?(scores, maxima, n, n)
            unsafe trainingKernels.column_exponentials?(scores, maxima, exponentials, n, n)
          }
        }
      }
    }
    var columnSums = maxima
    var loss = 0.0
    for i in 0..<n {
      columnSums[i] = Float(Double(maxima[i]) + Glibc.log(Double(exponentials[i])))
      loss += Double(rowSums[i]) + Double(columnSums[i]) - 2 * Double(scores[i, i])
    }
    unsafe rowSums.withUnsafeBufferPointer { rowSums in
      unsafe columnSums.withUnsafeBufferPointer { columnSums in
        unsafe eachPortion(&scores) { _, start, rows in
          guard let rowSums = rowSums.baseAddress, let columnSums = columnSums.baseAddress else { return }
          unsafe trainingKernels.double_softmax?(
            rowSums + rows.lowerBound, columnSums, 1 / Float(2 * n), start, rows.count, n)
        }
      }
    }
    for i in 0..<n { scores[i, i] -= 1 / Float(n) }
    return loss / Double(2 * n)
  }
}
