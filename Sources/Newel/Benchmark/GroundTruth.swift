internal import ByteStorage

/// The best documents of each query under real weights, computed elsewhere: what recall is measured against.
public struct GroundTruth: Sendable {
  /// Where it was read from.
  public let path: String
  /// How many documents are listed for each query.
  public let depth: Int
  private let documents: [UInt32]

  /// The number of queries.
  public var queryCount: Int { depth == 0 ? 0 : documents.count / depth }

  /// Reads the ground truth files of the big-ann benchmarks: `u32 queries, u32 depth, i32 documents[queries][depth]`,
  /// then a score for each in 32 or 64 bits, which is not looked at. A list that is shorter ends in −1.
  ///
  /// Documents are ordinals: positions in the order in which the index was given its documents.
  /// - Throws: ``NewelError`` when the file cannot be read or its length contradicts its header.
  public static func read(_ path: String) throws(NewelError) -> GroundTruth {
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
          "\(path): its header says \(queries) queries with \(depth) documents each, but its length of "
            + "\(file.byteCount) bytes does not fit; a ground truth of a .csr file is expected")
      }
      return GroundTruth(path: path, depth: depth, documents: try reader.u32Array(count))
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// A ground truth from lists in memory, all of the same length.
  public init(_ lists: [[UInt32]]) {
    precondition(lists.allSatisfy { $0.count == lists[0].count }, "The lists must have the same length.")
    self.init(path: "the ground truth", depth: lists.first?.count ?? 0, documents: lists.flatMap { $0 })
  }

  private init(path: String, depth: Int, documents: [UInt32]) {
    self.path = path
    self.depth = depth
    self.documents = documents
  }

  /// The ordinals of the `count` best documents of a query; fewer when fewer match.
  func best(_ count: Int, ofQuery query: Int) -> Set<UInt32> {
    let start = query * depth
    return Set(documents[start..<start + min(count, depth)].prefix { $0 != .max })
  }
}
