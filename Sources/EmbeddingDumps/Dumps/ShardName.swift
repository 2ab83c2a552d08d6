/// What in the name of a shard says which other file it belongs to: `img_emb_007.npy` and `metadata_7.jsonl` match.
struct ShardName: Hashable, Comparable {
  /// The name without its number, cleared of the words that only say what kind of file it is.
  let stem: String
  /// The digits the name ends in, without leading zeros; empty when there are none.
  let number: String
  /// Whether the name ends in digits.
  let isNumbered: Bool

  /// - Parameter base: the file name without its extension.
  init(_ base: String) {
    let bytes = Array(base.utf8)
    let stemEnd = (bytes.lastIndex { !(0x30...0x39).contains($0) } ?? -1) + 1
    isNumbered = stemEnd < bytes.count
    // An array, because a number of any length must stay a number.
    let digits = bytes[stemEnd...].drop { $0 == 0x30 }
    number = String(decoding: isNumbered && digits.isEmpty ? [0x30] : digits, as: UTF8.self)
    var end = stemEnd
    while end > 0, [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(bytes[end - 1]) { end -= 1 }
    let word = String(decoding: bytes[..<end], as: UTF8.self)
    stem = ShardName.roles.contains(word) ? "" : word
  }

  private init(stem: String, number: String, isNumbered: Bool) {
    self.stem = stem
    self.number = number
    self.isNumbered = isNumbered
  }

  /// The same number without stem, for folders in which all files share one stem.
  var withoutStem: ShardName { ShardName(stem: "", number: number, isNumbered: isNumbered) }

  private static let roles: Set<String> = [
    "img_emb", "text_emb", "image_emb", "embeddings", "embedding", "emb", "metadata", "meta", "images", "img", "text",
  ]

  static func < (a: ShardName, b: ShardName) -> Bool {
    if a.stem != b.stem { return a.stem < b.stem }
    if a.number.utf8.count != b.number.utf8.count { return a.number.utf8.count < b.number.utf8.count }
    return a.number < b.number
  }
}

/// A file of a dump with the name it is paired by.
struct ShardFile: Equatable {
  let path: String
  let name: ShardName
  /// Whether the user named this very file, instead of a folder that holds it.
  var isGivenByName = false
}
