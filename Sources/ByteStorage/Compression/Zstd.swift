import CZstd
import Synchronization

/// Zstandard frames in memory, always with a bound on what they may become.
///
/// - Invariant (all calls of the library here): pointers are those of live buffers with their exact lengths, and a
///   context is used by one thread at a time.
public enum Zstd {
  /// The largest window, as a power of two, that a frame may ask for: 8 MiB.
  public static let maximumWindowLog: Int32 = 23

  /// Compresses bytes into one frame that records its content's length.
  public static func compress(_ bytes: [UInt8], level: Int = 3, dictionary: ZstdDictionary? = nil) -> [UInt8] {
    ZstdCompressor(level: level, dictionary: dictionary).compress(bytes)
  }

  /// The content of exactly one frame, which may be at most `limit` bytes.
  ///
  /// - Parameter path: names the bytes in errors; `offset` is where they stand in that file.
  /// - Throws: `limit` when the content is longer, `damaged` when the frame is not a whole valid frame.
  public static func decompress(
    _ bytes: [UInt8], limit: Int, dictionary: ZstdDictionary? = nil, path: String = "zstd data", offset: Int = 0
  ) throws(StorageError) -> [UInt8] {
    try ZstdDecompressor().decompress(bytes, limit: limit, dictionary: dictionary, path: path, offset: offset)
  }

  /// Trains a dictionary of at most `capacity` bytes from examples of what is to be compressed.
  ///
  /// - Returns: `nil` when the samples are too few or too small to learn from.
  public static func train(samples: [[UInt8]], capacity: Int) -> [UInt8]? {
    let joined = samples.flatMap { $0 }
    let sizes = samples.map(\.count)
    guard capacity >= 256, samples.count >= 8, joined.count >= 8 * capacity / 10 else { return nil }
    var dictionary = [UInt8](repeating: 0, count: capacity)
    let size = unsafe ZDICT_trainFromBuffer(&dictionary, capacity, joined, sizes, UInt32(clamping: sizes.count))
    guard ZDICT_isError(size) == 0, size <= capacity else { return nil }
    dictionary.removeSubrange(size...)
    return dictionary
  }

  /// The number of the dictionary that a frame was made with; 0 for none, or for bytes that are no frame.
  public static func dictionaryIdentifier(ofFrame bytes: [UInt8]) -> UInt32 {
    unsafe ZSTD_getDictID_fromFrame(bytes, bytes.count)
  }

  static func errorName(_ code: Int) -> String { unsafe String(cString: ZSTD_getErrorName(code)) }
}

/// A trained dictionary, prepared for compression at one level and for decompression. Usable from many threads.
///
/// - Invariant: the prepared forms are read-only after `init` and freed in `deinit`.
@safe public final class ZstdDictionary: @unchecked Sendable {
  // Unchecked because of the pointers; zstd documents both as read-only and shareable.

  /// The bytes of the dictionary.
  public let bytes: [UInt8]
  /// The identifier in its header, which frames refer to; 0 for bytes that are no trained dictionary.
  public let identifier: UInt32
  let level: Int32
  let forCompression: OpaquePointer
  let forDecompression: OpaquePointer

  /// Prepares a dictionary; `nil` when the bytes are not one that was trained.
  public init?(_ bytes: [UInt8], level: Int = 3) {
    let identifier = unsafe ZSTD_getDictID_fromDict(bytes, bytes.count)
    guard identifier != 0, let compression = unsafe ZSTD_createCDict(bytes, bytes.count, Int32(level)) else {
      return nil
    }
    guard let decompression = unsafe ZSTD_createDDict(bytes, bytes.count) else {
      _ = unsafe ZSTD_freeCDict(compression)
      return nil
    }
    self.bytes = bytes
    self.identifier = identifier
    self.level = Int32(level)
    unsafe forCompression = compression
    unsafe forDecompression = decompression
  }

  deinit {
    _ = unsafe ZSTD_freeCDict(forCompression)
    _ = unsafe ZSTD_freeDDict(forDecompression)
  }
}

/// Compresses many frames with one context. Not for use from several threads at once.
@safe public final class ZstdCompressor {
  private let context: OpaquePointer
  private let level: Int32
  private let dictionary: ZstdDictionary?

  /// - Parameter dictionary: when given, its level is used in place of `level`.
  public init(level: Int = 3, dictionary: ZstdDictionary? = nil) {
    guard let context = unsafe ZSTD_createCCtx() else { preconditionFailure("No memory for a zstd context.") }
    unsafe self.context = context
    self.level = Int32(level)
    self.dictionary = dictionary
  }

  deinit { _ = unsafe ZSTD_freeCCtx(context) }

  /// One frame.
  public func compress(_ bytes: [UInt8]) -> [UInt8] {
    let capacity = ZSTD_compressBound(bytes.count)
    var target = [UInt8](repeating: 0, count: capacity)
    let size =
      if let dictionary {
        unsafe ZSTD_compress_usingCDict(
          context, &target, capacity, bytes, bytes.count, dictionary.forCompression)
      } else {
        unsafe ZSTD_compressCCtx(context, &target, capacity, bytes, bytes.count, level)
      }
    // With a target of the bound's size only a lack of memory is left.
    precondition(ZSTD_isError(size) == 0, "zstd could not compress: \(Zstd.errorName(size)).")
    target.removeSubrange(size...)
    return target
  }
}

/// Decompresses many frames with one context. One call at a time.
@safe public final class ZstdDecompressor {
  private let context: OpaquePointer

  public init() {
    guard let context = unsafe ZSTD_createDCtx() else { preconditionFailure("No memory for a zstd context.") }
    unsafe self.context = context
    _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Zstd.maximumWindowLog)
  }

  deinit { _ = unsafe ZSTD_freeDCtx(context) }

  /// The content of exactly one frame, see ``Zstd/decompress(_:limit:dictionary:path:offset:)``.
  public func decompress(
    _ bytes: [UInt8], limit: Int, dictionary: ZstdDictionary? = nil, path: String = "zstd data", offset: Int = 0
  ) throws(StorageError) -> [UInt8] {
    func damage(_ found: String) -> StorageError {
      .damaged(path: path, section: "a zstd frame", offset: offset, expected: "one whole frame", found: found)
    }
    let frameByteCount = unsafe ZSTD_findFrameCompressedSize(bytes, bytes.count)
    guard ZSTD_isError(frameByteCount) == 0 else { throw damage(Zstd.errorName(frameByteCount)) }
    guard frameByteCount == bytes.count else { throw damage("\(bytes.count - frameByteCount) bytes behind it") }

    let identifier = unsafe ZSTD_getDictID_fromFrame(bytes, bytes.count)
    guard identifier == 0 || identifier == dictionary?.identifier else {
      throw damage("a frame for dictionary \(identifier)")
    }
    // `contentSize` is the length, or one of two huge numbers that say "unknown" and "no frame".
    let contentSize = unsafe ZSTD_getFrameContentSize(bytes, bytes.count)
    if contentSize == UInt64.max - 1 { throw damage("no frame") }
    let isKnown = contentSize != UInt64.max
    if isKnown && contentSize > UInt64(max(limit, 0)) {
      throw .limit(path: path, what: "the decompressed length of the zstd frame at byte \(offset)", limit: limit)
    }
    if isKnown {
      var target = [UInt8](repeating: 0, count: Int(contentSize))
      try reset(dictionary, damage)
      let size = unsafe ZSTD_decompressDCtx(context, &target, target.count, bytes, bytes.count)
      guard ZSTD_isError(size) == 0 else { throw damage(Zstd.errorName(size)) }
      guard size == target.count else { throw damage("\(size) bytes of content") }
      return target
    }
    return try stream(bytes, limit: limit, dictionary: dictionary, path: path, offset: offset, damage)
  }

  private func reset(_ dictionary: ZstdDictionary?, _ damage: (String) -> StorageError) throws(StorageError) {
    _ = unsafe ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
    let result =
      if let dictionary {
        unsafe ZSTD_DCtx_refDDict(context, dictionary.forDecompression)
      } else {
        unsafe ZSTD_DCtx_refDDict(context, nil)
      }
    guard ZSTD_isError(result) == 0 else { throw damage(Zstd.errorName(result)) }
  }

  /// For frames that do not say how long their content is: grows in pieces up to the limit.
  private func stream(
    _ bytes: [UInt8], limit: Int, dictionary: ZstdDictionary?, path: String, offset: Int,
    _ damage: (String) -> StorageError
  ) throws(StorageError) -> [UInt8] {
    try reset(dictionary, damage)
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    var consumed = 0
    while true {
      let (result, produced) = step(bytes, &consumed, into: &piece)
      guard ZSTD_isError(result) == 0 else { throw damage(Zstd.errorName(result)) }
      guard content.count + produced <= limit else {
        throw .limit(path: path, what: "the decompressed length of the zstd frame at byte \(offset)", limit: limit)
      }
      content += piece[..<produced]
      if result == 0 { return content }
      if produced == 0 && consumed == bytes.count { throw damage("the end of the bytes") }
    }
  }

  private func step(_ bytes: [UInt8], _ consumed: inout Int, into piece: inout [UInt8]) -> (result: Int, count: Int) {
    unsafe bytes.withUnsafeBytes { source in
      unsafe piece.withUnsafeMutableBytes { target in
        var input = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: consumed)
        var output = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
        let result = unsafe ZSTD_decompressStream(context, &output, &input)
        unsafe consumed = input.pos
        return unsafe (result, output.pos)
      }
    }
  }
}
