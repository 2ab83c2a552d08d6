import Testing

@testable import NewelCommand

@Suite struct DrawingTests {
  @Test(
    "The marks of an axis are round and inside its range",
    arguments: [
      (0.0, 1.0, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0.04, 6.93, [1, 2, 3, 4, 5, 6]),
      (0, 756, [0, 100, 200, 300, 400, 500, 600, 700]),
      (0, 40_000, [0, 10_000, 20_000, 30_000, 40_000]), (2.5, 2.6, [2.5, 2.52, 2.54, 2.56, 2.58, 2.6]), (3, 3, [3]),
    ] as [(Double, Double, [Double])])
  func ticks(low: Double, high: Double, expected: [Double]) {
    let found = SVG.ticks(low...high)
    #expect(found.count == expected.count, "\(found)")
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-9 * max(1, high) }, "\(found)")
  }
}
