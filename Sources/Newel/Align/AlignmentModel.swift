internal import Alignment
internal import ByteStorage

/// An alignment: what brings rows of pictures, rows of texts and typed words into one space.
public struct AlignmentModel: Sendable {
  let map: AlignmentMap

  /// How it was fitted.
  public var method: String { map.method }
  /// The length of rows of pictures.
  public var imageDimension: Int { map.images.preparation.dimension }
  /// The length of rows of texts; nil when it reads none.
  public var textDimension: Int? { map.texts?.preparation.dimension }
  /// The number of coordinates.
  public var coordinateCount: Int { map.coordinateCount }
  /// The number of words with coordinates; nil when it knows none.
  public var wordCount: Int? { map.words?.tokens.count }
  /// How it was made: rows, files, settings.
  public var provenance: [String: String] { map.provenance }
  /// What was measured on rows held out.
  public var validation: [String: String] { map.validation }

  /// Reads an alignment file.
  ///
  /// - Throws: ``NewelError`` naming what is wrong with the file.
  public static func load(_ path: String) throws(NewelError) -> AlignmentModel {
    do { return AlignmentModel(map: try AlignmentMap.load(path, fileSystem: PosixFileSystem())) } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// Fits an alignment and writes it to the request's output, all or nothing.
  ///
  /// The same input and settings give the same file, byte for byte, with the same number of BLAS threads.
  ///
  /// - Parameter progress: what it throws stops the job; the output is then as it was before.
  /// - Throws: ``NewelError`` naming the file and row at fault.
  public static func fit(
    _ request: AlignRequest, progress: ProgressHandler? = nil
  ) throws(NewelError) -> AlignReport {
    let clock = ContinuousClock()
    let start = clock.now
    do {
      var report = try AlignJob(request, progress).run()
      report.seconds = start.duration(to: clock.now) / .seconds(1)
      return report
    } catch {
      throw NewelError(wrapping: error)
    }
  }
}
