internal import InvertedIndex

/// The keys of all documents that a batch has found, read in the order in which they are stored.
///
/// Keys lie in compressed frames of many documents: in order each frame is opened about once, by chance once for every hit.
struct BatchKeys: Sendable {
  /// Ascending, each once.
  private let ordinals: [UInt32]
  /// The keys of ``ordinals``, or why they could not be read.
  private let keys: [Result<String, NewelError>]

  /// Documents that a worker reads at a time: several frames of short documents, so that few are opened by two workers.
  private static let partSize = 2048

  init(of documents: [UInt32], in index: NewelIndex, threads: Int) {
    var ordinals: [UInt32] = []
    for ordinal in documents.sorted() where ordinal != ordinals.last { ordinals.append(ordinal) }
    let unique = ordinals
    let parts = WorkerThreads.map((unique.count + Self.partSize - 1) / Self.partSize, threads: threads) { part in
      unique.dropFirst(part * Self.partSize).prefix(Self.partSize).map { ordinal in
        Result { () throws(NewelError) in try index.key(of: ordinal) }
      }
    }
    self.ordinals = unique
    keys = parts.flatMap { $0 }
  }

  /// - Parameter ordinal: one of the documents that were given.
  /// - Throws: when it could not be read.
  func key(of ordinal: UInt32) throws(NewelError) -> String {
    var low = 0
    var high = ordinals.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if ordinals[middle] <= ordinal { low = middle } else { high = middle }
    }
    return try keys[low].get()
  }
}
