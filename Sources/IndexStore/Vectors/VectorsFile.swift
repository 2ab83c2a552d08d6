import ByteStorage
import LinearAlgebra

/// Constants of the vectors file. FORMAT.md §7.4.
enum VectorsLayout {
  static let summary = SectionTag("SUMM")
  static let rows = SectionTag("ROWS")
  static let summaryByteCount = 16
  /// The element type IEEE 754 binary16.
  static let float16: UInt32 = 1

  /// Offsets in `SUMM`.
  enum Summary {
    static let rowCount = 0
    static let dimension = 8
    static let elementType = 12
  }
}

/// Writes the dense rows of a segment as 16-bit floats, in the order of its documents.
final class VectorsWriter {
  private let file: EnvelopeWriter
  private let dimension: Int
  private var rowCount = 0

  init(_ file: EnvelopeWriter, dimension: Int) throws(StorageError) {
    self.file = file
    self.dimension = dimension
    try file.begin(VectorsLayout.rows)
  }

  /// What keeps a row from being stored; `nil` when nothing does.
  static func obstacle(_ row: [Float], dimension: Int) -> String? {
    guard row.count == dimension else { return "its dense row has \(row.count) numbers instead of \(dimension)" }
    // 65,520 is where rounding to 16 bits gives infinity. NaN fails the comparison as well.
    guard let place = row.firstIndex(where: { !($0.magnitude < 65_520) }) else { return nil }
    return "number \(place) of its dense row is \(row[place]), which a 16-bit float cannot hold"
  }

  func append(_ row: [Float]) throws(StorageError) {
    try file.append(HalfFloats.encode(row[...]))
    rowCount += 1
  }

  /// Appends all rows of another file as they are.
  ///
  /// - Precondition: they have the same dimension.
  func copy(_ rows: VectorsReader) throws(StorageError) {
    precondition(rows.dimension == dimension, "The rows have another length.")
    try rows.forEachPiece { bytes throws(StorageError) in try file.append(bytes) }
    rowCount += rows.rowCount
  }

  func finish() throws(StorageError) -> FileSummary {
    file.end()
    var summary = ByteWriter()
    summary.u64(UInt64(rowCount))
    summary.u32(UInt32(dimension))
    summary.u32(VectorsLayout.float16)
    try file.begin(VectorsLayout.summary)
    try file.append(summary.bytes)
    file.end()
    return try file.finish()
  }

  func abandon() { file.abandon() }
}

/// Reads the dense rows of a segment.
struct VectorsReader: Sendable {
  let rowCount: Int
  let dimension: Int
  private let rows: Section

  init(_ file: EnvelopeFile) throws(StorageError) {
    let section = try file.section(VectorsLayout.summary)
    var reader = try section.reader()
    rowCount = try reader.length()
    dimension = Int(try reader.u32())
    let elementType = try reader.u32()
    rows = try file.section(VectorsLayout.rows)
    let size = rowCount.multipliedReportingOverflow(by: 2 * dimension)
    guard elementType == VectorsLayout.float16, reader.isAtEnd, dimension > 0,
      dimension <= IndexConfiguration.maximumDenseDimension, !size.overflow,
      size.partialValue == rows.byteCount
    else {
      throw section.damage(
        at: 0, expected: "rows of 16-bit floats that fill \(rows.byteCount) bytes",
        found: "\(rowCount) rows of \(dimension), type \(elementType)")
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

  /// Widens a row into `destination[offset ..< offset + dimension]`.
  func row(_ number: Int, into destination: inout [Float], at offset: Int) throws(StorageError) {
    let start = number * 2 * dimension
    try rows.verify(start..<start + 2 * dimension)
    let file = rows.file.file
    let from = rows.offset + start
    HalfFloats.decode(
      file.bytes.extracting(from..<from + 2 * dimension), count: dimension, into: &destination, at: offset)
  }
}
