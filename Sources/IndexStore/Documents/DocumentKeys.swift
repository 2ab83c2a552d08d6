import ByteStorage

/// Reads the keys of a segment, and finds documents by them. Usable from many threads. FORMAT.md §7.3.
struct DocumentKeys: Sendable {
  private let documentCount: Int
  private let offsets: Section
  private let keys: Section
  /// The hashes of all keys, ascending.
  private let hashes: Section
  /// The documents in the order of their hashes.
  private let documents: Section

  /// Checks lengths; everything else is checked when it is read.
  init(_ file: EnvelopeFile, documentCount: Int) throws(StorageError) {
    self.documentCount = documentCount
    offsets = try file.section(DocumentsLayout.keyOffsets)
    keys = try file.section(DocumentsLayout.keys)
    hashes = try file.section(DocumentsLayout.keyHashes)
    documents = try file.section(DocumentsLayout.keyDocuments)
    guard offsets.byteCount % 4 == 0, offsets.byteCount / 4 - 1 == documentCount, documentCount <= UInt32.max,
      try offsets.u32(at: 0) == 0, Int(try offsets.u32(at: offsets.byteCount - 4)) == keys.byteCount
    else {
      throw offsets.damage(
        at: 0, expected: "offsets of \(documentCount) keys in \(keys.byteCount) bytes",
        found: "\(offsets.byteCount) bytes of others")
    }
    for part in [hashes, documents] where part.byteCount != 4 * documentCount {
      throw part.damage(at: 0, expected: "\(4 * documentCount) bytes", found: "\(part.byteCount)")
    }
  }

  /// The bytes of all keys.
  var byteCount: Int { keys.byteCount }

  /// The key of a document `0 ..< documentCount`.
  func key(_ document: Int) throws(StorageError) -> String {
    let range = try range(of: document)
    guard let key = try keys.text(range) else {
      throw keys.damage(at: range.lowerBound, expected: "a key in UTF-8", found: "other bytes")
    }
    return key
  }

  /// The documents that have this key, ascending; usually none or one, more when it was given again before its segment
  /// was written.
  ///
  /// - Throws: `damaged` when a block that was looked at is, or a number in it makes no sense. What is returned is proved
  ///   by the checksums of these blocks, that there is none as well.
  /// - Complexity: O(length + log documents) when hashes are spread evenly, as those of keys are.
  func documents(of key: String) throws(StorageError) -> [Int] {
    let wanted = Array(key.utf8)
    let hash = KeyHash.of(wanted.span)
    var found: [Int] = []
    var place = try lowerBound(hash)
    while place < documentCount, try hashes.u32(at: 4 * place) == hash {
      let document = try document(at: place)
      if try has(document, wanted.span) {
        guard (found.last ?? -1) < document else {
          throw documents.damage(
            at: 4 * place, expected: "documents of a key ascending", found: "\(document) behind \(found.last ?? 0)")
        }
        found.append(document)
      }
      place += 1
    }
    return found
  }

  /// Proves that the index of the keys holds every document once, under the hash of its key, in order.
  ///
  /// - Complexity: O(bytes of the keys).
  func checkIndex() throws(StorageError) {
    var seen = [Bool](repeating: false, count: documentCount)
    var last: (hash: UInt32, document: Int) = (0, -1)
    let file = keys.file.file
    for place in 0..<documentCount {
      let hash = try hashes.u32(at: 4 * place)
      let document = try document(at: place)
      guard last.hash < hash || (last.hash == hash && last.document < document) else {
        throw hashes.damage(at: 4 * place, expected: "hashes ascending", found: "\(hash) behind \(last.hash)")
      }
      guard !seen[document] else {
        throw documents.damage(at: 4 * place, expected: "every document once", found: "\(document) again")
      }
      seen[document] = true
      last = (hash, document)
      let range = try range(of: document)
      try keys.verify(range)
      let bytes = file.bytes.extracting(keys.offset + range.lowerBound..<keys.offset + range.upperBound)
      let own = KeyHash.of(Span<UInt8>(_bytes: bytes))
      guard hash == own else {
        throw hashes.damage(at: 4 * place, expected: "\(own), the hash of a key", found: "\(hash)")
      }
    }
  }

  /// Where the key of a document is in `KEYS`.
  private func range(of document: Int) throws(StorageError) -> Range<Int> {
    let start = Int(try offsets.u32(at: 4 * document))
    let end = Int(try offsets.u32(at: 4 * document + 4))
    guard start < end, end <= keys.byteCount, end - start <= StoredDocument.maximumKeyByteCount else {
      throw offsets.damage(at: 4 * document, expected: "ascending offsets of keys", found: "\(start) and \(end)")
    }
    return start..<end
  }

  private func document(at place: Int) throws(StorageError) -> Int {
    let document = Int(try documents.u32(at: 4 * place))
    guard document < documentCount else {
      throw documents.damage(at: 4 * place, expected: "a document below \(documentCount)", found: "\(document)")
    }
    return document
  }

  private func has(_ document: Int, _ wanted: Span<UInt8>) throws(StorageError) -> Bool {
    let range = try range(of: document)
    guard range.count == wanted.count else { return false }
    try keys.verify(range)
    let file = keys.file.file
    let bytes = Span<UInt8>(
      _bytes: file.bytes.extracting(keys.offset + range.lowerBound..<keys.offset + range.upperBound))
    for place in wanted.indices where bytes[place] != wanted[place] { return false }
    return true
  }

  /// The first place whose hash is at least `hash`; `documentCount` when there is none.
  ///
  /// Begins where an even spread would have it, and ends whatever the hashes are: every step narrows `low ..< high`.
  private func lowerBound(_ hash: UInt32) throws(StorageError) -> Int {
    var low = 0
    var high = documentCount
    let guess = Int(UInt64(hash) * UInt64(documentCount) >> 32)
    // What such a guess is off by, as a rule.
    var step = Int(Double(documentCount).squareRoot()) / 2 + 8
    if guess < documentCount, try hashes.u32(at: 4 * guess) < hash {
      low = guess + 1
      while step < high - low {
        let probe = low + step
        guard try hashes.u32(at: 4 * probe) < hash else {
          high = probe
          break
        }
        low = probe + 1
        step *= 2
      }
    } else {
      high = guess
      while step < high - low {
        let probe = high - step
        guard try hashes.u32(at: 4 * probe) >= hash else {
          low = probe + 1
          break
        }
        high = probe
        step *= 2
      }
    }
    while low < high {
      let middle = low + (high - low) / 2
      if try hashes.u32(at: 4 * middle) < hash { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
