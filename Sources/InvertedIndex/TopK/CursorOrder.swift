/// The places of cursors sorted by their current document: what WAND and its kin keep in order.
///
/// Cursors stay where they are; only their numbers move.
struct CursorOrder {
  private(set) var places: [Int]

  init(_ cursors: [PostingCursor]) {
    places = cursors.indices.sorted { cursors[$0].document < cursors[$1].document }
  }

  subscript(rank: Int) -> Int { places[rank] }
  var count: Int { places.count }

  /// Restores the order after the cursor at `rank` moved forward.
  mutating func sink(_ rank: Int, in cursors: [PostingCursor]) {
    let place = places[rank]
    let document = cursors[place].document
    var rank = rank
    while rank + 1 < places.count, cursors[places[rank + 1]].document < document {
      places[rank] = places[rank + 1]
      rank += 1
    }
    places[rank] = place
  }
}
