/// Ascending numbers of documents of one segment, packed. FORMAT.md §7.9.2.
enum DocumentList {
  /// The first byte of a packed list: what follows.
  enum Form: UInt8 {
    /// The distance of each number from the one before, from 0 for the first, as varints.
    case distances = 0
    /// A bitmap from the first number's multiple of 8 on; its last byte is not 0.
    case bitmap = 1
  }

  /// Calls `body` with every document of a packed list, ascending.
  ///
  /// - Parameter documentCount: every number is below it.
  /// - Returns: false when the bytes are not a list of `count` numbers that begins with `first`; what `body` got is then of no
  ///   use.
  static func forEach(
    in bytes: [UInt8], first: Int, count: Int, documentCount: Int, _ body: (Int) -> Void
  ) -> Bool {
    guard let form = bytes.first.flatMap(Form.init(rawValue:)), count > 0, first >= 0, first < documentCount else {
      return false
    }
    return switch form {
    case .distances: readDistances(bytes, first, count, documentCount, body)
    case .bitmap: readBitmap(bytes, first, count, documentCount, body)
    }
  }

  private static func readDistances(
    _ bytes: [UInt8], _ first: Int, _ count: Int, _ documentCount: Int, _ body: (Int) -> Void
  ) -> Bool {
    var found = 0
    var document = 0
    var place = 1
    while place < bytes.count {
      var distance = 0
      var shift = 0
      while true {
        // Five bytes hold any number of a document.
        guard place < bytes.count, shift < 35 else { return false }
        let byte = bytes[place]
        place += 1
        distance |= Int(byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { break }
      }
      guard found == 0 ? distance == first : distance > 0 else { return false }
      document += distance
      guard document < documentCount else { return false }
      body(document)
      found += 1
    }
    return found == count
  }

  private static func readBitmap(
    _ bytes: [UInt8], _ first: Int, _ count: Int, _ documentCount: Int, _ body: (Int) -> Void
  ) -> Bool {
    let base = first & ~7
    guard bytes.count > 1, bytes[bytes.count - 1] != 0, bytes[1].trailingZeroBitCount == first & 7 else { return false }
    let last = base + 8 * (bytes.count - 2) + 7 - bytes[bytes.count - 1].leadingZeroBitCount
    guard last < documentCount else { return false }
    var found = 0
    for place in 1..<bytes.count {
      var rest = bytes[place]
      found += rest.nonzeroBitCount
      while rest != 0 {
        body(base + 8 * (place - 1) + rest.trailingZeroBitCount)
        rest &= rest - 1
      }
    }
    return found == count
  }

  /// Collects a list, document by document, in the form of distances.
  struct Builder: Sendable {
    private(set) var count = 0
    private(set) var first = 0
    private var last = 0
    private var distances: [UInt8] = []

    /// Bytes held.
    var byteCount: Int { distances.count }

    /// Appends a document: the last one again, which changes nothing, or one with a higher number.
    mutating func append(_ document: Int) {
      if count > 0, document == last { return }
      precondition(count == 0 || document > last, "documents must ascend")
      if count == 0 { first = document }
      var distance = document - last
      while distance >= 0x80 {
        distances.append(UInt8(truncatingIfNeeded: distance) | 0x80)
        distance >>= 7
      }
      distances.append(UInt8(distance))
      last = document
      count += 1
    }

    /// The list in its shorter form.
    func packed() -> [UInt8] {
      let base = first & ~7
      let bitmapByteCount = (last - base) / 8 + 1
      guard bitmapByteCount < distances.count else { return [Form.distances.rawValue] + distances }
      var bitmap = [UInt8](repeating: 0, count: 1 + bitmapByteCount)
      bitmap[0] = Form.bitmap.rawValue
      var document = 0
      var distance = 0
      var shift = 0
      for byte in distances {
        distance |= Int(byte & 0x7F) << shift
        shift += 7
        guard byte < 0x80 else { continue }
        document += distance
        bitmap[1 + (document - base) >> 3] |= 1 << UInt8(document & 7)
        distance = 0
        shift = 0
      }
      return bitmap
    }
  }
}
