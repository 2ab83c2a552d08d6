internal import ByteStorage

/// The best documents of each query under real weights, computed elsewhere: what recall is measured against.
package struct GroundTruth: Sendable {
  /// Where it was read from.
  package let path: String
  /// How many documents are listed for each query.
  package let depth: Int
  private let documents: [UInt32]
  /// The score of each listed document.
  private let scores: [Double]

  /// The number of queries.
  package var queryCount: Int { depth == 0 ? 0 : documents.count / depth }

  /// Reads the ground truth files of the big-ann benchmarks: `u32 queries, u32 depth, i32 documents[queries][depth]`,
  /// then a score for each in 32 or 64 bits, all little-endian. A list that is shorter ends in −1.
  ///
  /// Documents are positions: positions in the order in which the index was given its documents.
  /// - Throws: ``NewelError`` when the file cannot be read or its length contradicts its header.
  package static func read(_ path: String) throws(NewelError) -> GroundTruth {
    do {
      let file = try PosixFileSystem().map(path)
      var reader = try ByteReader(file, section: "the ground truth")
      let queries = Int(try reader.u32())
      let depth = Int(try reader.u32())
      let words = (file.byteCount - 8) / 4
      let (count, isTooLarge) = queries.multipliedReportingOverflow(by: depth)
      guard queries > 0, depth > 0, file.byteCount % 4 == 0, !isTooLarge, count <= words / 2,
        words == 2 * count || words == 3 * count
      else {
        throw NewelError(
          .invalidInput,
          "'\(path)' says in its header that it has \(queries) queries with \(depth) documents each, but its length of "
            + "\(file.byteCount) bytes does not fit; give the ground truth of a .csr file.")
      }
      let documents = try reader.u32Array(count)
      let scores =
        words == 2 * count
        ? try reader.f32Array(count).map { Double($0) } : try reader.u64Array(count).map { Double(bitPattern: $0) }
      return GroundTruth(path: path, depth: depth, documents: documents, scores: scores)
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// A ground truth from lists in memory, best first, all of the same length.
  package init(_ lists: [[(position: UInt32, score: Double)]]) {
    precondition(lists.allSatisfy { $0.count == lists[0].count }, "The lists must have the same length.")
    self.init(
      path: "the ground truth", depth: lists.first?.count ?? 0, documents: lists.flatMap { $0.map(\.position) },
      scores: lists.flatMap { $0.map(\.score) })
  }

  private init(path: String, depth: Int, documents: [UInt32], scores: [Double]) {
    self.path = path
    self.depth = depth
    self.documents = documents
    self.scores = scores
  }

  /// The documents that may stand among the `count` best of a query, and how many of them can.
  ///
  /// A document that ties with the last of them may take its place, as far as the list shows it.
  func best(_ count: Int, ofQuery query: Int) -> (accepted: Set<UInt32>, wanted: Int) {
    let list = query * depth..<(query + 1) * depth
    let filled = list.prefix { documents[$0] != .max }
    let wanted = min(count, filled.count)
    guard wanted > 0 else { return ([], 0) }
    let last = scores[filled.lowerBound + wanted - 1]
    return (Set(filled.prefix { scores[$0] >= last }.map { documents[$0] }), wanted)
  }
}
