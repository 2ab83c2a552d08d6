internal import InvertedIndex

extension SearchRequest {
  /// Refuses numbers that no search can be done with, whatever the query.
  ///
  /// - Throws: `invalidArgument` for fewer than one result, a negative offset, or a budget without work or for an algorithm
  ///   that knows no budgets.
  package func check() throws(NewelError) {
    guard count >= 1 else {
      throw NewelError(.invalidArgument, "\(count) results were asked for, but there must be at least 1.")
    }
    guard offset >= 0 else {
      throw NewelError(.invalidArgument, "The offset is \(offset), but it must not be negative.")
    }
    guard let budget else { return }
    let hasWork = budget.blocks ?? 1 >= 1 && budget.milliseconds ?? 1 > 0
    guard hasWork, algorithm == .auto || algorithm == .superblock else {
      throw NewelError(wrapping: InvertedIndexError.invalidBudget)
    }
  }
}
