/// Keeps the documents with the largest cosines; of equal ones those that were added first.
struct NearestRows {
  typealias Entry = (position: UInt32, cosine: Float)

  private let capacity: Int
  /// A heap whose first entry is the worst.
  private var entries: [Entry] = []

  init(capacity: Int) { self.capacity = capacity }

  private static func isWorse(_ a: Entry, _ b: Entry) -> Bool {
    a.cosine != b.cosine ? a.cosine < b.cosine : a.position > b.position
  }

  /// - Complexity: O(log capacity).
  mutating func offer(_ position: UInt32, _ cosine: Float) {
    let entry = (position: position, cosine: cosine)
    if entries.count < capacity {
      entries.append(entry)
      var child = entries.count - 1
      while child > 0, Self.isWorse(entries[child], entries[(child - 1) / 2]) {
        entries.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
      return
    }
    guard let worst = entries.first, Self.isWorse(worst, entry) else { return }
    entries[0] = entry
    var parent = 0
    while 2 * parent + 1 < entries.count {
      var child = 2 * parent + 1
      if child + 1 < entries.count, Self.isWorse(entries[child + 1], entries[child]) { child += 1 }
      if !Self.isWorse(entries[child], entries[parent]) { break }
      entries.swapAt(parent, child)
      parent = child
    }
  }

  /// The best first.
  func sorted() -> [Entry] { entries.sorted { Self.isWorse($1, $0) } }
}
