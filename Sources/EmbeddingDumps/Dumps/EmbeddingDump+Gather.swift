public import LinearAlgebra

extension EmbeddingDump {
  /// Decodes the rows of these numbers, counted over all shards from 0, in the order given; a number may come twice.
  ///
  /// Only the pages that hold them are read. Traps when a number is not below ``rowCount``.
  /// - Throws: ``DumpError/notFinite(path:row:column:)`` naming the file and the row in it.
  /// - Complexity: O(numbers · (dimension + log shards)).
  public func rows(numbered numbers: [Int]) throws(DumpError) -> Matrix {
    var values = [Float](repeating: 0, count: numbers.count * dimension)
    var place = 0
    while place < numbers.count {
      precondition(numbers[place] >= 0 && numbers[place] < rowCount, "the row lies outside the dump")
      let shard = shards[self.shard(of: numbers[place])]
      // Neighbours in the file are read at once.
      let first = numbers[place] - shard.firstRow
      var count = 1
      while place + count < numbers.count, numbers[place + count] == numbers[place] + count,
        first + count < shard.array.rows
      {
        count += 1
      }
      try shard.array.rows(first..<first + count, into: &values, at: place * dimension)
      place += count
    }
    return Matrix(rows: numbers.count, columns: dimension, values: values)
  }

  /// The position of the last shard that begins at or before `row` and has rows.
  private func shard(of row: Int) -> Int {
    var low = 0
    var high = shards.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if shards[middle].firstRow <= row { low = middle } else { high = middle }
    }
    return low
  }
}
