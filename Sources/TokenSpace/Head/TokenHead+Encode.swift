public import LinearAlgebra

extension TokenHead {
  /// How many rows go through one matrix product.
  private static let batchRows = 256

  /// The sparse vectors of dense rows.
  ///
  /// Each has at most `top` tokens with weights above 0, ordered by weight, highest first, then by token. At the border the
  /// smaller token wins a tie. A row whose logits are all 0 or less keeps its single best token, with the weight of one
  /// quantiser step (`ceiling / 255`), so that no document is impossible to find.
  ///
  /// - Parameters:
  ///   - rows: `[n × dimension]`, finite.
  ///   - top: how many tokens to keep, at least 1; nil for ``defaultTop``.
  /// - Throws: ``TokenSpaceError/dimensionMismatch(expected:found:)``, ``TokenSpaceError/notFinite(row:)``,
  ///   ``TokenSpaceError/badTop(_:)``.
  /// - Complexity: O(n · tokens · dimension) through BLAS (with a hidden layer O(n · hidden · (tokens + dimension))), O(256 · tokens)
  ///   memory besides the result.
  public func encode(_ rows: Matrix, top: Int? = nil) throws(TokenSpaceError) -> [[TokenWeight]] {
    guard rows.columns == dimension else { throw .dimensionMismatch(expected: dimension, found: rows.columns) }
    return try encode(rows, with: images, top: top ?? defaultTop)
  }

  /// The sparse vectors of dense rows of texts, in the space that the text side of the head was trained on.
  ///
  /// The rows and the answer are as in ``encode(_:top:)``.
  ///
  /// - Parameters:
  ///   - rows: `[n × textDimension]`, finite, none all 0.
  ///   - top: how many tokens to keep, at least 1; nil for ``defaultTop``.
  /// - Throws: ``TokenSpaceError/noTextSide(method:)``, ``TokenSpaceError/textDimensionMismatch(expected:found:)``,
  ///   ``TokenSpaceError/notFinite(row:)``, ``TokenSpaceError/zeroRow(row:)``, ``TokenSpaceError/badTop(_:)``.
  public func encodeText(_ rows: Matrix, top: Int? = nil) throws(TokenSpaceError) -> [[TokenWeight]] {
    guard let text else { throw .noTextSide(method: method) }
    guard rows.columns == text.dimension else {
      throw .textDimensionMismatch(expected: text.dimension, found: rows.columns)
    }
    for row in 0..<rows.rows where rows.row(row).allSatisfy({ $0 == 0 }) { throw .zeroRow(row: row) }
    return try encode(rows, with: text, top: top ?? defaultTop)
  }

  private func encode(
    _ rows: Matrix, with encoder: TokenEncoder, top: Int
  ) throws(TokenSpaceError) -> [[TokenWeight]] {
    guard top > 0 else { throw .badTop(top) }
    var vectors: [[TokenWeight]] = []
    vectors.reserveCapacity(rows.rows)
    var selection = TopTokens(capacity: min(top, vocabulary.count))
    var first = 0
    while first < rows.rows {
      let count = min(Self.batchRows, rows.rows - first)
      let elements = first * rows.columns..<(first + count) * rows.columns
      let batch = Matrix(rows: count, columns: rows.columns, values: Array(rows.values[elements]))
      let scores = try encoder.scores(of: batch)
      for row in 0..<count {
        guard selection.select(scores.row(row)) else { throw .notFinite(row: first + row) }
        vectors.append(vector(of: selection, by: encoder))
      }
      first += count
    }
    return vectors
  }

  private func vector(of selection: TopTokens, by encoder: TokenEncoder) -> [TokenWeight] {
    if selection.isEmpty { return [TokenWeight(token: selection.best, weight: ceiling / 255)] }
    return selection.entries.map { TokenWeight(token: $0.token, weight: encoder.weight(ofScore: $0.logit)) }
      .sorted { ($1.weight, $0.token) < ($0.weight, $1.token) }
  }
}

/// The strongest positive logits of a row: a heap whose root is the weakest kept.
struct TopTokens {
  let capacity: Int
  /// The kept tokens, in no order.
  private(set) var entries: [(logit: Float, token: UInt32)] = []
  /// The token with the largest logit, whatever its sign.
  private(set) var best: UInt32 = 0

  var isEmpty: Bool { entries.isEmpty }

  init(capacity: Int) {
    self.capacity = capacity
    entries.reserveCapacity(capacity)
  }

  /// Selects from the logits of one row. Returns false when one is NaN or infinite, which a finite row gives only by
  /// overflow.
  mutating func select(_ logits: ArraySlice<Float>) -> Bool {
    entries.removeAll(keepingCapacity: true)
    best = 0
    var highest = -Float.infinity
    var threshold: Float = 0
    var finite = true
    var token: UInt32 = 0
    for logit in logits {
      if logit > highest {
        highest = logit
        best = token
      }
      // NaN fails every comparison, infinity minus itself is NaN.
      if !(logit - logit == 0) { finite = false }
      // Tokens ascend, so an equal logit belongs to a larger token and loses.
      if logit > threshold {
        if entries.count < capacity {
          entries.append((logit, token))
          if entries.count == capacity {
            for parent in stride(from: capacity / 2 - 1, through: 0, by: -1) { siftDown(parent) }
            threshold = entries[0].logit
          }
        } else {
          entries[0] = (logit, token)
          siftDown(0)
          threshold = entries[0].logit
        }
      }
      token &+= 1
    }
    return finite
  }

  private mutating func siftDown(_ start: Int) {
    var parent = start
    while true {
      var weakest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
        if isWeaker(child, weakest) { weakest = child }
      }
      if weakest == parent { return }
      entries.swapAt(parent, weakest)
      parent = weakest
    }
  }

  private func isWeaker(_ left: Int, _ right: Int) -> Bool {
    entries[left].logit != entries[right].logit
      ? entries[left].logit < entries[right].logit : entries[left].token > entries[right].token
  }
}
