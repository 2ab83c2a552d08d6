extension NewelIndex {
  /// Builds an index, or appends to one: everything of the request becomes visible at once, or nothing does.
  ///
  /// - Parameter progress: called as rows are encoded and as the commit goes on; what it throws stops the build.
  /// - Throws: ``NewelError`` naming the file and row at fault. The index is then as it was before.
  public static func build(_ request: BuildRequest, progress: ProgressHandler? = nil) throws(NewelError) -> BuildReport
  {
    let clock = ContinuousClock()
    let start = clock.now
    do {
      let job = try BuildJob(request, progress: progress ?? { _ in })
      var report: BuildReport
      switch request.source {
      case .dense(let images, let metadata, let head):
        report = try job.runDense(images: images, metadata: metadata, head: head)
      case .sparse(let vectors, let metadata, let vocabulary):
        report = try job.runSparse(vectors: vectors, metadata: metadata, vocabulary: vocabulary)
      }
      report.seconds = start.duration(to: clock.now) / .seconds(1)
      return report
    } catch {
      throw NewelError(wrapping: error)
    }
  }
}
