internal import Foundation

/// A value that one thread at a time may touch.
///
/// `Mutex` of the standard library asks that nothing of the value escapes a closure, which the compiler cannot see of a writer that is a class.
final class Guarded<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  init(_ value: Value) { self.value = value }

  func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}
