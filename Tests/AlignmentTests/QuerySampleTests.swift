import LinearAlgebra
import Testing

@testable import Alignment

/// Queries that an alignment keeps, to tell images that are near to everything.
@Suite struct QuerySampleTests {
  private func map() throws -> (map: AlignmentMap, pairs: PairedRows) {
    var random = SplitMix64(seed: 5)
    func rows(_ columns: Int) -> Matrix {
      Matrix(rows: 40, columns: columns, values: (0..<40 * columns).map { _ in Float(random.uniform()) - 0.5 })
    }
    let pairs = try PairedRows(images: rows(6), texts: rows(4))
    return (try AlignmentMap.fit(.ridgeBothWays(imagePenalty: 1, textPenalty: 1), to: pairs), pairs)
  }

  @Test("A sample is read back as it was, stays when words come, and gives hubness")
  func roundTrip() throws {
    let (map, pairs) = try map()
    let images = try map.coordinates(pairs.images, of: .images)
    #expect(try map.querySample == nil && map.hubness(of: images) == nil)
    let sample = try map.coordinates(pairs.texts, of: .texts)
    let sampled = try map.with(querySample: sample)
    let again = try AlignmentMap.decode(sampled.encoded())
    #expect(again == sampled && again.querySample == sample && again != map)
    #expect(try again.with(words: nil).querySample == sample)
    #expect(try again.hubness(of: images) == LocalScaling.density(of: images, pool: sample))
    #expect(try again.with(querySample: nil) == map)
  }

  @Test("A sample that does not fit, or is not of length 1, is refused")
  func refusals() throws {
    let (map, pairs) = try map()
    var sample = try map.coordinates(pairs.texts, of: .texts)
    #expect(throws: AlignmentError.self) { try map.with(querySample: Matrix(rows: 2, columns: 3)) }
    #expect(throws: AlignmentError.self) {
      try map.with(querySample: Matrix(rows: 0, columns: map.coordinateCount))
    }
    for value: Float in [.nan, .infinity, 2] {
      var wrong = sample
      wrong[3, 1] = value
      #expect(throws: AlignmentError.self, "\(value)") { try map.with(querySample: wrong) }
    }
    // A query that says nothing is allowed.
    for column in 0..<sample.columns { sample[3, column] = 0 }
    #expect(try map.with(querySample: sample).querySample == sample)
  }

  @Test("Samples are as large as a file should be, and none is kept for anchors by the thousand")
  func sizes() throws {
    let (map, _) = try map()
    #expect(map.querySampleSize == 4096)
    let wide = AlignmentMap.Side(map.images.preparation, [Projection(weights: Matrix(rows: 2048, columns: 6))])
    let texts = AlignmentMap.Side(
      try #require(map.texts).preparation, [Projection(weights: Matrix(rows: 2048, columns: 4))])
    #expect(try AlignmentMap(method: "wide", images: wide, texts: texts).querySampleSize == 2048)
    let many = AlignmentMap.Side(map.images.preparation, [Projection(weights: Matrix(rows: 1 << 20, columns: 6))])
    let anchors = AlignmentMap.Side(
      try #require(map.texts).preparation, [Projection(weights: Matrix(rows: 1 << 20, columns: 4))])
    #expect(try AlignmentMap(method: "anchors", images: many, texts: anchors).querySampleSize == 0)
  }
}
