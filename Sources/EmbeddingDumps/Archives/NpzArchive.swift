import ByteStorage

/// A `.npz` file: a ZIP archive whose members are `.npy` files, stored or deflated.
///
/// Stored members are read where they lie in the mapped file; deflated ones are decompressed into memory, within
/// limits. A member's checksum is checked before it is used.
final class NpzArchive: Sendable {
  /// The bytes of one member.
  struct Member: Sendable {
    let file: MappedFile
    let range: Range<Int>
  }

  /// What an archive may cost.
  struct Limits: Sendable {
    /// Bytes of all members together, decompressed.
    var totalByteCount = 64 << 30
    /// Bytes of one deflated member, which is held in memory.
    var inflatedByteCount = 8 << 30
    /// How many times larger a member may be than its compressed bytes, once it is larger than `freeByteCount`.
    var ratio = 200
    /// Members up to this size may have any ratio: they cannot hurt.
    var freeByteCount = 64 << 20
  }

  let file: MappedFile
  let limits: Limits
  private let entries: [ZipDirectory.Entry]

  /// Splits `x.npz` and `x.npz#name` into archive and member; `nil` for every other path.
  static func split(_ path: String) -> (archive: String, member: String?)? {
    if path.hasSuffix(".npz") { return (path, nil) }
    guard let place = path.utf8.lastIndex(of: UInt8(ascii: "#")), path[..<place].hasSuffix(".npz") else { return nil }
    return (String(path[..<place]), String(path[path.index(after: place)...]))
  }

  static func open(_ path: String, fileSystem: any FileSystem) throws(DumpError) -> NpzArchive {
    let file = try storing { () throws(StorageError) in try fileSystem.map(path) }
    return try NpzArchive(file)
  }

  init(_ file: MappedFile, limits: Limits = Limits()) throws(DumpError) {
    self.file = file
    self.limits = limits
    entries = try ZipDirectory.read(file).entries
    var total = 0
    for entry in entries {
      let (sum, overflow) = total.addingReportingOverflow(entry.byteCount)
      guard !overflow, sum <= limits.totalByteCount else {
        throw .archive(
          path: file.path, member: "", reason: "its members take more than \(limits.totalByteCount) bytes decompressed")
      }
      total = sum
    }
    // Overlapping members are how small archives pretend to be huge ones.
    let sorted = entries.sorted { $0.headerOffset < $1.headerOffset }
    for (before, after) in zip(sorted, sorted.dropFirst())
    where before.headerOffset + 30 + before.compressedByteCount > after.headerOffset {
      throw .archive(path: file.path, member: after.name, reason: "it overlaps member '\(before.name)'")
    }
  }

  /// The names of the arrays: members without their `.npy`.
  var names: [String] { entries.map { NpzArchive.arrayName($0.name) } }

  private static func arrayName(_ name: String) -> String {
    name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
  }

  /// The bytes of the member called `name` (with or without `.npy`), checked against its checksum.
  func member(_ name: String) throws(DumpError) -> Member {
    func bad(_ reason: String) -> DumpError { .archive(path: file.path, member: name, reason: reason) }
    guard let entry = entries.first(where: { NpzArchive.arrayName($0.name) == name || $0.name == name }) else {
      throw bad("there is no such member; it has \(names.prefix(20).joined(separator: ", "))")
    }
    let dataRange: Range<Int>
    do {
      dataRange = try localData(of: entry)
    } catch {
      throw bad(error.text)
    }
    guard entry.isDeflated else {
      let crc = try storing { () throws(StorageError) in try CRC32.checksum(file, dataRange) }
      guard crc == entry.crc else { throw bad("its checksum is wrong; copy the file again") }
      return Member(file: file, range: dataRange)
    }
    guard entry.byteCount <= limits.inflatedByteCount else {
      throw bad("it takes \(entry.byteCount) bytes decompressed; save it with numpy.savez, uncompressed")
    }
    guard entry.byteCount <= limits.freeByteCount || entry.byteCount / limits.ratio <= entry.compressedByteCount else {
      throw bad("it claims to grow more than \(limits.ratio) times; save it with numpy.savez, uncompressed")
    }
    let bytes = try inflate(dataRange, byteCount: entry.byteCount, name: name)
    let copy = MappedFile(copying: bytes, path: file.path + "#" + name)
    let crc = try storing { () throws(StorageError) in try CRC32.checksum(copy, 0..<copy.byteCount) }
    guard crc == entry.crc else { throw bad("its checksum is wrong; copy the file again") }
    return Member(file: copy, range: 0..<copy.byteCount)
  }

  private func inflate(_ range: Range<Int>, byteCount: Int, name: String) throws(DumpError) -> [UInt8] {
    func bad(_ reason: String) -> DumpError { .archive(path: file.path, member: name, reason: reason) }
    do {
      let reader = try InflateReader(file, range, format: .raw, limit: byteCount)
      var bytes: [UInt8] = []
      bytes.reserveCapacity(min(byteCount, limits.freeByteCount))
      while let piece = try reader.next() { bytes += piece }
      guard bytes.count == byteCount, reader.consumedByteCount == range.count else {
        throw bad("it decompresses to \(bytes.count) bytes instead of \(byteCount); copy the file again")
      }
      return bytes
    } catch let error as StorageError {
      switch error {
      case .limit: throw bad("it decompresses to more than the \(byteCount) bytes it should have; copy the file again")
      case .truncated: throw bad("its compressed data end too early; copy the file again")
      case .damaged(_, _, let offset, _, let found):
        throw bad("its compressed data are damaged at byte \(offset) (\(found)); copy the file again")
      default: throw .storage(error)
      }
    } catch let error as DumpError {
      throw error
    } catch {
      throw bad("\(error)")
    }
  }

  /// Where the data of `entry` lies, behind its local header.
  private func localData(of entry: ZipDirectory.Entry) throws(ZipFailure) -> Range<Int> {
    let (signature, start) = try ZipFailure.wrap { () throws(StorageError) in
      var reader = try ByteReader(file, entry.headerOffset..<file.byteCount, section: "the header of a member")
      let signature = try reader.u32()
      try reader.skip(22)
      let nameLength = Int(try reader.u16())
      let extraLength = Int(try reader.u16())
      try reader.skip(nameLength + extraLength)
      return (signature, reader.offset)
    }
    guard signature == 0x0403_4B50 else { throw ZipFailure.reason("its header is damaged") }
    guard entry.compressedByteCount <= file.byteCount - start else { throw ZipFailure.reason("it ends too early") }
    return start..<start + entry.compressedByteCount
  }

  /// The name of the only member that is two-dimensional.
  func onlyMatrix() throws(DumpError) -> String {
    if names.count == 1 { return names[0] }
    var found: [String] = []
    for name in names {
      let data = try member(name)
      if let header = try? NpyHeader.read(data.file, data.range, path: name), header.shape.count == 2 {
        found.append(name)
      }
    }
    guard found.count == 1 else {
      let all = names.prefix(20).joined(separator: ", ")
      throw .archive(
        path: file.path, member: "",
        reason: "\(found.isEmpty ? "none" : "\(found.count)") of its members (\(all)) "
          + "\(found.count > 1 ? "are" : "is") two-dimensional; name one as \(file.path)#member")
    }
    return found[0]
  }
}
