import ByteStorage
import LinearAlgebra

/// Writes the dense rows of a segment, in the order of its documents.
///
/// Memory: 4 bytes a row for its length, and 4 each for its scale and its hubness.
final class VectorsWriter {
  private let file: EnvelopeWriter
  private let dimension: Int
  private let element: DenseElement
  private var lengths: [Float] = []
  private var scales: [Float] = []
  private var hubness: [Float] = []

  init(_ file: EnvelopeWriter, dimension: Int, element: DenseElement) throws(StorageError) {
    self.file = file
    self.dimension = dimension
    self.element = element
    try file.begin(VectorsLayout.rows)
  }

  /// Appends a row that ``DenseElement/obstacle(_:dimension:name:)`` has nothing against.
  ///
  /// - Parameter own: how near it is to everything, -1...1; for all rows or for none.
  func append(_ row: [Float], hubness own: Float? = nil) throws(StorageError) {
    if let own { hubness.append(own) }
    switch element {
    case .float16:
      let halves = HalfFloats.encode(row[...])
      try file.append(halves)
      lengths.append(euclideanLength(halves.lazy.map { Float(Float16(bitPattern: $0)) }))
    case .int8:
      let bytes = ByteRow(row)
      try file.append(bytes.numbers.map { UInt8(bitPattern: $0) })
      lengths.append(bytes.length)
      scales.append(bytes.scale)
    }
  }

  /// Appends all rows of another file as they are.
  ///
  /// - Precondition: they have the same dimension and elements.
  func copy(_ rows: VectorsReader) throws(StorageError) {
    precondition(rows.dimension == dimension && rows.element == element, "The rows are of another kind.")
    try rows.forEachPiece { bytes throws(StorageError) in try file.append(bytes) }
    lengths += try rows.allLengths()
    scales += try rows.allScales()
    hubness += try rows.allHubness()
  }

  /// Appends some rows of another file as they are, in the order given.
  ///
  /// - Precondition: they have the same dimension and elements, and `numbers` are theirs.
  func copy(_ rows: VectorsReader, _ numbers: some Sequence<Int>) throws(StorageError) {
    precondition(rows.dimension == dimension && rows.element == element, "The rows are of another kind.")
    for number in numbers {
      try file.append(try rows.bytes(number))
      lengths.append(try rows.length(number))
      if let scale = try rows.scale(number) { scales.append(scale) }
      if let own = try rows.hubness(of: [UInt32(number)]) { hubness += own }
    }
  }

  func finish() throws(StorageError) -> FileSummary {
    file.end()
    try append(lengths, as: VectorsLayout.lengths)
    if element == .int8 { try append(scales, as: VectorsLayout.scales) }
    // Not of rows put together of which some had none.
    if !hubness.isEmpty, hubness.count == lengths.count { try append(hubness, as: VectorsLayout.hubness) }
    var summary = ByteWriter()
    summary.u64(UInt64(lengths.count))
    summary.u32(UInt32(dimension))
    summary.u32(element.code)
    try file.begin(VectorsLayout.summary)
    try file.append(summary.bytes)
    file.end()
    return try file.finish()
  }

  private func append(_ numbers: [Float], as tag: SectionTag) throws(StorageError) {
    var bytes = ByteWriter()
    for number in numbers { bytes.u32(number.bitPattern) }
    try file.begin(tag)
    try file.append(bytes.bytes)
    file.end()
  }

  func abandon() { file.abandon() }
}
