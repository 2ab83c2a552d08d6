import ByteStorage

/// The tokens of an index, one file per version of the vocabulary. FORMAT.md §7.5.
enum VocabularyFile {
  static let offsets = SectionTag("OFFS")
  static let text = SectionTag("TEXT")
  /// The most tokens a vocabulary may have.
  static let maximumCount = 16_777_216
  /// The longest token in bytes.
  static let maximumTokenByteCount = 1024

  /// Why these texts are no vocabulary; `nil` when they are one.
  static func obstacle(_ tokens: [String]) -> String? {
    if tokens.isEmpty { return "it is empty" }
    if tokens.count > maximumCount { return "it has \(tokens.count) tokens, more than \(maximumCount)" }
    var seen = Set<[UInt8]>(minimumCapacity: tokens.count)
    for (number, token) in tokens.enumerated() {
      if token.isEmpty { return "token \(number) is empty" }
      if token.utf8.count > maximumTokenByteCount {
        return "token \(number) has \(token.utf8.count) bytes, more than \(maximumTokenByteCount)"
      }
      if !seen.insert(Array(token.utf8)).inserted { return "the token '\(token)' occurs twice" }
    }
    return nil
  }

  static func write(_ tokens: [String], to file: EnvelopeWriter) throws(StorageError) -> FileSummary {
    var offsets = ByteWriter()
    var text = ByteWriter()
    offsets.u64(0)
    for token in tokens {
      text.append(utf8: token)
      offsets.u64(UInt64(text.count))
    }
    try file.begin(Self.offsets)
    try file.append(offsets.bytes)
    file.end()
    try file.begin(Self.text)
    try file.append(text.bytes)
    file.end()
    return try file.finish()
  }

  static func read(_ file: EnvelopeFile) throws(StorageError) -> [String] {
    let offsets = try file.section(Self.offsets)
    let text = try file.section(Self.text)
    guard offsets.byteCount % 8 == 0, offsets.byteCount >= 8, offsets.byteCount / 8 - 1 <= maximumCount else {
      throw offsets.damage(at: 0, expected: "offsets of 8 bytes", found: "\(offsets.byteCount) bytes")
    }
    var ends = try offsets.reader()
    var bytes = try text.reader()
    var tokens: [String] = []
    tokens.reserveCapacity(offsets.byteCount / 8 - 1)
    var start = try ends.u64()
    guard start == 0 else { throw offsets.damage(at: 0, expected: "0", found: "\(start)") }
    while !ends.isAtEnd {
      let end = try ends.u64()
      guard end > start, end <= UInt64(text.byteCount), end - start <= UInt64(maximumTokenByteCount) else {
        throw offsets.damage(
          at: 8 * (tokens.count + 1), expected: "ascending offsets of tokens of at most \(maximumTokenByteCount) bytes",
          found: "\(end) after \(start)")
      }
      guard let token = String(validating: try bytes.bytes(Int(end - start)), as: UTF8.self) else {
        throw text.damage(at: Int(start), expected: "a token in UTF-8", found: "other bytes")
      }
      tokens.append(token)
      start = end
    }
    guard bytes.isAtEnd else {
      throw text.damage(at: Int(start), expected: "the end", found: "\(bytes.remaining) more bytes")
    }
    return tokens
  }
}

/// The alignment that belongs to an index, its bytes as they are. FORMAT.md §7.10.
enum AlignmentFile {
  static let alignment = SectionTag("ALGN")

  static func write(_ bytes: [UInt8], to file: EnvelopeWriter) throws(StorageError) -> FileSummary {
    try file.begin(alignment)
    try file.append(bytes)
    file.end()
    return try file.finish()
  }

  static func read(_ file: EnvelopeFile) throws(StorageError) -> [UInt8] {
    let section = try file.section(alignment)
    return try section.bytes(0..<section.byteCount)
  }
}

/// The token head that belongs to an index, its bytes as they are. FORMAT.md §7.6.
enum HeadFile {
  static let head = SectionTag("HEAD")

  static func write(_ bytes: [UInt8], to file: EnvelopeWriter) throws(StorageError) -> FileSummary {
    try file.begin(head)
    try file.append(bytes)
    file.end()
    return try file.finish()
  }

  static func read(_ file: EnvelopeFile) throws(StorageError) -> [UInt8] {
    let section = try file.section(head)
    return try section.bytes(0..<section.byteCount)
  }
}
