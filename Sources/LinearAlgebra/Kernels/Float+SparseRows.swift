import CSparseKernels

/// - Invariant: every index is compared with the number of columns or rows it chooses from before a kernel runs; offsets
///   of targets ascend by construction; there is a value for every index; portions are ranges of the rows.
extension Float: RealSparseRows {
  public static func sparseScores(
    _ targets: SparseTargets, _ values: [Float], _ w: Matrix, into scores: inout Matrix
  ) {
    precondition(targets.fit(rows: scores.columns, below: w.columns, values: values.count), "targets do not fit")
    precondition(scores.rows == w.rows && w.isWhole, "there is one row of scores for every row of the weights")
    let columns = w.columns
    unsafe withSparseRows(targets) { sparse in
      unsafe values.withUnsafeBufferPointer { values in
        unsafe w.values.withUnsafeBufferPointer { w in
          unsafe eachPortion(&scores, elements: scores.rows * values.count) { _, start, rows in
            guard let w = w.baseAddress else { return }
            unsafe trainingKernels.sparse_scores?(
              sparse, values.baseAddress, w + rows.lowerBound * columns, start, rows.count, columns)
          }
        }
      }
    }
  }

  public static func sparseScoresBackward(
    _ targets: SparseTargets, _ values: [Float], scores: Matrix, addingTo gradient: inout Matrix
  ) {
    precondition(
      targets.fit(rows: scores.columns, below: gradient.columns, values: values.count), "targets do not fit")
    precondition(scores.rows == gradient.rows && scores.isWhole, "one row of scores for every row of the weights")
    let (columns, texts) = (gradient.columns, scores.columns)
    unsafe withSparseRows(targets) { sparse in
      unsafe values.withUnsafeBufferPointer { values in
        unsafe scores.values.withUnsafeBufferPointer { scores in
          unsafe eachPortion(&gradient, elements: gradient.rows * values.count) { _, start, rows in
            guard let scores = scores.baseAddress else { return }
            unsafe trainingKernels.sparse_scores_backward?(
              sparse, values.baseAddress, scores + rows.lowerBound * texts, start, rows.count, columns)
          }
        }
      }
    }
  }

  public static func sparseValueGradient(
    _ targets: SparseTargets, scores: Matrix, _ w: Matrix, into gradient: inout [Float]
  ) {
    precondition(targets.fit(rows: scores.columns, below: w.columns, values: gradient.count), "targets do not fit")
    precondition(scores.rows == w.rows && scores.isWhole && w.isWhole, "one row of scores for every row of the weights")
    let (columns, texts, count) = (w.columns, scores.columns, gradient.count)
    var parts = PortionSums(portions: Portions.count(elements: w.rows * count), columns: count)
    unsafe withSparseRows(targets) { sparse in
      unsafe scores.values.withUnsafeBufferPointer { scores in
        unsafe w.values.withUnsafeBufferPointer { w in
          unsafe parts.fill { parts in
            Portions.run(rows: scores.count / max(1, texts), elements: scores.count / max(1, texts) * count) {
              portion, rows in
              guard let scores = scores.baseAddress, let w = w.baseAddress else { return }
              unsafe trainingKernels.sparse_value_gradient?(
                sparse, scores + rows.lowerBound * texts, w + rows.lowerBound * columns, parts + portion * count,
                rows.count, columns)
            }
          }
        }
      }
    }
    parts.write(to: &gradient)
  }

  public static func gather(_ x: Matrix, _ targets: SparseTargets, into values: inout [Float]) {
    precondition(targets.fit(rows: x.rows, below: x.columns, values: values.count), "targets do not fit")
    for row in 0..<x.rows {
      for place in targets.range(row) { values[place] = x[row, Int(targets.indices[place])] }
    }
  }

  public static func scatter(_ values: [Float], _ targets: SparseTargets, addingTo x: inout Matrix) {
    precondition(targets.fit(rows: x.rows, below: x.columns, values: values.count), "targets do not fit")
    for row in 0..<x.rows {
      for place in targets.range(row) { x[row, Int(targets.indices[place])] += values[place] }
    }
  }

  public static func store(_ values: [Float], _ targets: SparseTargets, in x: inout Matrix) {
    precondition(targets.fit(rows: x.rows, below: x.columns, values: values.count), "targets do not fit")
    for row in 0..<x.rows {
      for place in targets.range(row) { x[row, Int(targets.indices[place])] = values[place] }
    }
  }

  public static func pick(_ vector: [Float], _ targets: SparseTargets, into values: inout [Float]) {
    precondition(targets.fit(rows: targets.rowCount, below: vector.count, values: values.count), "targets do not fit")
    for place in values.indices { values[place] = vector[Int(targets.indices[place])] }
  }

  public static func collect(_ values: [Float], _ targets: SparseTargets, addingTo vector: inout [Float]) {
    precondition(targets.fit(rows: targets.rowCount, below: vector.count, values: values.count), "targets do not fit")
    for place in values.indices { vector[Int(targets.indices[place])] += values[place] }
  }

  /// Calls `body` with the offsets and indices of targets.
  static func withSparseRows(_ targets: SparseTargets, _ body: (newel_sparse_rows) -> Void) {
    unsafe targets.offsets.withUnsafeBufferPointer { offsets in
      unsafe targets.indices.withUnsafeBufferPointer { indices in
        unsafe body(
          newel_sparse_rows(offsets: offsets.baseAddress, indices: indices.baseAddress, rows: targets.rowCount))
      }
    }
  }
}
