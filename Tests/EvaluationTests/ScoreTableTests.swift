import Testing

@testable import Evaluation

@Suite struct ScoreTableTests {
  @Test("Ranks count ties against the item, or not")
  func ranks() {
    let table = ScoreTable(queryCount: 2, itemCount: 4, values: [3, 1, 3, 2, -1, -1, -1, -1])
    #expect(table.ranks { _ in [0] } == [2, 4])
    #expect(table.ranks(ties: .asGiven) { _ in [0] } == [1, 1])
    // The best of several, which are not in each other's way.
    #expect(table.ranks { _ in [0, 2] } == [1, 3])
    #expect(table.ranks { _ in [1, 3] } == [3, 3])
    #expect(table.transposed.transposed.values == table.values && table.transposed.ranks { _ in [1] } == [2, 2, 2, 2])
  }

  @Test("Class precision equals that of the sorted ranking, with and without a depth")
  func classPrecision() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<100 {
      let (queries, items) = (1 + random.next(below: 4), 1 + random.next(below: 20))
      let values = (0..<queries * items).map { _ in Float(random.next(below: 9)) / 2 - 2 }
      let queryClasses = (0..<queries).map { _ in random.next(below: 3) }
      let itemClasses = (0..<items).map { _ in random.next(below: 3) }
      let depth: Int? = random.next(below: 2) == 0 ? nil : 1 + random.next(below: 8)
      var expected = 0.0
      for query in 0..<queries {
        let ranking = (0..<items).map { item in
          ScoredDocument(key: "\(item)", score: Double(values[query * items + item]))
        }
        let relevant = (0..<items).filter { itemClasses[$0] == queryClasses[query] }
        let judged = JudgedRanking(
          ranking, judgements: Dictionary(uniqueKeysWithValues: relevant.map { ("\($0)", 1) }), ties: .asGiven)
        expected += judged.averagePrecision(at: depth, denominator: .relevantWithinDepth) / Double(queries)
      }
      let table = ScoreTable(queryCount: queries, itemCount: items, values: values)
      let found = table.meanAveragePrecision(queryClasses: queryClasses, itemClasses: itemClasses, depth: depth)
      #expect(abs(found - expected) < 1e-12)
    }
  }

  @Test("An empty table and a negative zero")
  func edges() {
    #expect(
      ScoreTable(queryCount: 0, itemCount: 3, values: []).meanAveragePrecision(
        queryClasses: [], itemClasses: [1, 2, 3]) == 0)
    // -0 and 0 tie, so the first item is first.
    let table = ScoreTable(queryCount: 1, itemCount: 2, values: [-0.0, 0.0])
    #expect(table.meanAveragePrecision(queryClasses: [1], itemClasses: [1, 2]) == 1)
  }
}
