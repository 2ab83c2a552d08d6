internal import ByteStorage

/// Impacts before rounding, as a segment is written (FORMAT.md §7.2.3).
extension FineImpacts {
  /// By how much the fine impacts of a document exceed its impacts, by ascending token, as bits of 16-bit floats.
  ///
  /// - Parameters:
  ///   - values: parallel to `postings`.
  ///   - mustBeFinite: whether the bits are kept, and not only what refines the impacts.
  /// - Throws: `invalidPosting` when there are none, or one that 16 bits cannot hold.
  static func halves(
    _ values: [Float]?, of postings: [Posting], document: Int, mustBeFinite: Bool
  ) throws(InvertedIndexError) -> [UInt16] {
    guard let values, values.count == postings.count else {
      throw .invalidPosting(
        document: document,
        detail: "the index keeps float or fine weights, and \(values?.count ?? 0) of \(postings.count) were given")
    }
    let order = postings.indices.sorted { postings[$0].token < postings[$1].token }
    var halves: [UInt16] = []
    halves.reserveCapacity(order.count)
    for place in order {
      let half = Float16(values[place] - Float(postings[place].impact))
      guard values[place] >= 0, half.isFinite || !mustBeFinite else {
        throw .invalidPosting(
          document: document,
          detail:
            "the weight of token \(postings[place].token) is \(values[place] / 255) times the ceiling, which a 16-bit "
            + "float cannot hold; build without float weights")
      }
      halves.append(half.bitPattern)
    }
    return halves
  }

  /// For each token by how much a fine impact may exceed its impact, and the other way round: `[2 · vocabulary]`, rounded
  /// up.
  static func errors(of vectors: ForwardVectors, vocabularyCount: Int) -> [Float] {
    var errors = [Float](repeating: 0, count: 2 * vocabularyCount)
    for (number, token) in vectors.tokens.enumerated() {
      let error = Double(Float16(bitPattern: vectors.fineImpacts[number]))
      let place = 2 * Int(token) + (error < 0 ? 1 : 0)
      let rounded = Float(abs(error))
      errors[place] = max(errors[place], Double(rounded) < abs(error) ? rounded.nextUp : rounded)
    }
    return errors
  }
}

extension ForwardIndex {
  /// By how much the fine impacts of a token may exceed its impacts (`above`) or fall short of them (`below`).
  ///
  /// - Throws: `noFineImpacts` when the segment keeps none, `storage` for damage, `inconsistent` for what is no error.
  func fineError(of token: UInt32) throws(InvertedIndexError) -> (above: Double, below: Double) {
    guard let fineErrors else { throw .noFineImpacts(file: path) }
    let place = 8 * Int(token)
    let (above, below) = try storing { () throws(StorageError) in
      var reader = try fineErrors.section.reader(place..<place + 8)
      return (Double(try reader.f32()), Double(try reader.f32()))
    }
    guard above >= 0, below >= 0, above.isFinite, below.isFinite else {
      throw inconsistent("FERR", "the errors of token \(token) are no numbers from 0 on")
    }
    return (above, below)
  }

  /// Checks every fine impact against its impact and the errors of its token.
  ///
  /// - Complexity: O(postings).
  func verifyFineImpacts() throws(InvertedIndexError) {
    guard fineImpacts != nil else { return }
    let errors = try (0..<UInt32(vocabularyCount)).map { token throws(InvertedIndexError) in try fineError(of: token) }
    var reader = ForwardReader(self)
    for document in 0..<documentCount {
      let vector = try reader.vector(of: document)
      let fine = try reader.fineImpacts(of: vector)
      for number in 0..<vector.count {
        guard Int(vector.token(number)) < errors.count else { continue }
        let error = fine[number] - Double(vector.impact(number))
        let limits = errors[Int(vector.token(number))]
        guard error <= limits.above, -error <= limits.below else {
          throw inconsistent(
            "FWGT", "weight \(number) of document \(document) is further from its impact than its token allows")
        }
      }
    }
  }
}

extension SegmentIndex {
  /// By how much the fine impacts of a document exceed its impacts, by ascending token, as bits of 16-bit floats.
  ///
  /// - Throws: `noFineImpacts` when the segment keeps none, `storage` for damage.
  func fineHalves(of document: Int) throws(InvertedIndexError) -> [UInt16] {
    var reader = ForwardReader(forward)
    let vector = try reader.vector(of: document)
    let fine = try reader.fineImpacts(of: vector)
    return (0..<vector.count).map { Float16(fine[$0] - Double(vector.impact($0))).bitPattern }
  }
}
