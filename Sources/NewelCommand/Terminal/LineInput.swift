import Foundation
import Glibc

/// Lines of a file or of standard input, which may come slowly: they are read ahead on a thread of its own, so that whoever waits
/// for the next one can do so for a limited time.
final class LineInput: @unchecked Sendable {
  enum Next: Equatable {
    case line(number: Int, bytes: [UInt8])
    /// Longer than ``maximumLength``; it was left out.
    case tooLong(number: Int)
    /// Nothing came in time.
    case nothing
    case end
    /// It could not be read any further.
    case failed(String)
  }

  /// Bytes of the longest line.
  static let maximumLength = 16 << 20
  /// Lines that are read ahead.
  private static let depth = 4096

  private let condition = NSCondition()
  private var waiting: [Next] = []
  private var first = 0

  /// - Parameter path: "-" for standard input.
  /// - Throws: ``CommandFailure`` when the file cannot be opened.
  init(_ path: String) throws {
    let handle: FileHandle
    if path == "-" {
      handle = .standardInput
    } else if let file = FileHandle(forReadingAtPath: path) {
      handle = file
    } else {
      throw CommandFailure(
        "'\(path)' cannot be opened for reading; give a file of JSON lines, or - for standard input.")
    }
    let thread = Thread { [self] in read(handle) }
    thread.start()
  }

  /// The next line.
  ///
  /// - Parameter seconds: how long to wait; nil for as long as it takes.
  func next(within seconds: Double?) -> Next {
    condition.lock()
    defer { condition.unlock() }
    let limit = seconds.map { Date(timeIntervalSinceNow: $0) }
    while first == waiting.count {
      if let limit {
        if !condition.wait(until: limit), first == waiting.count { return .nothing }
      } else {
        condition.wait()
      }
    }
    let next = waiting[first]
    // The end stays the end.
    switch next {
    case .end, .failed: return next
    default: break
    }
    first += 1
    if first == waiting.count {
      waiting.removeAll(keepingCapacity: true)
      first = 0
      condition.broadcast()
    }
    return next
  }

  private func put(_ next: Next) {
    condition.lock()
    while waiting.count >= Self.depth { condition.wait() }
    waiting.append(next)
    condition.broadcast()
    condition.unlock()
  }

  private func read(_ handle: FileHandle) {
    var line: [UInt8] = []
    var number = 1
    var isTooLong = false
    func end() {
      if isTooLong { put(.tooLong(number: number)) } else if !line.isEmpty { put(.line(number: number, bytes: line)) }
      line.removeAll(keepingCapacity: true)
      isTooLong = false
      number += 1
    }
    do {
      // What can be sought is a file, of which a part is read at a time. Of a pipe or a terminal whatever is there is taken at once:
      // `read(upToCount:)` would wait until there is as much as asked for.
      let isFile = (try? handle.offset()) != nil
      while let data = isFile ? try handle.read(upToCount: 1 << 16) : handle.availableData, !data.isEmpty {
        for part in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
          if part.offset > 0 { end() }
          if isTooLong || line.count + part.element.count > Self.maximumLength {
            isTooLong = true
            line.removeAll()
          } else {
            line += part.element
          }
        }
      }
      end()
      put(.end)
    } catch {
      put(.failed("\(error)"))
    }
  }
}
