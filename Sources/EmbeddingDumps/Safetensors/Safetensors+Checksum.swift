import ByteStorage

extension Safetensors {
  /// The metadata entry with the checksum of the file.
  package static let checksumKey = "checksum"
  /// What stands in its place while the checksum is computed.
  package static let noChecksum = "00000000"

  /// Puts the checksum of a complete file into its header, where ``noChecksum`` stands.
  package static func seal(_ file: inout [UInt8], headerCount: Int) {
    guard let place = checksumPlace(file[..<headerCount]) else { return }
    let digits = hexadecimal(CRC32C.checksum(RawSpan(_elements: file.span)))
    file.replaceSubrange(place, with: digits.utf8)
  }

  /// Compares the checksum of a file, when it has one, with its bytes.
  static func verify(_ file: MappedFile, header: Header, source: String) throws(SafetensorsError) {
    guard let expected = header.metadata[checksumKey] else { return }
    var start: [UInt8]
    do {
      var reader = try ByteReader(file, 0..<header.dataStart)
      start = try reader.bytes(header.dataStart)
    } catch {
      throw .storage(error)
    }
    guard let place = checksumPlace(start[...]) else {
      throw .damaged(source: source, section: "metadata", reason: "the checksum is not eight digits")
    }
    start.replaceSubrange(place, with: noChecksum.utf8)
    let headerSum = CRC32C.checksum(RawSpan(_elements: start.span))
    let found = hexadecimal(
      CRC32C.checksum(file.bytes.extracting(header.dataStart..<file.byteCount), continuing: headerSum))
    guard found == expected else {
      throw .damaged(
        source: source, section: "checksum", reason: "the bytes have the checksum \(found) instead of \(expected)")
    }
  }

  /// Where the eight digits are: after the first `"checksum":"`, with a quote behind.
  private static func checksumPlace(_ header: ArraySlice<UInt8>) -> Range<Int>? {
    let marker = Array("\"\(checksumKey)\":\"".utf8)
    guard header.count >= marker.count + 9 else { return nil }
    for start in header.startIndex...(header.endIndex - marker.count - 9) where header[start] == marker[0] {
      let digits = start + marker.count..<start + marker.count + 8
      if header[start..<digits.lowerBound].elementsEqual(marker) {
        return header[digits.upperBound] == UInt8(ascii: "\"") ? digits : nil
      }
    }
    return nil
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
