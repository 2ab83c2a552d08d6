internal import ByteStorage
internal import EmbeddingDumps

/// Reads the embedding of a query.
package enum QueryVector {
  /// The longest list of numbers that is read.
  private static let longestText = 64 << 20

  /// An embedding from what a person gave: a list of numbers in brackets, or the path of a `.npy` or `.npz` file with one
  /// row, or of a file with such a list.
  ///
  /// - Throws: ``NewelError``: `invalidInput` when there is more or less than one row of finite numbers; what is wrong with
  ///   the file otherwise.
  package static func read(_ source: String) throws(NewelError) -> [Float] {
    do {
      if source.drop(while: { $0.isWhitespace }).first == "[" {
        return try list(Array(source.utf8), "The query vector")
      }
      if source.hasSuffix(".npy") || source.hasSuffix(".npz") || source.contains(".npz#") {
        var rows = EmbeddingRows(try NpyArray.open(source, acceptsVector: true, fileSystem: PosixFileSystem()))
        guard rows.count == 1, let row = try rows.next() else {
          throw NewelError(
            .invalidInput,
            "'\(source)' has \(rows.count) rows, and a query is one; search for all rows of a file with --batch.")
        }
        return row
      }
      return try list(try PosixFileSystem().readAll(source, limit: longestText), "'\(source)'")
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  private static func list(_ text: [UInt8], _ name: String) throws -> [Float] {
    guard let value = try? JSONValue.parse(text, limits: JSONLimits(depth: 4, byteCount: longestText)),
      let numbers = numbers(value)
    else {
      throw NewelError(
        .invalidInput, "\(name) is no list of finite numbers; write for example [0.12, -0.5], or give a .npy file.")
    }
    return numbers
  }

  /// The numbers of a JSON array; nil when it is none, or one of its elements is no number that fits a 32-bit float.
  static func numbers(_ value: JSONValue) -> [Float]? {
    // A list around one row is how NumPy writes a matrix of one.
    if let elements = value.arrayValue, elements.count == 1, elements[0].arrayValue != nil {
      return numbers(elements[0])
    }
    guard let elements = value.arrayValue else { return nil }
    let numbers = elements.compactMap { $0.doubleValue.map { Float($0) } }
    return numbers.count == elements.count && numbers.allSatisfy(\.isFinite) ? numbers : nil
  }
}

/// The rows of a matrix, one after the other.
struct EmbeddingRows {
  private let array: NpyArray
  private var position = 0

  /// How many rows there are.
  var count: Int { array.rows }
  /// The number of the row that comes next, from 0.
  var nextRow: Int { position }

  init(_ array: NpyArray) { self.array = array }

  /// The next row; nil after the last.
  mutating func next() throws(DumpError) -> [Float]? {
    guard position < array.rows else { return nil }
    var values: [Float] = []
    try array.rows(position..<position + 1, into: &values)
    position += 1
    return values
  }
}
