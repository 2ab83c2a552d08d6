internal import Dispatch
internal import Foundation

/// Threads for work that is cut into parts.
enum WorkerThreads {
  /// Calls `body` with each number below `count`, at most one call per core at a time; returns when all have returned.
  static func run(_ count: Int, _ body: @Sendable (Int) -> Void) {
    if count == 1 { return body(0) }
    DispatchQueue.concurrentPerform(iterations: count, execute: body)
  }

  /// How many threads to use when `wanted` were asked for: one per core when nil, at least one.
  static func count(_ wanted: Int?) -> Int {
    max(1, wanted ?? ProcessInfo.processInfo.activeProcessorCount)
  }
}
