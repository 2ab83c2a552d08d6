public import ByteStorage

/// The words an index knows: distinct non-empty tokens, numbered from 0 in their order.
///
/// Two tokens are the same only when their bytes are; `"é"` composed and decomposed are two tokens.
public struct Vocabulary: Sendable {
  /// The tokens in the order of their numbers.
  public let tokens: [String]
  /// 16 hexadecimal digits that change when any token or the order changes.
  public let fingerprint: String

  private let table: TokenTable

  /// The number of tokens, at least 1.
  public var count: Int { tokens.count }

  /// A vocabulary of `tokens`.
  ///
  /// - Parameter source: what errors name: a path, or a few words.
  /// - Throws: ``TokenSpaceError`` when there are none, more than 2³¹, or one is empty, given twice, or holds a line break.
  public init(_ tokens: [String], source: String = "the vocabulary") throws(TokenSpaceError) {
    guard !tokens.isEmpty else { throw .emptyVocabulary(source: source) }
    guard tokens.count < Int(Int32.max) else { throw .vocabularyTooLarge(source: source, count: tokens.count) }
    var table = TokenTable(capacity: tokens.count)
    var hash = TokenTable.emptyHash
    for (number, token) in tokens.enumerated() {
      if token.isEmpty { throw .emptyToken(source: source, line: number + 1) }
      if token.utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) {
        throw .lineBreakInToken(source: source, line: number + 1)
      }
      if let first = table.insert(token.utf8, id: UInt32(number)) {
        throw .duplicateToken(source: source, token: token, line: number + 1, firstLine: Int(first) + 1)
      }
      for byte in token.utf8 { hash = TokenTable.extend(hash, byte) }
      hash = TokenTable.extend(hash, 10)
    }
    let digits = String(hash, radix: 16)
    self.tokens = tokens
    self.table = table
    fingerprint = String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// The number of `token`, or nil when it is not in the vocabulary.
  ///
  /// - Complexity: O(length of the token) expected.
  public func id(of token: String) -> UInt32? { table.find(token) }

  /// Reads a `vocab.txt` file of at most 256 MiB; see ``parse(_:source:)``.
  public static func load(_ path: String, fileSystem: any FileSystem) throws(TokenSpaceError) -> Vocabulary {
    let file: [UInt8]
    do {
      file = try fileSystem.readAll(path, limit: 256 << 20)
    } catch {
      throw .storage(error)
    }
    return try parse(file, source: path)
  }

  /// The vocabulary in the text of a `vocab.txt` file: one token per line, in UTF-8, with LF or CR LF at the line ends.
  ///
  /// A byte order mark and the line end after the last token are ignored; an empty line elsewhere is an error.
  public static func parse(_ file: [UInt8], source: String) throws(TokenSpaceError) -> Vocabulary {
    var tokens: [String] = []
    var start = file.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < file.count {
      var end = start
      while end < file.count, file[end] != 10 { end += 1 }
      let next = end + 1
      if end > start, file[end - 1] == 13 { end -= 1 }
      guard let token = String(validating: file[start..<end], as: UTF8.self) else {
        throw .notUTF8(source: source, line: tokens.count + 1)
      }
      tokens.append(token)
      start = next
    }
    return try Vocabulary(tokens, source: source)
  }
}

extension Vocabulary: Equatable {
  /// Equal when all tokens are, byte by byte and in order.
  public static func == (left: Vocabulary, right: Vocabulary) -> Bool {
    left.fingerprint == right.fingerprint && left.tokens.count == right.tokens.count
      && zip(left.tokens, right.tokens).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
  }
}
