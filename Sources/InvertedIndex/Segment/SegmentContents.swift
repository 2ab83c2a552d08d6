/// A segment whose documents are written again, as part of another one.
///
/// Memory: a byte per posting when refinements are read.
public struct SegmentContents: Sendable {
  let segment: SegmentIndex
  /// In the order of the forward file: documents as inserted, tokens ascending.
  private let refinements: [UInt8]
  /// Where those of each document start.
  private let starts: [Int]

  /// - Parameter withRefinements: whether they are wanted; they are found by reading all postings.
  /// - Throws: `noRefinements` when they are wanted and not there, `storage` or `inconsistent` for damage.
  /// - Complexity: O(postings) time with refinements, O(1) without.
  public init(_ segment: SegmentIndex, withRefinements: Bool) throws(InvertedIndexError) {
    self.segment = segment
    guard withRefinements else {
      (refinements, starts) = ([], [])
      return
    }
    try segment.requireRefinements()
    var starts = [0]
    starts.reserveCapacity(segment.documentCount + 1)
    var reader = ForwardReader(segment.forward)
    for document in 0..<segment.documentCount {
      starts.append(starts[document] + (try reader.vector(of: document).count))
    }
    var next = starts
    var refinements = [UInt8](repeating: 0, count: starts[segment.documentCount])
    let positions = try PositionMap(segment, firstPosition: 0)
    var isSound = true
    // Terms ascend, and so do the tokens of each document.
    for slot in segment.terms.indices {
      try PostingList(segment: segment, slot: slot).forEachRefinement { place, refinement in
        let document = Int(positions.position(of: place))
        guard document + 1 < starts.count, next[document] < starts[document + 1] else {
          isSound = false
          return
        }
        refinements[next[document]] = refinement
        next[document] += 1
      }
    }
    guard isSound, next.dropLast() == starts.dropFirst() else {
      throw segment.inconsistent(section: "POST", detail: "documents have other postings than their vectors")
    }
    self.refinements = refinements
    self.starts = starts
  }

  /// The refinements of a document, by ascending token.
  func refinements(of document: Int) throws(InvertedIndexError) -> [UInt8] {
    guard document + 1 < starts.count else {
      try segment.requireRefinements()
      return []
    }
    return Array(refinements[starts[document]..<starts[document + 1]])
  }
}
