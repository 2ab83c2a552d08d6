import EmbeddingDumps
import Foundation
import LinearAlgebra
import Testing

@testable import TokenSpace

/// Rows of length 1 in random directions, all leaning a little to one side, as words do.
private func unitRows(_ count: Int, _ dimension: Int, lean: Double = 0.3, using random: inout SplitMix64) -> Matrix {
  var rows = Matrix(rows: count, columns: dimension)
  for row in 0..<count {
    let values = (0..<dimension).map { Float(random.normal() + ($0 == 0 ? lean : 0)) }
    for (column, value) in WordDictionary.unit(values[...]).enumerated() { rows[row, column] = value }
  }
  return rows
}

extension Surroundings {
  /// A Python with scikit-learn.
  static let learnedPython: String? = {
    let candidates = [ProcessInfo.processInfo.environment["NEWEL_PYTHON"], "/usr/bin/python3"].compactMap { $0 }
    return candidates.first { run($0, ["-c", "import sklearn"]) }
  }()
}

@Suite struct NonNegativeLassoTests {
  @Test(
    "At the solution used words have the slope of the penalty and no other word has more",
    arguments: [0.02, 0.1, 0.25, 0.6, 1.5] as [Float], [(30, 12), (200, 24), (7, 40)])
  func optimality(penalty: Float, shape: (words: Int, dimension: Int)) throws {
    var random = SplitMix64(seed: UInt64(shape.words))
    let atoms = unitRows(shape.words, shape.dimension, using: &random)
    let targets = unitRows(25, shape.dimension, using: &random)
    let weights = try NonNegativeLasso(atoms: atoms, penalty: penalty).solve(targets).weights
    var used = 0
    for row in 0..<targets.rows {
      var rest = targets.row(row).map(Double.init)
      for word in 0..<atoms.rows {
        for column in 0..<atoms.columns { rest[column] -= Double(weights[row, word]) * Double(atoms[word, column]) }
      }
      for word in 0..<atoms.rows {
        let slope = zip(atoms.row(word), rest).reduce(0) { $0 + Double($1.0) * $1.1 }
        #expect(weights[row, word] >= 0)
        #expect(slope <= Double(penalty) / 2 + 3e-5, "row \(row) word \(word)")
        if weights[row, word] > 0 {
          used += 1
          #expect(abs(slope - Double(penalty) / 2) < 3e-5, "row \(row) word \(word)")
        }
      }
    }
    #expect(used > 0 || penalty > 1)
  }

  @Test("Orthogonal words have what is left of their products after half the penalty")
  func orthogonal() throws {
    var atoms = Matrix(rows: 4, columns: 4)
    for word in 0..<4 { atoms[word, word] = 1 }
    let target = Matrix(rows: 1, columns: 4, values: [0.9, 0.1, -0.5, 0.3])
    let weights = try NonNegativeLasso(atoms: atoms, penalty: 0.4).solve(target).weights
    for (found, expected) in zip(weights.values, [0.7, 0, 0, 0.1]) { #expect(abs(Double(found) - expected) < 1e-6) }
  }

  @Test("Words that are the same share their weight, and the end comes")
  func twins() throws {
    var random = SplitMix64(seed: 5)
    let one = unitRows(1, 6, using: &random)
    let atoms = Matrix(rows: 40, columns: 6, values: (0..<40).flatMap { _ in one.values })
    let weights = try NonNegativeLasso(atoms: atoms, penalty: 0.2).solve(one).weights
    #expect(abs(weights.values.reduce(0, +) - 0.9) < 1e-4)
  }

  @Test("A batch has what single vectors have, and one that is not finite spoils no other")
  func batches() throws {
    var random = SplitMix64(seed: 6)
    let atoms = unitRows(60, 16, using: &random)
    var targets = unitRows(9, 16, using: &random)
    let solver = NonNegativeLasso(atoms: atoms, penalty: 0.15)
    for value in [Float.nan, .infinity] {
      targets[4, 3] = value
      let all = try solver.solve(targets).weights
      for row in 0..<9 where row != 4 {
        let one = try solver.solve(Matrix(rows: 1, columns: 16, values: Array(targets.row(row)))).weights
        #expect(zip(one.values, all.row(row)).allSatisfy { abs($0 - $1) < 1e-5 })
      }
      #expect(all.row(4).allSatisfy { !$0.isFinite })
    }
    #expect(try solver.solve(Matrix(rows: 0, columns: 16)).weights.rows == 0)
  }

  @Test(
    "scikit-learn finds the same weights",
    .enabled(if: Surroundings.learnedPython != nil, "needs a python3 with scikit-learn (NEWEL_PYTHON)"))
  func oracle() throws {
    var random = SplitMix64(seed: 7)
    let atoms = unitRows(300, 32, using: &random)
    let targets = unitRows(20, 32, using: &random)
    let folder = NSTemporaryDirectory() + "newel-lasso-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let script = (#filePath as NSString).deletingLastPathComponent + "/Oracle/lasso_oracle.py"
    for penalty in [0.1, 0.25] as [Float] {
      let weights = try NonNegativeLasso(atoms: atoms, penalty: penalty).solve(targets).weights
      var paths: [String] = []
      for (name, matrix) in [("atoms", atoms), ("targets", targets), ("weights", weights)] {
        paths.append("\(folder)/\(name).npy")
        try Data(NpyWriter.encode(matrix, as: .float32)).write(to: URL(fileURLWithPath: paths[paths.count - 1]))
      }
      #expect(
        Surroundings.run(try #require(Surroundings.learnedPython), [script] + paths + ["\(penalty)"]), "λ \(penalty)")
    }
  }
}
