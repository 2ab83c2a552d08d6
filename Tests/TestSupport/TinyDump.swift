import Foundation

/// A folder with a small embedding dump whose pictures are made of known words. It goes away with the test that made it.
public final class TinyDump {
  /// The vocabulary of the captions.
  public static let words = ["red", "blue", "green", "shoe", "shirt", "dress", "hat", "small", "big", "striped"]
  /// The length of the rows.
  public static let dimension = 8

  /// The folder; tests put what they make in there.
  public let folder: String
  /// The number of pictures.
  public let count: Int

  /// - Parameter first: the number of the first picture; its key is `d` and the number.
  public init(count: Int = 60, first: Int = 0) throws {
    self.count = count
    folder = NSTemporaryDirectory() + "newel-dump-" + UUID().uuidString
    try write("dump/img_emb/img_emb_0.npy", Self.npy(rows: count, Self.rows(first..<first + count)))
    try write("dump/metadata/metadata_0.jsonl", Self.metadata(first..<first + count).joined(separator: "\n") + "\n")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The dump folder.
  public var dump: String { path("dump") }

  public func path(_ name: String) -> String { folder + "/" + name }

  @discardableResult
  public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let url = URL(fileURLWithPath: path(name))
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return url.path
  }

  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

  /// The words of a picture, three of them.
  public static func words(of picture: Int) -> [String] {
    [words[picture % 10], words[(picture / 10 + picture + 3) % 10], words[(picture * 7 + 5) % 10]]
  }

  public static func metadata(_ pictures: Range<Int>) -> [String] {
    pictures.map { picture in
      let caption = words(of: picture).joined(separator: " ")
      let split = picture % 2 == 0 ? "train" : "val"
      return "{\"id\": \"d\(picture)\", \"zeal\": 1.50, \"caption\": \"\(caption)\", \"split\": \"\(split)\"}"
    }
  }

  /// The sum of the directions of a picture's words: noise-free, so that a head can learn it.
  public static func rows(_ pictures: Range<Int>) -> [Float] {
    pictures.flatMap { picture in
      let numbers = words(of: picture).map { words.firstIndex(of: $0) ?? 0 }
      return (0..<dimension).map { column in
        numbers.reduce(Float(0)) { $0 + direction($1, column) }
      }
    }
  }

  /// The directions of all words, as an encoder of texts would give them in the space of the pictures.
  public static func wordRows() -> [Float] {
    words.indices.flatMap { word in (0..<dimension).map { direction(word, $0) } }
  }

  private static func direction(_ word: Int, _ column: Int) -> Float {
    // Any fixed numbers without pattern do.
    let mixed = (UInt64(word) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(column + 1)) &* 0xBF58_476D_1CE4_E5B9
    return Float(mixed >> 40) / Float(1 << 23) - 1
  }

  /// A `.npy` file of float32 rows.
  public static func npy(rows: Int, _ values: [Float], type: String = "<f4") -> [UInt8] {
    let columns = rows == 0 ? dimension : values.count / rows
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    let length = UInt16(header.utf8.count)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(header.utf8)
      + values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
  }
}
