import ByteStorage
import InvertedIndex

extension IndexWriter {
  /// Gives every document coordinates by another alignment, made of the dense rows that the index keeps, and commits. A
  /// failure leaves the index as it was, and the writer takes nothing more.
  ///
  /// - Precondition: everything added is committed, and the index keeps dense rows.
  /// - Parameters:
  ///   - alignment: the bytes that are kept with the index.
  ///   - coordinateCount: how many numbers a document gets.
  ///   - coordinates: turns rows, one after the other, into as many rows of coordinates, with how near each is to everything where
  ///     the alignment tells; gets the position of the first. `nil`
  ///     stops the work, and `postings(stopped)` is thrown.
  /// - Complexity: memory for some thousand rows.
  public func realign(
    _ alignment: [UInt8], coordinateCount: Int,
    coordinates: (_ rows: [Float], _ firstPosition: UInt32) -> (coordinates: [Float], hubness: [Float]?)?
  ) throws(IndexStoreError) -> CommitReport {
    try checkUsable()
    precondition(hasNothingPending && merging.isEmpty, "Commit what was added before aligning.")
    try failing { () throws(IndexStoreError) in
      try setAlignment(alignment)
      configuration.coordinateCount = coordinateCount
      for segment in committed?.segments ?? [] {
        guard let rows = segment.vectors else { preconditionFailure("The index keeps no dense rows.") }
        pending.coordinates.append(
          try write(coordinatesOf: rows, segment, count: coordinateCount, coordinates))
      }
    }
    return try commit()
  }

  /// Rows converted at a time.
  private static let rowsAtATime = 2048

  private func write(
    coordinatesOf rows: VectorsReader, _ segment: SegmentSnapshot, count: Int,
    _ coordinates: (_ rows: [Float], _ firstPosition: UInt32) -> (coordinates: [Float], hubness: [Float]?)?
  ) throws(IndexStoreError) -> Manifest.File {
    let element = configuration.element
    var refusal: IndexStoreError?
    let file = try writeExtra(.coordinates, segment: segment.number) { file throws(StorageError) in
      let writer = try VectorsWriter(file, dimension: count, element: element)
      for start in stride(from: 0, to: rows.rowCount, by: Self.rowsAtATime) {
        let end = min(start + Self.rowsAtATime, rows.rowCount)
        var batch = [Float](repeating: 0, count: (end - start) * rows.dimension)
        for row in start..<end { try rows.row(row, into: &batch, at: (row - start) * rows.dimension) }
        guard refusal == nil, let made = coordinates(batch, segment.firstPosition + UInt32(truncatingIfNeeded: start))
        else {
          refusal = refusal ?? .postings(.stopped)
          break
        }
        precondition(
          made.coordinates.count == (end - start) * count && made.hubness?.count ?? (end - start) == end - start,
          "There is a row of coordinates for each row.")
        for row in 0..<end - start {
          let values = Array(made.coordinates[row * count..<(row + 1) * count])
          if let obstacle = element.obstacle(values, dimension: count, name: "row of coordinates") {
            refusal = .invalidDocument(key: "document \(Int(segment.firstPosition) + start + row)", reason: obstacle)
            break
          }
          try writer.append(values, hubness: made.hubness?[row])
        }
      }
      return try writer.finish()
    }
    if let refusal { throw refusal }
    return file
  }
}
