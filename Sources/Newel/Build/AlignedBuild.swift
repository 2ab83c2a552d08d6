internal import Alignment
internal import EmbeddingDumps
internal import IndexStore
internal import LinearAlgebra

/// Coordinates beside dense rows, by an alignment.
extension BuildJob {
  /// The alignment of the index, or of a new one; nil for an index without.
  ///
  /// - Throws: `invalidArgument` when the index has another one or none, `invalidInput` when it is of other rows.
  func chooseAlignment(dimension: Int) throws -> AlignmentMap? {
    let stored = try existing.flatMap { try StoredAlignment.read($0) }
    guard let path = request.alignment else { return stored }
    let given = try AlignmentMap.load(path, fileSystem: fileSystem)
    guard given.dimension(.images) == dimension else {
      throw NewelError(
        .invalidInput,
        "The alignment '\(path)' was fitted on images of \(given.dimension(.images) ?? 0) numbers, but the rows have "
          + "\(dimension); fit one on embeddings of the same model.")
    }
    guard existing != nil else { return given }
    guard let stored else {
      throw NewelError(
        .invalidArgument,
        "'\(request.index)' was built without an alignment, and all of its documents need coordinates; put it in with 'newel "
          + "realign' first, or leave --alignment out.")
    }
    guard stored.encoded() == given.encoded() else {
      throw NewelError(
        .invalidArgument,
        "'\(request.index)' was built with another alignment than '\(path)'; leave --alignment out, or replace the index's own "
          + "with 'newel realign'.")
    }
    return stored
  }

  /// The coordinates of a batch.
  func align(_ batch: DumpBatch, by map: AlignmentMap) throws -> Matrix {
    do {
      return try map.coordinates(batch.rows, of: .images)
    } catch {
      let (row, reason): (Int, String)
      switch error {
      case .zeroRow(_, let number): (row, reason) = (number, "is all zeros and has no direction")
      case .overflow(_, let number): (row, reason) = (number, "has numbers too large for the alignment")
      default: throw error
      }
      let record = batch.records[row]
      throw NewelError(
        .invalidInput,
        "'\(record.path)' line \(record.line): the embedding (row \(batch.rowNumbers[row])) \(reason); compute it again or "
          + "leave the row out with --where.")
    }
  }
}
