import ByteStorage

/// What the next commit will change; nothing of it is visible before.
struct PendingCommit {
  /// A segment in place of committed ones.
  struct Replacement {
    /// The numbers of the segments that go.
    var old: Set<UInt64>
    var new: WrittenSegment
  }

  /// Tokens in place of the committed ones.
  var vocabulary: [String]?
  /// Files of the whole index in place of the committed ones.
  var head: [UInt8]?
  var alignment: [UInt8]?
  /// Coordinates in place of all that there are.
  var coordinates: [Manifest.File] = []
  /// Whether the configuration changed.
  var hasNewConfiguration = false
  /// Segments to be added, in the order of their ordinals.
  var added: [WrittenSegment] = []
  var replacements: [Replacement] = []
  /// Local numbers of documents that are to be deleted, by the numbers of their segments, which may be committed, added or
  /// still being filled.
  var dead: [UInt64: Set<UInt32>] = [:]
  /// Documents that were added, and that were deleted; one may be both.
  var addedCount = 0
  var deletedCount = 0
  /// Files that were written apart from segments.
  var extraNames: [String] = []

  /// Whether a commit would change nothing.
  var isEmpty: Bool {
    vocabulary == nil && head == nil && alignment == nil && coordinates.isEmpty && !hasNewConfiguration
      && added.isEmpty && replacements.isEmpty && dead.isEmpty
  }

  /// The names of every file that was written for it.
  var names: [String] {
    (added + replacements.map(\.new)).flatMap(\.files).map(\.summary.name) + extraNames
  }

  func isDead(_ document: Int, in segment: UInt64) -> Bool {
    dead[segment]?.contains(UInt32(truncatingIfNeeded: document)) ?? false
  }
}

/// A segment that was written and synchronised, but not committed.
struct WrittenSegment: Sendable {
  var entry: Manifest.Segment
  var files: [Manifest.File]
}
