internal import EmbeddingDumps
internal import IndexStore

extension IndexSession {
  /// Does one change.
  ///
  /// - Parameter replacing: whether a document whose key is there already is replaced; otherwise it is refused.
  @discardableResult
  public func apply(_ change: IndexChange, replacing: Bool = true) throws(NewelError) -> ChangeReport {
    switch change {
    case .put(let document): try add([document], replacing: replacing)
    case .patch(let key, let patch): try updateMetadata([(key, patch)])
    case .delete(let key): try delete(keys: [key])
    }
  }

  /// Deletes the documents that meet all conditions, those included that were added since the last commit.
  ///
  /// - Parameter conditions: like `category=shoe`; at least one. See ``SearchRequest/conditions``.
  /// - Throws: ``NewelError``: `invalidArgument` for a condition that cannot be read.
  @discardableResult
  public func delete(where conditions: [String]) throws(NewelError) -> ChangeReport {
    guard !conditions.isEmpty else {
      throw NewelError(.invalidArgument, "No condition was given; deleting every document needs one that says so.")
    }
    return try changing { state in
      let filter = try MetadataFilter(parsing: conditions)
      var chosen: [UInt64: [UInt64]] = [:]
      let segments = try state.writer.view()
      for (segment, words) in zip(segments, try segments.words(meeting: filter)) { chosen[segment.number] = words }
      var report = ChangeReport()
      report.deleted = try state.writer.delete(chosen)
      return report
    }
  }
}
