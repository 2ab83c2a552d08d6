internal import IndexStore
internal import InvertedIndex

/// The documents that an evaluation searches among, and their places in rows of scores.
package struct Gallery: Sendable {
  /// Ascending.
  package let positions: [UInt32]
  /// What the documents had to meet; empty for all.
  package let conditions: [String]
  /// The place of each document of the index, -1 for those outside; nil when all are inside.
  private let places: [Int32]?

  package var count: Int { positions.count }

  /// All documents of an index.
  init(all count: Int) {
    positions = (0..<count).map { UInt32(truncatingIfNeeded: $0) }
    conditions = []
    places = nil
  }

  init(_ positions: [UInt32], of count: Int, conditions: [String]) {
    self.positions = positions
    self.conditions = conditions
    var places = [Int32](repeating: -1, count: count)
    for (place, position) in positions.enumerated() { places[Int(position)] = Int32(truncatingIfNeeded: place) }
    self.places = places
  }

  /// Where a document's score is in a row of scores; nil for one outside.
  package func place(of position: UInt32) -> Int? {
    guard let places else { return Int(position) < count ? Int(position) : nil }
    guard Int(position) < places.count, places[Int(position)] >= 0 else { return nil }
    return Int(places[Int(position)])
  }

  package func contains(_ position: UInt32) -> Bool { place(of: position) != nil }
}

extension NewelIndex {
  /// The documents that meet all conditions.
  ///
  /// - Throws: what ``documentCount(where:)`` throws; `invalidArgument` when no document meets them.
  package func gallery(where conditions: [String] = []) throws(NewelError) -> Gallery {
    if conditions.isEmpty, snapshot.positionCount == documentCount { return Gallery(all: documentCount) }
    var positions: [UInt32] = []
    for segment in try filters.filtered(conditions, in: self).segments {
      for document in 0..<segment.index.documentCount where segment.accepted?.contains(document: document) ?? true {
        positions.append(segment.firstPosition + UInt32(truncatingIfNeeded: document))
      }
    }
    guard !positions.isEmpty else {
      throw NewelError(
        .invalidArgument, "No document of '\(path)' has \(conditions.joined(separator: " and ")); see 'newel stats'.")
    }
    return Gallery(positions, of: snapshot.positionCount, conditions: conditions)
  }
}
