internal import ByteStorage
internal import TokenSpace

extension EncoderModel {
  /// Trains a head and writes it to the request's output, all or nothing.
  ///
  /// The same input and settings give the same file, byte for byte.
  ///
  /// - Parameter progress: what it throws stops a training in steps, as ``StairSettings`` describes; others go on.
  /// - Throws: ``NewelError`` naming the file and row at fault; the output is then as it was before.
  public static func train(
    _ request: TrainRequest, progress: ProgressHandler? = nil
  ) throws(NewelError) -> TrainReport {
    let clock = ContinuousClock()
    let start = clock.now
    do {
      var report: TrainReport
      switch request.method {
      case .ridge: report = try RidgeJob(request).run(progress)
      case .stair: report = try StairJob(request).run(progress)
      case .projection, .splice: report = try ProjectionJob(request).run(progress)
      }
      report.seconds = start.duration(to: clock.now) / .seconds(1)
      return report
    } catch {
      throw NewelError(wrapping: error)
    }
  }
}

extension TrainRequest {
  /// The files and folders that the training reads.
  var inputs: [String] {
    [images] + [metadata, vocabulary, stair.texts, stair.resume].compactMap { $0 }
  }

  /// Where the tokens come from.
  func vocabularySource(_ fileSystem: any FileSystem) throws -> VocabularySource {
    guard let path = vocabulary else { return .captions }
    return .file(try Vocabulary.parse(try fileSystem.readAll(path, limit: 1 << 28), source: path))
  }
}
