/// The words of a text as the uncased BERT models see them, before they are cut into pieces.
///
/// Control characters are removed, ideographs stand alone, accents are stripped, letters are lowercased one by one
/// (without context), and the result is split at white space and around every punctuation mark.
struct BertPreTokenizer {
  /// The UTF-8 of all words, one after the other.
  private(set) var bytes: [UInt8] = []
  /// The range of each word in ``bytes``; never empty.
  private(set) var words: [Range<Int>] = []

  private var wordStart = 0
  /// Combining characters that survive and wait for their canonical order, with their classes.
  private var pending: [(scalar: Unicode.Scalar, order: UInt8)] = []

  /// Splits `text`.
  init(_ text: String) {
    for scalar in text.unicodeScalars {
      if scalar.isASCII {
        addASCII(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        add(scalar)
      }
    }
    endWord()
  }

  private mutating func addASCII(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      flushPending()
      bytes.append(byte)
    case UInt8(ascii: "A")...UInt8(ascii: "Z"):
      flushPending()
      bytes.append(byte | 0x20)
    case 9, 10, 13, 32:
      endWord()
    case 0..<32, 127:
      // The vertical tab and the form feed are white space to Unicode and control characters first to BERT.
      break
    default:
      endWord()
      bytes.append(byte)
      endWord()
    }
  }

  private mutating func add(_ scalar: Unicode.Scalar) {
    if scalar.value == 0xFFFD || Self.isRemoved(scalar) { return }
    if scalar.properties.isWhitespace { return endWord() }
    if Self.isIdeograph(scalar) {
      endWord()
      addDecomposed(scalar)
      return endWord()
    }
    addDecomposed(scalar)
  }

  private mutating func addDecomposed(_ scalar: Unicode.Scalar) {
    guard let parts = CanonicalDecomposition.decompose(scalar) else { return addNormalised(scalar) }
    for part in parts { addNormalised(part) }
  }

  private mutating func addNormalised(_ scalar: Unicode.Scalar) {
    if scalar.isASCII { return addASCII(UInt8(truncatingIfNeeded: scalar.value)) }
    let properties = scalar.properties
    if properties.generalCategory == .nonspacingMark { return }
    let order = properties.canonicalCombiningClass.rawValue
    if order != 0 {
      pending.append((scalar, order))
    } else {
      flushPending()
      appendLowercased(scalar)
    }
  }

  private mutating func flushPending() {
    if pending.isEmpty { return }
    // By class, and within a class in the order of the text.
    let ordered = pending.enumerated().sorted { left, right in
      (left.element.order, left.offset) < (right.element.order, right.offset)
    }
    pending.removeAll(keepingCapacity: true)
    for mark in ordered { appendLowercased(mark.element.scalar) }
  }

  private mutating func appendLowercased(_ scalar: Unicode.Scalar) {
    for lower in scalar.properties.lowercaseMapping.unicodeScalars {
      if Self.isPunctuation(lower) {
        cutWord()
        bytes.append(contentsOf: UTF8.encode(lower) ?? UTF8.encodedReplacementCharacter)
        cutWord()
      } else {
        bytes.append(contentsOf: UTF8.encode(lower) ?? UTF8.encodedReplacementCharacter)
      }
    }
  }

  private mutating func endWord() {
    flushPending()
    cutWord()
  }

  private mutating func cutWord() {
    if bytes.count > wordStart { words.append(wordStart..<bytes.count) }
    wordStart = bytes.count
  }

  private static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse, .surrogate: true
    default: false
    }
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      true
    default: false
    }
  }

  /// The blocks of unified and compatibility ideographs that BERT isolates (its published list).
  private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF,
      0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
