import LinearAlgebra

// The layout, all numbers little-endian: the eight bytes `NWLPARAM`, u32 version, u32 bytes per number, u64 parameters;
// for each parameter u32 length of its name, the name, u64 rows, u64 columns, u64 steps, u32 flags, then the numbers of
// its values, of both moments when flag 1 is set, and of the running mean when flag 2 is set; at the end u32 CRC-32C of
// everything before.
private let magic = Array("NWLPARAM".utf8)
private let version: UInt32 = 1

extension ParameterSet {
  /// Writes values, moments, running means and step counts, piece by piece, so that nothing is held twice. Gradients are
  /// not written: the next step makes them anew.
  ///
  /// - Parameter sink: receives the bytes in order; what it throws ends the writing.
  public func encode<Failure: Error>(_ sink: (RawSpan) throws(Failure) -> Void) throws(Failure) {
    var sum: UInt32 = 0
    func write(_ bytes: RawSpan) throws(Failure) {
      sum = ArrayBytes.checksum(bytes, continuing: sum)
      try sink(bytes)
    }
    var header = magic
    header.append(version)
    header.append(UInt32(MemoryLayout<Scalar>.size))
    header.append(UInt64(count))
    try write(RawSpan(_elements: header.span))
    for index in indices {
      let parameter = self[index]
      let (moments, average) = (!parameter.first.isEmpty, !parameter.average.isEmpty)
      var entry: [UInt8] = []
      entry.append(UInt32(parameter.name.utf8.count))
      entry.append(contentsOf: parameter.name.utf8)
      entry.append(UInt64(parameter.values.rows))
      entry.append(UInt64(parameter.values.columns))
      entry.append(UInt64(parameter.stepCount))
      entry.append(UInt32((moments ? 1 : 0) | (average ? 2 : 0)))
      try write(RawSpan(_elements: entry.span))
      try write(RawSpan(_elements: parameter.values.values.span))
      if moments {
        try write(RawSpan(_elements: parameter.first.span))
        try write(RawSpan(_elements: parameter.second.span))
      }
      if average { try write(RawSpan(_elements: parameter.average.span)) }
    }
    var footer: [UInt8] = []
    footer.append(sum)
    try sink(RawSpan(_elements: footer.span))
  }

  /// All bytes of ``encode(_:)`` in memory.
  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    encode { ArrayBytes.append($0, to: &bytes) }
    return bytes
  }

  /// Takes values, moments, running means and step counts from what ``encode(_:)`` wrote of a set with the same
  /// parameters. On an error nothing changes.
  ///
  /// - Throws: ``LearningError/damagedParameters(reason:)`` when the bytes are not such, or
  ///   ``LearningError/otherParameters(expected:found:)`` when they describe another model.
  public mutating func restore(from bytes: RawSpan) throws(LearningError) {
    var reader = ParameterReader(bytes)
    try reader.checkSum()
    guard try reader.bytes(magic.count) == magic else {
      throw .damagedParameters(reason: "it does not start as one does")
    }
    let found = UInt32(truncatingIfNeeded: try reader.number(4))
    guard found == version else {
      throw .damagedParameters(reason: "its version is \(found) and this program reads version \(version)")
    }
    let size = try reader.number(4)
    guard size == UInt64(MemoryLayout<Scalar>.size) else {
      throw .otherParameters(expected: "numbers of \(MemoryLayout<Scalar>.size) bytes", found: "\(size) bytes")
    }
    let parameterCount = try reader.number(8)
    guard parameterCount == UInt64(count) else {
      throw .otherParameters(expected: "\(count) parameters", found: "\(parameterCount)")
    }
    var restored = self
    for index in indices { try reader.restore(&restored[index]) }
    try reader.finish()
    self = restored
  }
}

/// Reads the layout above from bytes that may hold anything.
private struct ParameterReader: ~Escapable {
  private let span: RawSpan
  private var place = 0

  @_lifetime(copy span)
  init(_ span: RawSpan) {
    self.span = span
  }

  /// The bytes before the checksum that are not yet read.
  private var left: Int { max(0, span.byteCount - 4 - place) }

  func checkSum() throws(LearningError) {
    guard span.byteCount >= 4 else { throw .damagedParameters(reason: "it has only \(span.byteCount) bytes") }
    let end = span.byteCount - 4
    let expected = (0..<4).reduce(UInt32(0)) { $0 | UInt32(span.byte(end + $1)) << UInt32(8 * $1) }
    guard ArrayBytes.checksum(span.extracting(0..<end)) == expected else {
      throw .damagedParameters(reason: "its checksum does not fit its bytes")
    }
  }

  mutating func bytes(_ count: Int) throws(LearningError) -> [UInt8] {
    guard count <= left else { throw .damagedParameters(reason: "it ends early") }
    defer { place += count }
    return (place..<place + count).map { span.byte($0) }
  }

  mutating func number(_ count: Int) throws(LearningError) -> UInt64 {
    try bytes(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  mutating func restore<Scalar: Real>(_ parameter: inout Parameter<Scalar>) throws(LearningError) {
    let expected = "\(parameter.name) \(parameter.values.rows) × \(parameter.values.columns)"
    let length = try number(4)
    let name = String(decoding: try bytes(Int(clamping: length)), as: UTF8.self)
    let (rows, columns) = (try number(8), try number(8))
    guard name == parameter.name, rows == UInt64(parameter.values.rows), columns == UInt64(parameter.values.columns)
    else { throw .otherParameters(expected: expected, found: "\(name) \(rows) × \(columns)") }
    guard let steps = Int(exactly: try number(8)) else { throw .damagedParameters(reason: "a step count is too large") }
    parameter.stepCount = steps
    let flags = try number(4)
    guard flags < 4 else { throw .damagedParameters(reason: "it has the unknown flags \(flags)") }
    let count = parameter.values.values.count
    try numbers(count, into: &parameter.values.values)
    try numbers(flags & 1 == 0 ? 0 : count, into: &parameter.first)
    try numbers(flags & 1 == 0 ? 0 : count, into: &parameter.second)
    try numbers(flags & 2 == 0 ? 0 : count, into: &parameter.average)
  }

  private mutating func numbers<Scalar: Real>(_ count: Int, into values: inout [Scalar]) throws(LearningError) {
    if values.count != count { values = [Scalar](repeating: 0, count: count) }
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Scalar>.size)
    guard !overflow, byteCount <= left else { throw .damagedParameters(reason: "it ends early") }
    ArrayBytes.copy(span.extracting(place..<place + byteCount), into: &values)
    place += byteCount
    guard Scalar.allFinite(values) else { throw .damagedParameters(reason: "it holds numbers that are not finite") }
  }

  func finish() throws(LearningError) {
    guard left == 0 else { throw .damagedParameters(reason: "\(left) bytes follow its end") }
  }
}

extension RawSpan {
  /// The byte at a place inside.
  fileprivate func byte(_ place: Int) -> UInt8 {
    var one: [UInt8] = [0]
    ArrayBytes.copy(extracting(place..<place + 1), into: &one)
    return one[0]
  }
}

extension [UInt8] {
  fileprivate mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: number >> Number(shift)))
    }
  }
}
