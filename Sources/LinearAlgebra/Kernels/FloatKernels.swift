import CSparseKernels
import Dispatch

/// The kernels of this CPU.
///
/// - Invariant: the table is constant and lives as long as the process.
let trainingKernels = unsafe newel_training().pointee

/// How large work on arrays of floats is shared among threads: always in the same portions, so that sums come out the same
/// on any number of them.
enum Portions {
  /// The number of portions of large work.
  static let count = 4
  /// Work on fewer elements is not worth waking a thread for.
  private static let smallest = 1 << 16

  /// How many portions work on that many elements is done in.
  static func count(elements: Int) -> Int { elements < smallest ? 1 : count }

  /// The rows of a portion, of `total` shared among `portions` so that each begins at a multiple of `step`.
  static func range(_ portion: Int, of portions: Int, total: Int, step: Int = 1) -> Range<Int> {
    let steps = (total + step - 1) / step
    let bounds = (portion * steps / portions * step, (portion + 1) * steps / portions * step)
    return min(bounds.0, total)..<min(bounds.1, total)
  }

  /// Calls `body` with every portion's number and rows, on several threads when there are several portions.
  ///
  /// - Invariant: the calls return before this does, and portions write to different places: what `body` captures may be
  ///   used on other threads.
  static func run(rows: Int, elements: Int, step: Int = 1, _ body: (Int, Range<Int>) -> Void) {
    let portions = count(elements: elements)
    if portions == 1 { return body(0, 0..<rows) }
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: portions) { portion in
        unsafe body(portion, range(portion, of: portions, total: rows, step: step))
      }
    }
  }
}

/// The sums of every column, made by several portions of the rows and then added in their order.
struct PortionSums {
  private(set) var values: [Float]
  let columns: Int

  init(portions: Int, columns: Int) {
    self.columns = columns
    values = [Float](repeating: 0, count: portions * columns)
  }

  /// Calls `body` with the address of the first portion's sums; those of the others follow.
  ///
  /// - Invariant: `body` writes to `portions * columns` elements and does not keep the address.
  mutating func fill(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    unsafe values.withUnsafeMutableBufferPointer { sums in
      guard let start = sums.baseAddress else { return }
      unsafe body(start)
    }
  }

  /// Adds all portions up into `sums`, which has an element for every column.
  func write(to sums: inout [Float]) {
    precondition(sums.count == columns, "there is one sum for every column")
    for column in 0..<columns {
      sums[column] = stride(from: column, to: values.count, by: columns).reduce(0) { $0 + values[$1] }
    }
  }
}
