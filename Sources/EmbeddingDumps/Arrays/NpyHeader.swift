import ByteStorage

/// The type of the elements of a NumPy array, as far as Newel reads it.
public enum NpyType: Sendable, Equatable {
  /// IEEE 754 floats of 2, 4 or 8 bytes.
  case float(byteCount: Int)
  /// Whole numbers of 1, 2, 4 or 8 bytes.
  case integer(byteCount: Int, signed: Bool)
  /// Fixed-length byte strings (`S`).
  case bytes(byteCount: Int)
  /// Fixed-length UTF-32 text (`U`); `byteCount` is four times the number of characters.
  case text(byteCount: Int)

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float(let byteCount), .integer(let byteCount, _), .bytes(let byteCount), .text(let byteCount): byteCount
    }
  }
}

/// The header of a `.npy` file.
///
/// - Source: the format description in numpy/lib/format.py (versions 1.0, 2.0, 3.0).
public struct NpyHeader: Sendable, Equatable {
  /// The type of the elements.
  public let type: NpyType
  /// Whether multi-byte elements are stored most significant byte first.
  public let isBigEndian: Bool
  /// Whether the first index varies fastest.
  public let isFortranOrder: Bool
  /// The lengths of the dimensions, each 0 or more.
  public let shape: [Int]
  /// Where the elements begin, counted from the magic.
  public let dataOffset: Int
  /// Bytes of all elements.
  public let dataByteCount: Int

  /// The longest header text that is read.
  public static let maximumTextByteCount = 64 << 10

  /// Reads the header at the start of `range` and checks that the rest of the range is exactly the data it announces.
  ///
  /// - Throws: ``DumpError/npyHeader(path:reason:)``, ``DumpError/arrayType(path:type:reason:)``,
  ///   ``DumpError/arrayLength(path:shape:expected:found:)``; `path` is the name used in them.
  static func read(_ file: MappedFile, _ range: Range<Int>, path: String) throws(DumpError) -> NpyHeader {
    func bad(_ reason: String) -> DumpError { .npyHeader(path: path, reason: reason) }
    var reader = try storing { () throws(StorageError) in try ByteReader(file, range, section: "the .npy header") }
    guard reader.remaining >= 10 else { throw bad("the file has only \(reader.remaining) bytes") }
    let start = try storing { () throws(StorageError) in try reader.bytes(8) }
    guard start[0..<6] == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59] else {
      throw bad("it does not begin with the bytes \\x93NUMPY")
    }
    guard (1...3).contains(start[6]), start[7] == 0 else {
      throw bad("format version \(start[6]).\(start[7]) is unknown (1.0, 2.0 and 3.0 are read)")
    }
    guard start[6] == 1 || reader.remaining >= 4 else { throw bad("it ends inside the header length") }
    let length = try storing { () throws(StorageError) -> Int in
      start[6] == 1 ? Int(try reader.u16()) : Int(try reader.u32())
    }
    guard length <= maximumTextByteCount else {
      throw bad("it is \(length) bytes long (at most \(maximumTextByteCount) are read)")
    }
    guard length <= reader.remaining else {
      throw bad("it should be \(length) bytes long but only \(reader.remaining) follow")
    }
    let text = try storing { () throws(StorageError) in try reader.bytes(length) }
    let dataOffset = reader.offset - range.lowerBound
    var fields: [(name: String, value: PythonLiteral)]
    do {
      fields = try PythonLiteral.parseDictionary(text)
    } catch {
      throw bad(error.reason)
    }
    func take(_ name: String) throws(DumpError) -> PythonLiteral {
      guard let place = fields.firstIndex(where: { $0.name == name }) else { throw bad("the key '\(name)' is missing") }
      return fields.remove(at: place).value
    }
    let descr = try take("descr")
    guard case .bool(let isFortranOrder) = try take("fortran_order") else {
      throw bad("'fortran_order' is neither True nor False")
    }
    guard case .sequence(let lengths) = try take("shape") else { throw bad("'shape' is not a tuple") }
    guard fields.isEmpty else { throw bad("the key '\(fields[0].name)' is unknown") }
    var shape: [Int] = []
    for length in lengths {
      guard case .integer(let value) = length, value >= 0 else { throw bad("'shape' has something other than lengths") }
      shape.append(value)
    }
    guard shape.count <= 32 else { throw bad("'shape' has \(shape.count) dimensions") }
    let (type, isBigEndian) = try elementType(descr, path: path)
    // A zero anywhere makes the array empty, but the other lengths must still be sane.
    var byteCount = type.byteCount
    for length in shape where length > 0 {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: length)
      guard !overflow else { throw bad("shape \(DumpError.text(shape)) is beyond 64 bits") }
      byteCount = product
    }
    if shape.contains(0) { byteCount = 0 }
    guard byteCount == reader.remaining else {
      throw .arrayLength(path: path, shape: shape, expected: byteCount, found: reader.remaining)
    }
    return NpyHeader(
      type: type, isBigEndian: isBigEndian, isFortranOrder: isFortranOrder, shape: shape, dataOffset: dataOffset,
      dataByteCount: byteCount)
  }

  /// Reads a type description such as `<f2`.
  private static func elementType(
    _ descr: PythonLiteral, path: String
  ) throws(DumpError) -> (type: NpyType, isBigEndian: Bool) {
    guard case .string(let text) = descr else {
      throw .arrayType(path: path, type: "record", reason: "a structured array has several fields per element")
    }
    let bytes = Array(text.utf8)
    func refuse(_ reason: String) -> DumpError { .arrayType(path: path, type: "'\(text)'", reason: reason) }
    let hasOrder = bytes.first.map { "<>=|".utf8.contains($0) } ?? false
    guard bytes.count > (hasOrder ? 1 : 0) else { throw refuse("unknown type") }
    let kind = bytes[hasOrder ? 1 : 0]
    if kind == UInt8(ascii: "O") { throw refuse("Python objects need pickle, which can run code and is never read") }
    let digits = bytes[(hasOrder ? 2 : 1)...]
    guard !digits.isEmpty, digits.count <= 8, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw refuse("unknown type")
    }
    let size = digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    let type: NpyType
    switch (kind, size) {
    case (UInt8(ascii: "f"), 2), (UInt8(ascii: "f"), 4), (UInt8(ascii: "f"), 8): type = .float(byteCount: size)
    case (UInt8(ascii: "i"), 1), (UInt8(ascii: "i"), 2), (UInt8(ascii: "i"), 4), (UInt8(ascii: "i"), 8):
      type = .integer(byteCount: size, signed: true)
    case (UInt8(ascii: "u"), 1), (UInt8(ascii: "u"), 2), (UInt8(ascii: "u"), 4), (UInt8(ascii: "u"), 8):
      type = .integer(byteCount: size, signed: false)
    case (UInt8(ascii: "S"), _): type = .bytes(byteCount: size)
    case (UInt8(ascii: "U"), _): type = .text(byteCount: size * 4)
    case (UInt8(ascii: "f"), _): throw refuse("floats of \(size) bytes are not the same on every machine")
    case (UInt8(ascii: "b"), 1): throw refuse("truth values")
    case (UInt8(ascii: "c"), _): throw refuse("complex numbers")
    case (UInt8(ascii: "V"), _): throw refuse("raw bytes without a number type, for example bfloat16")
    case (UInt8(ascii: "M"), _), (UInt8(ascii: "m"), _): throw refuse("dates")
    default: throw refuse("unknown type")
    }
    let isMultiByte = type.byteCount > 1 && kind != UInt8(ascii: "S")
    guard !isMultiByte || (hasOrder && bytes[0] != UInt8(ascii: "|")) else { throw refuse("no byte order") }
    return (type, isMultiByte && bytes[0] == UInt8(ascii: ">"))
  }
}
