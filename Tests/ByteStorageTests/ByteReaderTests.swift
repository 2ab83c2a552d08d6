import ByteStorage
import Testing

@Suite struct ByteReaderTests {
  @Test("what is written is read back, and the reader ends exactly at the end")
  func roundTrip() throws {
    var writer = ByteWriter()
    writer.u8(1)
    writer.u16(0x0203)
    writer.u32(0x0405_0607)
    writer.u64(0x0809_0A0B_0C0D_0E0F)
    writer.f32(1.5)
    writer.f64(-2.25)
    let varints: [UInt64] = [0, 1, 127, 128, 300, 1 << 32, .max]
    for value in varints { writer.varint(value) }
    writer.append(utf8: "é")
    writer.append([7, 0, 8, 0, 9, 0, 0, 0])
    #expect(writer.bytes[1...2] == [0x03, 0x02])

    var reader = ByteReader(writer.bytes, path: "memory")
    #expect(try reader.u8() == 1)
    #expect(try reader.u16() == 0x0203)
    #expect(try reader.u32() == 0x0405_0607)
    #expect(try reader.u64() == 0x0809_0A0B_0C0D_0E0F)
    #expect(try reader.f32() == 1.5)
    #expect(try reader.f64() == -2.25)
    for value in varints { #expect(try reader.varint() == value) }
    #expect(try reader.bytes(2) == Array("é".utf8))
    #expect(try reader.u16Array(2) == [7, 8])
    #expect(try reader.u32Array(1) == [9])
    #expect(reader.isAtEnd)
    #expect(try reader.bytes(0) == [])
    #expect(throws: StorageError.self) { try reader.u8() }
  }

  @Test("a range is half-open: its last byte can be read, the one behind it cannot")
  func halfOpen() throws {
    let file = MappedFile(copying: [1, 2, 3, 4, 5, 6], path: "memory")
    var reader = try ByteReader(file, 1..<5)
    #expect(try reader.u32() == 0x0504_0302)
    #expect(throws: StorageError.truncated(path: "memory", section: "the file", expected: 5, found: 4)) {
      try reader.u8()
    }
    #expect(reader.offset == 5)
    #expect(throws: StorageError.self) { try ByteReader(file, 0..<7) }
    var empty = try ByteReader(file, 6..<6)
    #expect(empty.isAtEnd)
    #expect(throws: StorageError.self) { try empty.u8() }
    try reader.seek(to: 4)
    #expect(reader.isAtEnd)
    #expect(throws: StorageError.self) { try reader.seek(to: 5) }
  }

  @Test("counts from hostile files are errors, not traps")
  func hostileCounts() {
    var reader = ByteReader([1, 2, 3], path: "memory")
    #expect(throws: StorageError.self) { try reader.bytes(-1) }
    #expect(throws: StorageError.self) { try reader.bytes(.max) }
    #expect(throws: StorageError.self) { try reader.u64Array(.max) }
    #expect(throws: StorageError.self) { try reader.u32Array(-3) }
    #expect(throws: StorageError.self) { try reader.skip(-1) }
    #expect(reader.offset == 0)
    var lengths = ByteReader([UInt8](repeating: 0xff, count: 8), path: "memory")
    #expect(throws: StorageError.self) { try lengths.length() }
  }

  @Test("a varint of more than 64 bits, or without an end, is an error")
  func badVarints() {
    let long = [UInt8](repeating: 0x80, count: 10) + [1]
    let wide = [UInt8](repeating: 0xff, count: 9) + [2]
    let open = [UInt8](repeating: 0x80, count: 3)
    for bytes in [long, wide, open] {
      var reader = ByteReader(bytes, path: "memory")
      #expect(throws: StorageError.self) { try reader.varint() }
    }
  }
}
