import Evaluation
import Testing

@Suite struct ClassSplitTests {
  @Test("Windows of classes go round in a circle")
  func circle() {
    let splits = ClassSplit.circular(Array(1...10), seen: 5, stride: 2, count: 5)
    let expected: [Set<Int>] = [
      [1, 2, 3, 4, 5], [3, 4, 5, 6, 7], [5, 6, 7, 8, 9], [7, 8, 9, 10, 1], [9, 10, 1, 2, 3],
    ]
    #expect(splits.map(\.seen) == expected)
    #expect(ClassSplit.circular([4, 2], seen: 1, stride: 1, count: 3).map(\.seen) == [[4], [2], [4]])
  }

  @Test("Every row is in one group, and a group is asked about its own rows only")
  func groups() {
    let split = ClassSplit(seen: [1, 3])
    let (queries, items) = ([1, 2, 3, 4], [2, 1, 4, 3, 1])
    #expect(split.rows(of: .seen, in: items) == [1, 3, 4] && split.rows(of: .unseen, in: items) == [0, 2])
    var asked: [[Int]] = []
    let found = split.precision(of: .seen, queryClasses: queries, itemClasses: items) { queries, items in
      asked = [queries, items]
      // Items of classes 1, 3 and 1: the first query finds 1, 1, 3 and the second 1, 3, 1.
      return ScoreTable(queryCount: 2, itemCount: 3, values: [3, 1, 2, 3, 2, 1])
    }
    #expect(asked == [[0, 2], [1, 3, 4]])
    #expect(found == (1 + 0.5) / 2)
    let nobody = ClassSplit(seen: [9]).precision(of: .seen, queryClasses: queries, itemClasses: items) {
      ScoreTable(queryCount: $0.count, itemCount: $1.count, values: [])
    }
    #expect(nobody == 0)
  }
}
