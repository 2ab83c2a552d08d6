import ByteStorage
import Testing

@Suite struct CRC32CTests {
  @Test("the test vectors of RFC 3720, appendix B.4, come out")
  func vectors() {
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xff, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    #expect(CRC32C.checksum((0..<32).reversed().map { UInt8($0) }) == 0x113F_DB5C)
    let command: [UInt8] = [
      0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18,
      0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
    ]
    #expect(CRC32C.checksum(command) == 0xD996_3A56)
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(CRC32C.checksum([]) == 0)
  }

  @Test("a checksum continued at any place equals the checksum of the whole")
  func continuing() {
    var random = SeededRandom(state: 1)
    let bytes = random.bytes(300)
    let whole = CRC32C.checksum(bytes)
    for cut in 0...300 {
      let first = CRC32C.checksum(Array(bytes[..<cut]))
      #expect(CRC32C.checksum(Array(bytes[cut...]), continuing: first) == whole)
    }
  }
}
