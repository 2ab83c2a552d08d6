public import ByteStorage
import LinearAlgebra

/// A two-dimensional array of floats in a `.npy` or `.npz` file: one embedding per row.
///
/// The file stays mapped and is decoded row range by row range, whatever its type (float16, float32, float64), byte
/// order and memory order. Members that an archive compresses are held decompressed in memory.
public final class NpyArray: Sendable {
  /// The file, with `#member` for a member of an archive; used in errors.
  public let path: String
  /// The header.
  public let header: NpyHeader
  /// The number of rows; 0 for an empty shard.
  public let rows: Int
  /// The number of columns, at least 1 unless there are no rows.
  public let columns: Int
  private let file: MappedFile
  /// Where the elements begin in `file`.
  private let dataOffset: Int

  /// The widest rows that are read.
  public static let maximumColumns = 1 << 24

  /// `[rows, columns]` (or `[0]`).
  public var shape: [Int] { header.shape }

  /// Opens `x.npy`, `x.npz` with one two-dimensional member, or the member `name` of `x.npz#name`.
  ///
  /// - Parameter acceptsVector: whether an array of one dimension is a matrix of one row.
  /// - Throws: ``DumpError`` when the file cannot be read or holds no matrix of floats.
  /// - Complexity: O(1) for `.npy`; an archive is checked and, where compressed, decompressed.
  public static func open(
    _ path: String, acceptsVector: Bool = false, fileSystem: any FileSystem
  ) throws(DumpError) -> NpyArray {
    if let (archivePath, member) = NpzArchive.split(path) {
      let archive = try NpzArchive.open(archivePath, fileSystem: fileSystem)
      let name: String
      if let member { name = member } else { name = try archive.onlyMatrix() }
      let data = try archive.member(name)
      return try NpyArray(data.file, data.range, path: archivePath + "#" + name, acceptsVector: acceptsVector)
    }
    let file = try storing { () throws(StorageError) in try fileSystem.map(path) }
    return try NpyArray(file, 0..<file.byteCount, path: path, acceptsVector: acceptsVector)
  }

  /// Reads the array stored in `range` of `file`.
  init(
    _ file: MappedFile, _ range: Range<Int>, path: String, acceptsVector: Bool = false
  ) throws(DumpError) {
    let header = try NpyHeader.read(file, range, path: path)
    switch header.type {
    case .float: break
    case .integer: throw .arrayType(path: path, type: "integer", reason: "whole numbers are labels or ids")
    case .bytes, .text: throw .arrayType(path: path, type: "text", reason: "strings are metadata")
    }
    let shape = acceptsVector && header.shape.count == 1 ? [1] + header.shape : header.shape
    // numpy.save of an empty list has shape (0,).
    guard shape.count == 2 || shape == [0], shape.count != 2 || shape[1] > 0 || shape[0] == 0 else {
      throw .arrayShape(path: path, shape: shape)
    }
    // Nothing in an empty array contradicts a number of columns that no memory holds.
    guard shape.count == 1 || shape[1] <= NpyArray.maximumColumns else {
      throw .npyHeader(
        path: path, reason: "its rows have \(shape[1]) columns (at most \(NpyArray.maximumColumns) are read)")
    }
    self.path = path
    self.header = header
    self.file = file
    self.dataOffset = range.lowerBound + header.dataOffset
    self.rows = shape[0]
    self.columns = shape.count == 2 ? shape[1] : 0
  }

  /// Decodes rows `range` into `values`, which then holds exactly `range.count * columns` floats, row by row.
  ///
  /// Traps when the range is not within `0..<rows`.
  /// - Throws: ``DumpError/notFinite(path:row:column:)`` for the first value that is not finite.
  /// - Complexity: O(range.count · columns).
  public func rows(_ range: Range<Int>, into values: inout [Float]) throws(DumpError) {
    let count = range.count * columns
    if values.count > count {
      values.removeLast(values.count - count)
    } else if values.count < count {
      values.append(contentsOf: repeatElement(0, count: count - values.count))
    }
    try rows(range, into: &values, at: 0)
  }

  /// Decodes rows `range` into `values[offset...]`, where there must be room.
  func rows(_ range: Range<Int>, into values: inout [Float], at offset: Int) throws(DumpError) {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "the row range lies outside the array")
    guard !range.isEmpty, columns > 0 else { return }
    if header.isFortranOrder && columns > 1 && rows > 1 {
      // One run per column, spread over the rows.
      var column = [Float](repeating: 0, count: range.count)
      for c in 0..<columns {
        try decodeRun(from: c * rows + range.lowerBound, count: range.count, into: &column, at: 0)
        var place = offset + c
        for value in column {
          values[place] = value
          place += columns
        }
      }
    } else {
      try decodeRun(from: range.lowerBound * columns, count: range.count * columns, into: &values, at: offset)
    }
    try checkFinite(values, range, at: offset)
  }

  /// Decodes `count` elements that lie side by side in the file, beginning with element `first`.
  private func decodeRun(from first: Int, count: Int, into values: inout [Float], at offset: Int) throws(DumpError) {
    // No overflow: the header checked that all elements fit into the file.
    let size = header.type.byteCount
    let start = dataOffset + first * size
    if size == 2 && !header.isBigEndian {
      let file = self.file
      HalfFloats.decode(file.bytes.extracting(start..<start + count * 2), count: count, into: &values, at: offset)
      return
    }
    // Through a bounded copy, so that a wide matrix does not double its memory.
    let step = 1 << 16
    var done = 0
    while done < count {
      let part = min(step, count - done)
      let from = start + done * size
      let range = from..<from + part * size
      try storing { () throws(StorageError) in
        var reader = try ByteReader(file, range, section: "the array")
        try decodePart(&reader, part, into: &values, at: offset + done)
      }
      done += part
    }
  }

  private func decodePart(
    _ reader: inout ByteReader, _ count: Int, into values: inout [Float], at offset: Int
  ) throws(StorageError) {
    let swaps = header.isBigEndian
    switch header.type.byteCount {
    case 2:
      var halves = try reader.u16Array(count)
      if swaps { for at in halves.indices { halves[at] = halves[at].byteSwapped } }
      HalfFloats.decode(RawSpan(_elements: halves.span), count: count, into: &values, at: offset)
    case 4:
      let words = try reader.u32Array(count)
      for at in 0..<count { values[offset + at] = Float(bitPattern: swaps ? words[at].byteSwapped : words[at]) }
    default:
      let words = try reader.u64Array(count)
      for at in 0..<count { values[offset + at] = Float(Double(bitPattern: swaps ? words[at].byteSwapped : words[at])) }
    }
  }

  private func checkFinite(_ values: [Float], _ range: Range<Int>, at offset: Int) throws(DumpError) {
    let exponent: UInt32 = 0x7F80_0000
    let count = range.count * columns
    var found = false
    // Without an early exit, so that it vectorises.
    for at in offset..<offset + count { found = found || values[at].bitPattern & exponent == exponent }
    guard found else { return }
    for at in 0..<count where !values[offset + at].isFinite {
      throw .notFinite(path: path, row: range.lowerBound + at / columns, column: at % columns)
    }
  }
}
