import Glibc

/// The bytes of a file, read-only, mapped into memory until the object goes away; or a copy of bytes that have the
/// same interface.
///
/// - Invariant: `base` points to `byteCount` readable bytes (or is `nil` and `byteCount` is 0) from `init` to `deinit`,
///   and nobody writes to them. Files of an index are never changed or truncated after they were committed, which is
///   what keeps the mapping valid.
@safe public final class MappedFile: @unchecked Sendable {
  // Unchecked because of the pointer; the bytes behind it are immutable, see the invariant.

  /// The path the bytes came from (or a name for errors).
  public let path: String
  /// The number of bytes.
  public let byteCount: Int
  private let base: UnsafeRawPointer?
  private let isMapped: Bool

  /// Maps `byteCount` bytes of an open file. The descriptor may be closed afterwards.
  init(mapping descriptor: Int32, byteCount: Int, path: String) throws(StorageError) {
    self.path = path
    self.byteCount = byteCount
    self.isMapped = byteCount > 0
    guard byteCount > 0 else {
      unsafe base = nil
      return
    }
    let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address = unsafe address, Int(bitPattern: address) != -1 else {
      throw .io(operation: "map", path: path, code: errno)
    }
    unsafe base = UnsafeRawPointer(address)
  }

  /// Keeps a copy of bytes in memory; `path` names them in errors.
  public init(copying bytes: [UInt8], path: String) {
    self.path = path
    self.byteCount = bytes.count
    self.isMapped = false
    guard !bytes.isEmpty else {
      unsafe base = nil
      return
    }
    let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 64)
    unsafe bytes.withUnsafeBytes {
      unsafe copy.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(copy), byteCount: $0.count)
    }
    unsafe base = UnsafeRawPointer(copy)
  }

  deinit {
    guard let base = unsafe base else { return }
    if isMapped {
      _ = unsafe munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
    } else {
      unsafe base.deallocate()
    }
  }

  /// All the bytes.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: base, count: byteCount))
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// How the file is about to be read; only a hint.
  public enum Access: Sendable { case random, sequential, soon }

  /// Tells the operating system how a part of the file is about to be read. Errors do not matter and are ignored.
  public func advise(_ access: Access, _ range: Range<Int>? = nil) {
    guard isMapped, let base = unsafe base else { return }
    let clamped = (range ?? 0..<byteCount).clamped(to: 0..<byteCount)
    let pageStart = clamped.lowerBound & ~4095
    let advice =
      switch access {
      case .random: MADV_RANDOM
      case .sequential: MADV_SEQUENTIAL
      case .soon: MADV_WILLNEED
      }
    _ = unsafe madvise(
      UnsafeMutableRawPointer(mutating: base + pageStart), clamped.upperBound - pageStart, Int32(advice))
  }
}
