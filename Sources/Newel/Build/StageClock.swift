internal import IndexStore
internal import InvertedIndex

/// How long one stage of a job took.
public struct StageTime: Sendable, Codable, Equatable {
  /// The name of the stage, as in ``JobProgress/stage``.
  public let stage: String
  /// Seconds of the clock on the wall.
  public internal(set) var seconds: Double
}

/// Passes progress on and keeps the time of each stage: from its first report to the first of the next one.
final class StageClock {
  private let handler: ProgressHandler
  private let clock = ContinuousClock()
  private var began: ContinuousClock.Instant
  private var current: String?
  private var times: [StageTime] = []
  /// What the handler threw while a segment was being written; the writer only knows that it was to stop.
  private(set) var stop: (any Error)?

  init(_ handler: @escaping ProgressHandler) {
    self.handler = handler
    began = clock.now
  }

  func report(_ progress: JobProgress) throws {
    if progress.stage != current { begin(progress.stage) }
    try handler(progress)
  }

  /// How a writer works, and reports to this clock.
  func work(_ order: DocumentOrder) -> SegmentWork {
    SegmentWork(ordering: order.ordering) { self.goesOn(Self.jobProgress($0)) }
  }

  /// How a merge works, and reports to this clock.
  func mergeWork(_ order: DocumentOrder) -> MergeWork {
    MergeWork(segments: work(order)) {
      self.goesOn(JobProgress(stage: $0.stage.rawValue, done: $0.done, total: $0.total, unit: "documents"))
    }
  }

  private func goesOn(_ progress: JobProgress) -> Bool {
    do {
      try report(progress)
      return true
    } catch {
      stop = error
      return false
    }
  }

  /// Runs a step of a writer; when the handler stopped it, throws what the handler threw.
  func stopping<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch IndexStoreError.postings(.stopped) {
      throw stop ?? IndexStoreError.postings(.stopped)
    }
  }

  /// The times of all stages; the current one ends now.
  func finish() -> [StageTime] {
    begin(nil)
    return times
  }

  private func begin(_ stage: String?) {
    let now = clock.now
    if let current {
      let seconds = began.duration(to: now) / .seconds(1)
      // Several segments: their orderings are one stage.
      if let place = times.firstIndex(where: { $0.stage == current }) {
        times[place].seconds += seconds
      } else {
        times.append(StageTime(stage: current, seconds: seconds))
      }
    }
    current = stage
    began = now
  }

  private static func jobProgress(_ progress: SegmentProgress) -> JobProgress {
    let unit =
      switch progress.stage {
      case .ordering: "document levels"
      case .inverting: ""
      case .writing: "postings"
      }
    return JobProgress(
      stage: progress.stage.rawValue, done: progress.done, total: progress.total == 0 ? nil : progress.total, unit: unit
    )
  }
}
