import ByteStorage

/// Constants of files of dense rows. FORMAT.md §7.4.
enum VectorsLayout {
  static let summary = SectionTag("SUMM")
  static let rows = SectionTag("ROWS")
  static let lengths = SectionTag("LENG")
  static let scales = SectionTag("SCAL")
  static let hubness = SectionTag("HUBN")
  static let summaryByteCount = 16

  /// Offsets in `SUMM`.
  enum Summary {
    static let rowCount = 0
    static let dimension = 8
    static let elementType = 12
  }
}

/// How the numbers of dense rows are stored.
public enum DenseElement: String, Codable, Sendable, CaseIterable {
  /// IEEE 754 binary16: 2 bytes a number.
  case float16
  /// Whole numbers -127...127 times a scale of the row's own: 1 byte a number and 4 a row.
  case int8

  /// What a file calls it.
  var code: UInt32 { self == .float16 ? 1 : 2 }

  /// Bytes of a number.
  public var byteCount: Int { self == .float16 ? 2 : 1 }

  init?(code: UInt32) {
    guard let element = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = element
  }

  /// What keeps a row from being stored; `nil` when nothing does.
  ///
  /// - Parameter name: what to call the row.
  func obstacle(_ row: [Float], dimension: Int, name: String) -> String? {
    guard row.count == dimension else { return "its \(name) has \(row.count) numbers instead of \(dimension)" }
    // 65,520 is where rounding to 16 bits gives infinity. NaN fails the comparison as well.
    let limit: Float = self == .float16 ? 65_520 : 1e30
    guard let place = row.firstIndex(where: { !($0.magnitude < limit) }) else { return nil }
    let reason = self == .float16 ? "which a 16-bit float cannot hold" : "which is no number below 1e30"
    return "number \(place) of its \(name) is \(row[place]), \(reason)"
  }
}

/// A row as bytes and the scale that they are times.
struct ByteRow {
  let numbers: [Int8]
  /// The weight of 1; 0 for a row of zeros.
  let scale: Float

  /// The nearest whole numbers, the largest of which is 127.
  init(_ row: [Float]) {
    let largest = row.reduce(Float(0)) { max($0, $1.magnitude) }
    let scale = largest / 127
    // Numbers too small to be divided by count as zero.
    guard scale >= .leastNormalMagnitude else {
      self.scale = 0
      numbers = [Int8](repeating: 0, count: row.count)
      return
    }
    self.scale = scale
    numbers = row.map { Int8(max(-127, min(127, ($0 / scale).rounded()))) }
  }

  /// The length of the row in units of its scale.
  var length: Float {
    Float(Double(numbers.reduce(0) { $0 + Int($1) * Int($1) }).squareRoot())
  }
}

/// The length of a row of real numbers.
func euclideanLength(_ row: some Sequence<Float>) -> Float {
  Float(row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot())
}
