/// Classes that a model was trained on, and classes that it never saw: what is asked of an extendable model, which is to find
/// items of both.
///
/// The custom is to train on the training rows of the seen classes alone, their means and deviations included, and then to ask
/// for each ``Group`` by itself: queries are the test rows of its classes, the gallery their rows in the other space, of the
/// test part or, as published tables have it, of the *training* part. The latter rewards for the seen classes what was learned by
/// heart: say which gallery it was.
public struct ClassSplit: Sendable, Equatable {
  /// Half of the question.
  public enum Group: String, Sendable, CaseIterable {
    /// The classes that were trained on.
    case seen
    /// All others.
    case unseen
  }

  /// The classes that are trained on.
  public let seen: Set<Int>

  /// A split by the classes that are trained on.
  public init(seen: some Sequence<Int>) {
    self.seen = Set(seen)
  }

  /// Splits by windows that go round in a circle: the first `seen` classes, then as many from `stride` further on.
  ///
  /// - Parameters:
  ///   - classes: in the order of the circle, each once.
  ///   - seen: how many a split trains on, fewer than there are.
  ///   - stride: how much further the next split begins.
  ///   - count: how many splits.
  public static func circular(_ classes: [Int], seen: Int, stride: Int, count: Int) -> [ClassSplit] {
    precondition(seen >= 1 && seen < classes.count, "some classes are seen and some are not")
    precondition(stride >= 0 && count >= 0, "splits go forward")
    return (0..<count).map { split in
      ClassSplit(seen: (0..<seen).map { classes[(split * stride + $0) % classes.count] })
    }
  }

  /// The group of a class.
  public func group(of label: Int) -> Group { seen.contains(label) ? .seen : .unseen }

  /// The rows of a group, by the class of every row; ascending. Those of ``Group/seen`` among the training rows are what a
  /// model may learn from.
  public func rows(of group: Group, in classes: [Int]) -> [Int] {
    classes.indices.filter { self.group(of: classes[$0]) == group }
  }

  /// Mean average precision within a group; 0 without queries.
  ///
  /// - Parameters:
  ///   - queryClasses: the class of every row on the side of the queries.
  ///   - itemClasses: the class of every row on the side of the gallery.
  ///   - depth: k of mAP@k; nil for the whole gallery.
  ///   - scores: the scores of the query rows for the item rows of these numbers.
  /// - Complexity: O(queries · items · log items), and what `scores` takes.
  public func precision(
    of group: Group, queryClasses: [Int], itemClasses: [Int], depth: Int? = nil,
    scores: (_ queries: [Int], _ items: [Int]) throws -> ScoreTable
  ) rethrows -> Double {
    let (queries, items) = (rows(of: group, in: queryClasses), rows(of: group, in: itemClasses))
    return try scores(queries, items).meanAveragePrecision(
      queryClasses: queries.map { queryClasses[$0] }, itemClasses: items.map { itemClasses[$0] }, depth: depth)
  }
}
