internal import IndexStore
internal import InvertedIndex

/// The documents that an evaluation searches among, and their places in rows of scores.
package struct Gallery: Sendable {
  /// Ascending.
  package let ordinals: [UInt32]
  /// What the documents had to meet; empty for all.
  package let conditions: [String]
  /// The place of each document of the index, -1 for those outside; nil when all are inside.
  private let places: [Int32]?

  package var count: Int { ordinals.count }

  /// All documents of an index.
  init(all count: Int) {
    ordinals = (0..<count).map { UInt32(truncatingIfNeeded: $0) }
    conditions = []
    places = nil
  }

  init(_ ordinals: [UInt32], of count: Int, conditions: [String]) {
    self.ordinals = ordinals
    self.conditions = conditions
    var places = [Int32](repeating: -1, count: count)
    for (place, ordinal) in ordinals.enumerated() { places[Int(ordinal)] = Int32(truncatingIfNeeded: place) }
    self.places = places
  }

  /// Where a document's score is in a row of scores; nil for one outside.
  package func place(of ordinal: UInt32) -> Int? {
    guard let places else { return Int(ordinal) < count ? Int(ordinal) : nil }
    guard Int(ordinal) < places.count, places[Int(ordinal)] >= 0 else { return nil }
    return Int(places[Int(ordinal)])
  }

  package func contains(_ ordinal: UInt32) -> Bool { place(of: ordinal) != nil }
}

extension NewelIndex {
  /// The documents that meet all conditions.
  ///
  /// - Throws: what ``documentCount(where:)`` throws; `invalidArgument` when no document meets them.
  package func gallery(where conditions: [String] = []) throws(NewelError) -> Gallery {
    if conditions.isEmpty { return Gallery(all: documentCount) }
    var ordinals: [UInt32] = []
    for segment in try filters.filtered(conditions, in: self).segments {
      for document in 0..<segment.index.documentCount where segment.accepted?.contains(document: document) ?? true {
        ordinals.append(segment.firstOrdinal + UInt32(truncatingIfNeeded: document))
      }
    }
    guard !ordinals.isEmpty else {
      throw NewelError(
        .invalidArgument, "No document of '\(path)' has \(conditions.joined(separator: " and ")); see 'newel stats'.")
    }
    return Gallery(ordinals, of: documentCount, conditions: conditions)
  }
}
