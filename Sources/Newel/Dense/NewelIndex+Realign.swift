internal import Alignment
internal import ByteStorage
internal import IndexStore
internal import LinearAlgebra

/// What a new alignment of an index did.
public struct RealignReport: Sendable, Codable {
  public let index: String
  public let generation: UInt64
  /// Documents that got coordinates.
  public let documents: Int
  /// How many numbers each got.
  public let coordinateCount: Int
  /// How the alignment was fitted.
  public let alignment: String
  /// Bytes of the files that came.
  public let bytesAdded: Int
  public let seconds: Double
}

extension NewelIndex {
  /// Puts an alignment into an index that keeps dense rows, or another one in the place of its own: every document gets new
  /// coordinates, in one commit. Nothing else changes.
  ///
  /// - Parameter progress: what it throws stops the work; the index is then as it was before.
  /// - Throws: ``NewelError``: `invalidArgument` for an index without dense rows, `invalidInput` for an alignment of other rows,
  ///   and for a document whose row has no direction.
  public static func realign(
    _ path: String, alignment: String, progress: ProgressHandler? = nil
  ) throws(NewelError) -> RealignReport {
    let clock = ContinuousClock()
    let start = clock.now
    do {
      let map = try AlignmentMap.load(alignment, fileSystem: PosixFileSystem())
      let writer = try IndexWriter.open(path, creating: nil)
      defer { writer.close() }
      guard let dimension = writer.configuration.denseDimension else {
        throw NewelError(
          .invalidArgument,
          "'\(path)' keeps no dense rows, of which coordinates could be made; build it again with --dense-rows.")
      }
      guard map.dimension(.images) == dimension else {
        throw NewelError(
          .invalidInput,
          "The alignment '\(alignment)' was fitted on images of \(map.dimension(.images) ?? 0) numbers, but the dense rows of "
            + "'\(path)' have \(dimension); fit one on embeddings of the same model.")
      }
      var stop: (any Error)?
      let total = writer.liveCount
      let report: CommitReport
      do {
        report = try writer.realign(map.encoded(), coordinateCount: map.coordinateCount) { rows, first in
          do {
            let matrix = Matrix(rows: rows.count / dimension, columns: dimension, values: rows)
            let made = try coordinates(of: matrix, by: map, first: first)
            try progress?(
              JobProgress(stage: "aligning", done: Int(first) + matrix.rows, total: total, unit: "documents"))
            return (made.values, try map.hubness(of: made))
          } catch {
            stop = error
            return nil
          }
        }
      } catch {
        throw stop ?? error
      }
      return RealignReport(
        index: path, generation: report.generation, documents: total, coordinateCount: map.coordinateCount,
        alignment: map.method, bytesAdded: report.bytesAdded, seconds: start.duration(to: clock.now) / .seconds(1))
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  private static func coordinates(of rows: Matrix, by map: AlignmentMap, first: UInt32) throws -> Matrix {
    do {
      return try map.coordinates(rows, of: .images)
    } catch .zeroRow(_, let row) {
      throw NewelError(
        .invalidInput,
        "The dense row of document \(Int(first) + row) is all zeros and has no direction, so it has no coordinates; build "
          + "the index again without it.")
    }
  }
}
