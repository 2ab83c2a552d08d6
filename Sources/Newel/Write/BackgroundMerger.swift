import Foundation
internal import IndexStore
internal import Synchronization

/// Merges segments of a session on a thread of its own, one merge at a time.
final class BackgroundMerger: Sendable {
  private struct State {
    var isRunning = false
    var isStopping = false
    var problem: String?
    /// Commits to wait before another attempt after a failure.
    var patience = 0
  }

  private let isOn: Bool
  private let state = Mutex(State())
  private let idle = NSCondition()

  init(isOn: Bool) { self.isOn = isOn }

  var problem: String? { state.withLock { $0.problem } }

  /// Begins to merge what is worth it, unless a merge is running.
  func start(_ session: IndexSession) {
    guard isOn else { return }
    let mayRun = state.withLock { state in
      if state.patience > 0 {
        state.patience -= 1
        return false
      }
      if state.isRunning || state.isStopping { return false }
      state.isRunning = true
      return true
    }
    guard mayRun else { return }
    let jobs: [MergeJob]
    do {
      jobs = try session.changing { state in try state.writer.planMerges(.tiers) }
    } catch {
      end(problem: error.message)
      return
    }
    if jobs.isEmpty { return end(problem: nil) }
    Thread { [weak session] in
      self.run(jobs, session)
    }.start()
  }

  /// Waits for the merge that is running; none begins afterwards.
  func stop() {
    state.withLock { $0.isStopping = true }
    idle.lock()
    while state.withLock({ $0.isRunning }) { idle.wait() }
    idle.unlock()
  }

  private func run(_ jobs: [MergeJob], _ session: IndexSession?) {
    var problem: String?
    for job in jobs {
      let isStopping = state.withLock { $0.isStopping }
      guard let session, !isStopping, problem == nil else {
        session?.state.withLock { $0.writer.giveUp(job) }
        continue
      }
      do {
        let work = MergeWork(segments: SegmentWork(threads: 1) { _ in !self.state.withLock { $0.isStopping } }) { _ in
          !self.state.withLock { $0.isStopping }
        }
        let merged = try job.run(work)
        try session.changing { state in
          let isAlone = state.writer.hasNothingPending
          try state.writer.adopt(merged)
          // Changes that wait for their own commit take the merge along.
          if isAlone { _ = try state.writer.commit() }
        }
      } catch {
        session.state.withLock { $0.writer.giveUp(job) }
        if !state.withLock({ $0.isStopping }) { problem = NewelError(wrapping: error).message }
      }
    }
    end(problem: problem)
  }

  private func end(problem: String?) {
    idle.lock()
    state.withLock { state in
      state.isRunning = false
      state.problem = problem
      state.patience = problem == nil ? 0 : 16
    }
    idle.broadcast()
    idle.unlock()
  }
}
