internal import Dispatch
internal import Foundation
internal import Synchronization

/// Threads for work that is cut into parts.
enum WorkerThreads {
  /// Calls `body` with each number below `count`, at most one call per core at a time; returns when all have returned.
  static func run(_ count: Int, _ body: @Sendable (Int) -> Void) {
    if count == 1 { return body(0) }
    DispatchQueue.concurrentPerform(iterations: count, execute: body)
  }

  /// Computes a value for each number below `count`. Each worker takes the next number when it is free.
  ///
  /// - Returns: the values in the order of the numbers.
  static func map<Value: Sendable>(
    _ count: Int, threads: Int, _ body: @Sendable (Int) -> Value
  ) -> [Value] {
    let results = Results<Value>()
    run(min(threads, max(1, count))) { _ in
      var mine: [(number: Int, value: Value)] = []
      while true {
        let number = results.next.add(1, ordering: .relaxed).oldValue
        guard number < count else { break }
        mine.append((number, body(number)))
      }
      results.all.withLock { $0 += mine }
    }
    return results.all.withLock { $0.sorted { $0.number < $1.number }.map(\.value) }
  }

  /// How many threads to use when `wanted` were asked for: one per core when nil, at least one.
  static func count(_ wanted: Int?) -> Int {
    max(1, wanted ?? ProcessInfo.processInfo.activeProcessorCount)
  }

  private final class Results<Value: Sendable>: Sendable {
    let next = Atomic(0)
    let all = Mutex<[(number: Int, value: Value)]>([])
  }
}
