internal import ByteStorage

extension SegmentIndex {
  /// Checks what belongs to refinements: the bytes that the summary counts, that places are the inverse of the order, no bits
  /// behind the last rare one, and each refinement against the weight before rounding, where the segment has these too.
  ///
  /// - Parameter byteCount: of refinements in the strips.
  /// - Complexity: O(documents) time, O(postings) with weights before rounding.
  func verifyRefinements(inStrips byteCount: Int) throws(InvertedIndexError) {
    guard let rare = rareRefinementBytes else { return }
    guard byteCount + rare.count + (placeBytes?.count ?? 0) == refinementByteCount else {
      throw inconsistent(
        section: "SUMM", detail: "the strips have \(byteCount) bytes of refinements, it says otherwise")
    }
    let places = try PlaceMap(self)
    for document in 0..<UInt32(documentCount) { _ = try places.place(of: document) }
    if rareBytes.count / SegmentLayout.rarePostingSize & 1 == 1 {
      let last = try storing { () throws(StorageError) in try rare.section.bytes(rare.count - 1..<rare.count) }
      guard last[0] >> 4 == 0 else {
        throw inconsistent(section: "RFIN", detail: "there are bits behind the last refinement")
      }
    }
    guard hasFineImpacts else { return }
    let contents = try SegmentContents(self, withRefinements: true)
    for document in 0..<documentCount {
      guard try contents.refinements(of: document) == fineHalves(of: document).map({ Refinement.of(half: $0) }) else {
        throw inconsistent(section: "POST", detail: "the refinements of document \(document) are not of its weights")
      }
    }
  }
}
