import ByteStorage
import LinearAlgebra

/// Reads the dense rows of a segment.
struct VectorsReader: Sendable {
  let rowCount: Int
  let dimension: Int
  let element: DenseElement
  private let rows: Section
  /// `nil` in a file that was written before lengths were kept.
  private let lengths: Section?
  /// `nil` for rows that are not bytes.
  private let scales: Section?
  /// `nil` for rows without.
  private let hubness: Section?

  init(_ file: EnvelopeFile) throws(StorageError) {
    let section = try file.section(VectorsLayout.summary)
    var reader = try section.reader()
    rowCount = try reader.length()
    dimension = Int(try reader.u32())
    let code = try reader.u32()
    rows = try file.section(VectorsLayout.rows)
    guard let element = DenseElement(code: code) else {
      throw section.damage(
        at: VectorsLayout.Summary.elementType, expected: "an element type that this version knows", found: "\(code)")
    }
    self.element = element
    let size = rowCount.multipliedReportingOverflow(by: element.byteCount * dimension)
    guard reader.isAtEnd, dimension > 0, dimension <= IndexConfiguration.maximumDenseDimension, !size.overflow,
      size.partialValue == rows.byteCount
    else {
      throw section.damage(
        at: 0, expected: "rows that fill \(rows.byteCount) bytes",
        found: "\(rowCount) rows of \(dimension), type \(code)")
    }
    lengths = file.tags.contains(VectorsLayout.lengths) ? try file.section(VectorsLayout.lengths) : nil
    scales = element == .int8 ? try file.section(VectorsLayout.scales) : nil
    hubness = file.tags.contains(VectorsLayout.hubness) ? try file.section(VectorsLayout.hubness) : nil
    for part in [lengths, scales, hubness] {
      guard let part, part.byteCount != 4 * rowCount else { continue }
      throw part.damage(at: 0, expected: "\(4 * rowCount) bytes", found: "\(part.byteCount)")
    }
  }

  /// Calls `body` with the rows as they are stored, in verified pieces.
  func forEachPiece(_ body: (RawSpan) throws(StorageError) -> Void) throws(StorageError) {
    let file = rows.file.file
    for start in stride(from: 0, to: rows.byteCount, by: 1 << 20) {
      let end = min(start + 1 << 20, rows.byteCount)
      try rows.verify(start..<end)
      try body(file.bytes.extracting(rows.offset + start..<rows.offset + end))
    }
  }

  /// The lengths of all rows, in units of their scales.
  func allLengths() throws(StorageError) -> [Float] {
    try (0..<rowCount).map { number throws(StorageError) in try length(number) }
  }

  /// The scales of all rows; none unless they are bytes.
  func allScales() throws(StorageError) -> [Float] {
    guard let scales else { return [] }
    return try (0..<rowCount).map { number throws(StorageError) in Float(bitPattern: try scales.u32(at: 4 * number)) }
  }

  /// The scale of a row; `nil` unless it is of bytes.
  func scale(_ number: Int) throws(StorageError) -> Float? {
    guard let scales else { return nil }
    return Float(bitPattern: try scales.u32(at: 4 * number))
  }

  /// A row as it is stored.
  func bytes(_ number: Int) throws(StorageError) -> [UInt8] {
    let size = element.byteCount * dimension
    return try rows.bytes(number * size..<(number + 1) * size)
  }

  /// How near each row is to everything; none of rows without.
  func allHubness() throws(StorageError) -> [Float] {
    try hubness(of: (0..<rowCount).map { UInt32($0) }) ?? []
  }

  /// How near some rows are to everything, -1...1; `nil` for rows without.
  ///
  /// - Throws: `damaged` when a checksum is wrong, or a number that makes no sense.
  func hubness(of numbers: [UInt32]) throws(StorageError) -> [Float]? {
    guard let hubness else { return nil }
    return try numbers.map { number throws(StorageError) in
      let value = Float(bitPattern: try hubness.u32(at: 4 * Int(number)))
      guard value.magnitude < 1.01 else {
        throw hubness.damage(at: 4 * Int(number), expected: "a mean cosine", found: "\(value)")
      }
      return value
    }
  }

  /// The length of a row, in units of its scale.
  func length(_ number: Int) throws(StorageError) -> Float {
    if let lengths { return Float(bitPattern: try lengths.u32(at: 4 * number)) }
    return try ownLength(number)
  }

  /// The length of a row, from its numbers.
  func ownLength(_ number: Int) throws(StorageError) -> Float {
    euclideanLength(try numbers(number))
  }

  /// Whether the length that is stored for a row is its own.
  func hasRightLength(_ number: Int) throws(StorageError) -> Bool {
    let stored = try length(number)
    return try stored == ownLength(number)
  }

  /// Widens a row into `destination[offset ..< offset + dimension]`.
  func row(_ number: Int, into destination: inout [Float], at offset: Int) throws(StorageError) {
    guard let scales else {
      let bytes = try verified(number)
      let file = rows.file.file
      HalfFloats.decode(file.bytes.extracting(bytes), count: dimension, into: &destination, at: offset)
      return
    }
    let scale = Float(bitPattern: try scales.u32(at: 4 * number))
    for (place, value) in try numbers(number).enumerated() { destination[offset + place] = scale * value }
  }

  /// The numbers of a row, in units of its scale.
  private func numbers(_ number: Int) throws(StorageError) -> [Float] {
    let bytes = try verified(number)
    let file = rows.file.file
    switch element {
    case .float16:
      var row = [Float](repeating: 0, count: dimension)
      HalfFloats.decode(file.bytes.extracting(bytes), count: dimension, into: &row, at: 0)
      return row
    case .int8:
      let span = Span<UInt8>(_bytes: file.bytes.extracting(bytes))
      return span.indices.map { Float(Int8(bitPattern: span[$0])) }
    }
  }

  /// The bytes of a row in the file, whose checksums are right.
  private func verified(_ number: Int) throws(StorageError) -> Range<Int> {
    let size = element.byteCount * dimension
    let start = number * size
    try rows.verify(start..<start + size)
    return rows.offset + start..<rows.offset + start + size
  }

  /// The cosines of a query with some rows; 0 for a row of zeros.
  ///
  /// - Precondition: the query is as long as a row, and the numbers are below the count of rows.
  /// - Throws: `damaged` when a checksum is wrong, or a length that makes no sense.
  /// - Complexity: O(numbers · dimension).
  func cosines(_ query: DenseQuery, numbers: [UInt32]) throws(StorageError) -> [Float] {
    precondition(query.dimension == dimension, "The query has another length than the rows.")
    for number in numbers { _ = try verified(Int(number)) }
    let file = rows.file.file
    let bytes = file.bytes.extracting(rows.offset..<rows.offset + rows.byteCount)
    var products: [Float] = []
    switch element {
    case .float16: DotProducts.halves(query.unit, rows: bytes, numbers: numbers, into: &products)
    case .int8:
      var sums: [Int32] = []
      DotProducts.bytes(query.bytes.numbers, rows: bytes, numbers: numbers, into: &sums)
      products = sums.map { Float($0) / query.byteLength }
    }
    for (place, number) in numbers.enumerated() {
      let length = try length(Int(number))
      products[place] = length == 0 ? 0 : products[place] / length
      // Forged lengths and numbers that are not finite end here.
      guard products[place].magnitude < 1.01 else {
        throw rows.damage(
          at: Int(number) * element.byteCount * dimension, expected: "a row of the length \(length)",
          found: "another one, of the cosine \(products[place])")
      }
      products[place] = max(-1, min(1, products[place]))
    }
    return products
  }
}

/// A dense query: a row of length 1, also rounded to bytes.
public struct DenseQuery: Sendable {
  let unit: [Float]
  let bytes: ByteRow
  /// The length of the bytes.
  let byteLength: Float

  /// How many numbers it has.
  public var dimension: Int { unit.count }

  /// - Returns: `nil` for a row of zeros, and one with a number that is not finite.
  public init?(_ row: [Float]) {
    let length = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    guard length.isFinite, length > 0 else { return nil }
    unit = row.map { Float(Double($0) / length) }
    bytes = ByteRow(unit)
    byteLength = bytes.length
  }
}
