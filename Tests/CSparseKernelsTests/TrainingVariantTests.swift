import CSparseKernels
import Glibc
import Testing

/// Every training kernel of every level against the plain one, bit by bit, and nothing written behind the ends.
@Suite struct TrainingVariantTests {
  private typealias Floats = UnsafeMutablePointer<Float>

  /// What a kernel works on: random matrices and vectors, with elements behind that must stay as they are.
  private struct Work {
    static let behind = 20
    let rows: Int
    let columns: Int
    var arrays: [[Float]]
    let offsets: [Int]
    let indices: [UInt32]

    init(rows: Int, columns: Int, seed: UInt64) {
      self.rows = rows
      self.columns = columns
      var random = SeededRandom(state: seed)
      arrays = (0..<5).map { number in
        (0..<max(rows, 2) * columns + rows * 4 + Self.behind).map { _ in
          let value = Float(Int32(truncatingIfNeeded: random.next() >> 32)) / Float(1 << 29)
          // The last two are not negative.
          return number >= 3 ? abs(value) : value
        }
      }
      var offsets = [0]
      var indices: [UInt32] = []
      for row in 0..<4 {
        for _ in 0..<row { indices.append(UInt32(random.next() % UInt64(columns))) }
        offsets.append(indices.count)
      }
      self.offsets = offsets
      self.indices = indices
    }

    /// The elements of all arrays after `body`, as bits; those behind must be the old ones.
    func result(_ body: ([Floats], newel_sparse_rows) -> Double) -> [UInt32] {
      let copy = arrays.map { array in
        let floats = Floats.allocate(capacity: array.count)
        floats.initialize(from: array, count: array.count)
        return floats
      }
      defer { for floats in copy { floats.deallocate() } }
      let value = offsets.withUnsafeBufferPointer { offsets in
        indices.withUnsafeBufferPointer { indices in
          body(copy, newel_sparse_rows(offsets: offsets.baseAddress, indices: indices.baseAddress, rows: 4))
        }
      }
      return zip(copy, arrays).flatMap { floats, array in (0..<array.count).map { floats[$0].bitPattern } }
        + [UInt32(truncatingIfNeeded: value.bitPattern), UInt32(value.bitPattern >> 32)]
    }
  }

  private typealias Kernel = @Sendable (newel_training_kernels, [Floats], newel_sparse_rows, Int, Int) -> Double

  /// A call of every kernel with the arrays of a ``Work``.
  private static let kernels: [(name: String, call: Kernel)] = [
    (
      "gelu",
      { k, a, _, r, c in
        k.gelu(a[0], a[1], r * c); return 0
      }
    ),
    (
      "gelu_backward",
      { k, a, _, r, c in
        k.gelu_backward(a[0], a[1], r * c); return 0
      }
    ),
    (
      "relu",
      { k, a, _, r, c in
        k.relu(a[0], r * c); return 0
      }
    ),
    (
      "relu_backward",
      { k, a, _, r, c in
        k.relu_backward(a[0], a[1], r * c); return 0
      }
    ),
    (
      "tanh",
      { k, a, _, r, c in
        k.tanh(a[0], r * c); return 0
      }
    ),
    (
      "tanh_backward",
      { k, a, _, r, c in
        k.tanh_backward(a[0], a[1], r * c); return 0
      }
    ),
    (
      "softplus",
      { k, a, _, r, c in
        k.softplus(a[0], a[1], r * c); return 0
      }
    ),
    (
      "sigmoid",
      { k, a, _, r, c in
        k.sigmoid(a[0], a[1], r * c); return 0
      }
    ),
    (
      "add_row",
      { k, a, _, r, c in
        k.add_row(a[0], a[1], r, c); return 0
      }
    ),
    (
      "add_to_sums",
      { k, a, _, r, c in
        k.add_to_sums(a[0], a[1], r, c); return 0
      }
    ),
    (
      "standardise",
      { k, a, _, r, c in
        k.standardise(a[0], a[3], a[1], r, c); return 0
      }
    ),
    (
      "scale_and_shift",
      { k, a, _, r, c in
        k.scale_and_shift(a[0], a[1], a[2], a[3], r, c); return 0
      }
    ),
    (
      "normalise_rows",
      { k, a, _, r, c in
        k.normalise_rows(a[0], a[1], r, c); return 0
      }
    ),
    (
      "normalise_rows_backward",
      { k, a, _, r, c in
        k.normalise_rows_backward(a[0], a[3], a[4], a[1], a[2], a[2] + c, r, c); return 0
      }
    ),
    (
      "unit_rows",
      { k, a, _, r, c in
        k.unit_rows(a[0], a[1], r, c); return 0
      }
    ),
    (
      "unit_rows_backward",
      { k, a, _, r, c in
        k.unit_rows_backward(a[0], a[3], a[1], r, c); return 0
      }
    ),
    ("token_weights", { k, a, _, r, c in Double(k.token_weights(a[0], a[1], a[2], a[3], r, c)) }),
    (
      "token_weights_backward",
      { k, a, _, r, c in
        k.token_weights_backward(a[3], a[0], 0.3, a[1], a[2], r, c); return 0
      }
    ),
    (
      "row_log_sums",
      { k, a, _, r, c in
        k.row_log_sums(a[0], a[1], r, c); return 0
      }
    ),
    (
      "column_maxima",
      { k, a, _, r, c in
        k.column_maxima(a[0], a[1], r, c); return 0
      }
    ),
    (
      "column_exponentials",
      { k, a, _, r, c in
        k.column_exponentials(a[0], a[3], a[1], r, c); return 0
      }
    ),
    (
      "softmax",
      { k, a, _, r, c in
        k.softmax(a[3], a[0], r, c); return 0
      }
    ),
    (
      "add_softmax",
      { k, a, _, r, c in
        k.add_softmax(a[0], a[3], a[4], a[1], a[2], r, c); return 0
      }
    ),
    (
      "double_softmax",
      { k, a, _, r, c in
        k.double_softmax(a[3], a[4], 0.7, a[0], r, c); return 0
      }
    ),
    (
      "sparse_scores",
      { k, a, s, r, c in
        k.sparse_scores(s, a[0], a[1], a[2], r, c); return 0
      }
    ),
    (
      "sparse_scores_backward",
      { k, a, s, r, c in
        k.sparse_scores_backward(s, a[0], a[1], a[2], r, c); return 0
      }
    ),
    (
      "sparse_value_gradient",
      { k, a, s, r, c in
        k.sparse_value_gradient(s, a[0], a[1], a[2], r, c); return 0
      }
    ),
    ("dot", { k, a, _, r, c in Double(k.dot(a[0], a[1], r * c)) }),
    (
      "add",
      { k, a, _, r, c in
        k.add(0.3, a[0], a[1], r * c); return 0
      }
    ),
    (
      "scale",
      { k, a, _, r, c in
        k.scale(0.3, a[0], r * c); return 0
      }
    ),
    ("sum_of_squares", { k, a, _, r, c in k.sum_of_squares(a[0], r * c) }),
    ("all_finite", { k, a, _, r, c in Double(k.all_finite(a[0], r * c)) }),
    (
      "add_noise",
      { k, a, _, r, c in
        k.add_noise(0.5, 7, 9 << 33 | 3, 5, a[0], r * c); return 0
      }
    ),
    (
      "adamw",
      { k, a, _, r, c in
        var step = newel_adamw_step(
          gradient_scale: 0.9, beta1: 0.9, beta2: 0.99, rate: 0.1, second_scale: 1.5, epsilon: 1e-8, shrink: 0.99,
          average_decay: 0.9)
        k.adamw(&step, a[0], a[1], a[2], a[3], r % 2 == 0 ? nil : a[4], r * c)
        return 0
      }
    ),
  ]

  @Test("the training kernels give the bits of the plain ones", arguments: Level.variants)
  func variants(level: Level) throws {
    let plain = try #require(newel_training_kernels_at(Int32(NEWEL_PLAIN))).pointee
    let variant = try #require(newel_training_kernels_at(Int32(level.number))).pointee
    for (name, call) in Self.kernels {
      for rows in 1...3 {
        for columns in [1, 2, 15, 16, 17, 31, 32, 33, 48, 70] {
          let work = Work(rows: rows, columns: columns, seed: UInt64(rows * 100 + columns))
          let expected = work.result { call(plain, $0, $1, rows, columns) }
          let found = work.result { call(variant, $0, $1, rows, columns) }
          #expect(found == expected, "\(name) \(rows) × \(columns)")
        }
      }
    }
  }

  @Test("the training kernels write nothing behind their arrays")
  func ends() throws {
    for level in Level.all {
      let kernels = try #require(newel_training_kernels_at(Int32(level.number))).pointee
      for (name, call) in Self.kernels {
        for columns in [1, 17, 40] {
          let work = Work(rows: 2, columns: columns, seed: UInt64(columns))
          let before = work.arrays
          var after: [[Float]] = []
          _ = work.result { arrays, sparse in
            let value = call(kernels, arrays, sparse, 2, columns)
            after = arrays.map { floats in (0..<before[0].count).map { floats[$0] } }
            return value
          }
          // Beyond the largest use of any array: a matrix, or one score for each of four texts and every row.
          let end = max(2 * columns, 8)
          for (old, new) in zip(before, after) {
            #expect(old[end...].elementsEqual(new[end...]) { $0.bitPattern == $1.bitPattern }, "\(name) \(columns)")
          }
        }
      }
    }
  }

  @Test("noise is made of the published words of Threefry")
  func threefry() throws {
    // For key and counter 0 the words are 0x6b200159 and 0x99ba4efe; the numbers follow by the method of Box and Muller.
    let kernels = try #require(newel_training()).pointee
    var noise = [Float](repeating: 0, count: 32)
    kernels.add_noise(1, 0, 0, 0, &noise, 32)
    let uniform = (Double(0x6b20_0159 >> 8) + 0.5) / Double(1 << 24)
    let radius = (-2 * log(uniform)).squareRoot()
    let angle = 2 * Double.pi * Double(UInt32(0x99ba_4efe)) / 4_294_967_296
    #expect(abs(Double(noise[0]) - radius * cos(angle)) < 1e-5)
    #expect(abs(Double(noise[16]) - radius * sin(angle)) < 1e-5)
  }
}
