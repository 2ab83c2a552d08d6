import ByteStorage

/// The checksum of ZIP members: CRC-32 with the reflected polynomial 0xEDB88320, eight bytes at a time.
///
/// - Source: Kounavis and Berry (2005), "A Systematic Approach to Building High Performance Software-based CRC
///   Generators" (slicing).
enum CRC32 {
  /// The checksum of `range` of `file`, read in bounded parts.
  static func checksum(_ file: MappedFile, _ range: Range<Int>) throws(StorageError) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    var reader = try ByteReader(file, range)
    while !reader.isAtEnd {
      let part = try reader.bytes(min(1 << 18, reader.remaining))
      crc = update(crc, part)
    }
    return ~crc
  }

  private static func update(_ start: UInt32, _ bytes: [UInt8]) -> UInt32 {
    let tables = CRC32.tables
    var crc = start
    var at = 0
    while bytes.count - at >= 8 {
      let low =
        crc
        ^ (UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16
          | UInt32(bytes[at + 3]) << 24)
      crc =
        tables[7 * 256 + Int(low & 0xFF)] ^ tables[6 * 256 + Int(low >> 8 & 0xFF)]
        ^ tables[5 * 256 + Int(low >> 16 & 0xFF)] ^ tables[4 * 256 + Int(low >> 24)]
        ^ tables[3 * 256 + Int(bytes[at + 4])] ^ tables[2 * 256 + Int(bytes[at + 5])]
        ^ tables[256 + Int(bytes[at + 6])] ^ tables[Int(bytes[at + 7])]
      at += 8
    }
    while at < bytes.count {
      crc = tables[Int((crc ^ UInt32(bytes[at])) & 0xFF)] ^ crc >> 8
      at += 1
    }
    return crc
  }

  /// Eight tables of 256: the effect of a byte that is followed by 0 … 7 other bytes.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
      tables[byte] = crc
    }
    for table in 1..<8 {
      for byte in 0..<256 {
        let crc = tables[(table - 1) * 256 + byte]
        tables[table * 256 + byte] = tables[Int(crc & 0xFF)] ^ crc >> 8
      }
    }
    return tables
  }()
}
