internal import InvertedIndex

extension SearchRequest {
  /// Refuses numbers that no search can be done with, whatever the query.
  ///
  /// - Throws: `invalidArgument` for fewer than one result, a negative offset, a budget without work or for an algorithm
  ///   that knows no budgets, a re-ranking of fewer hits than are asked for, and ways of searching that exclude each other.
  package func check() throws(NewelError) {
    guard count >= 1 else {
      throw NewelError(.invalidArgument, "\(count) results were asked for, but there must be at least 1.")
    }
    guard offset >= 0 else {
      throw NewelError(.invalidArgument, "The offset is \(offset), but it must not be negative.")
    }
    guard expand >= 0 else {
      throw NewelError(.invalidArgument, "\(expand) related tokens were asked for, but there cannot be fewer than 0.")
    }
    if let rerank {
      let (depth, isTooLarge) = offset.addingReportingOverflow(count)
      try rerank.check(depth: isTooLarge ? .max : depth)
    }
    if let heads {
      guard heads.candidates >= 1, heads.cut ?? 1 >= 1 else {
        throw NewelError(
          wrapping: InvertedIndexError.invalidHeadSearch(candidates: heads.candidates, cut: heads.cut))
      }
      guard budget == nil, algorithm == .auto else {
        throw NewelError(
          .invalidArgument, "A search by head lists has neither a budget nor an algorithm; leave these out.")
      }
    }
    guard let budget else { return }
    guard exactness == .integer else {
      throw NewelError(
        .invalidArgument,
        "Weights finer than integers are for exact answers and do not go with a budget; leave one of them out.")
    }
    let hasWork = budget.blocks ?? 1 >= 1 && budget.milliseconds ?? 1 > 0
    guard hasWork, algorithm == .auto || algorithm == .superblock else {
      throw NewelError(wrapping: InvertedIndexError.invalidBudget)
    }
  }
}
