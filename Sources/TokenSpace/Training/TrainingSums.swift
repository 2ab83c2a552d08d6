import EmbeddingDumps
import Learning
import LinearAlgebra

/// The second pass over a dump: the normal equations, and a sample of rows to find the ceiling with.
struct TrainingSums {
  private(set) var equations: NormalEquations
  /// Every `stride`-th training row, in batches.
  private(set) var sample: [Matrix] = []

  private let vocabulary: Vocabulary
  private let stride: Int

  init(
    _ dump: EmbeddingDump, vocabulary: Vocabulary, rows: Int, calibrationLimit: Int
  ) throws(TokenSpaceError) {
    self.vocabulary = vocabulary
    stride = max(1, (rows + calibrationLimit - 1) / calibrationLimit)
    do {
      equations = try NormalEquations(dimension: dump.dimension, targetCount: vocabulary.count)
    } catch {
      throw .learning(error)
    }
  }

  mutating func accumulate(
    _ dump: EmbeddingDump, _ captions: CaptionReader, _ options: RidgeOptions, _ report: inout RidgeReport,
    _ progress: (RidgeStage, Int, Int) -> Void
  ) throws(TokenSpaceError) {
    var reader = dump.batches(size: options.batchSize, where: options.filter)
    progress(.accumulating, 0, dump.rowCount)
    while let batch = try next(&reader) {
      var targets = SparseTargets()
      var kept: [Int] = []
      for (row, record) in batch.records.enumerated() {
        guard let tokens = try captions.tokens(of: record) else { continue }
        // Sorted, so that sums do not depend on the order of a hash table.
        let ids = tokens.compactMap { vocabulary.id(of: $0) }.sorted()
        if ids.isEmpty { report.rowsWithoutToken += 1 }
        targets.append(ids)
        kept.append(row)
      }
      try add(Self.select(kept, from: batch.rows), targets)
      progress(.accumulating, reader.rowsRead, dump.rowCount)
    }
    guard equations.rowCount >= 2 else { throw .tooFewRows(found: equations.rowCount) }
  }

  private mutating func add(_ rows: Matrix, _ targets: SparseTargets) throws(TokenSpaceError) {
    let first = equations.rowCount
    do {
      try equations.add(rows, targets: targets)
    } catch {
      throw .learning(error)
    }
    let chosen = (0..<rows.rows).filter { (first + $0) % stride == 0 }
    if !chosen.isEmpty { sample.append(Self.select(chosen, from: rows)) }
  }

  private func next(_ reader: inout DumpBatchReader) throws(TokenSpaceError) -> DumpBatch? {
    do {
      return try reader.next()
    } catch {
      throw .dump(error)
    }
  }

  private static func select(_ chosen: [Int], from rows: Matrix) -> Matrix {
    if chosen.count == rows.rows { return rows }
    var values: [Float] = []
    values.reserveCapacity(chosen.count * rows.columns)
    for row in chosen { values.append(contentsOf: rows.row(row)) }
    return Matrix(rows: chosen.count, columns: rows.columns, values: values)
  }
}
