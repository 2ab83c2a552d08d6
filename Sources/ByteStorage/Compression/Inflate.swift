import CZlib

/// The wrappings of deflate data that ``InflateReader`` takes apart.
public enum DeflateFormat: Sendable {
  /// Bare deflate data, as in members of zip files.
  case raw
  /// One or more gzip members.
  case gzip

  fileprivate var windowBits: Int32 {
    switch self {
    case .raw: -15
    case .gzip: 15 + 16
    }
  }
}

/// Inflates a part of a file piece by piece, so that memory stays small however large the content is.
///
/// Not for use from several threads at once.
///
/// - Invariant: `stream` is allocated and initialised from `init` to `deinit`; its input and output pointers are set
///   for the length of one call of `inflate` and point into buffers that live as long.
@safe public final class InflateReader {
  private let file: MappedFile
  private let range: Range<Int>
  private let format: DeflateFormat
  private let limit: Int
  private let stream: UnsafeMutablePointer<z_stream>
  private var consumed = 0
  private var isAtEnd = false

  /// The number of bytes produced so far.
  public private(set) var producedByteCount = 0

  /// - Parameters:
  ///   - range: the compressed bytes; the whole file by default.
  ///   - limit: the largest content accepted, in bytes.
  public init(
    _ file: MappedFile, _ range: Range<Int>? = nil, format: DeflateFormat, limit: Int
  ) throws(StorageError) {
    let range = range ?? 0..<file.byteCount
    guard range.lowerBound >= 0, range.upperBound <= file.byteCount else {
      throw .truncated(
        path: file.path, section: "compressed data", expected: range.upperBound, found: file.byteCount)
    }
    self.file = file
    self.range = range
    self.format = format
    self.limit = limit
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let result = unsafe inflateInit2_(
      stream, format.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(result == Z_OK, "zlib could not start (\(result)).")
  }

  deinit {
    _ = unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// How many bytes of `range` have been used up.
  public var consumedByteCount: Int { consumed }

  /// The next piece, 1 to `count` bytes; `nil` after the end.
  ///
  /// - Throws: `damaged` with the place in the file, `truncated` when the compressed data stop early, `limit`.
  public func next(_ count: Int = 262_144) throws(StorageError) -> [UInt8]? {
    precondition(count > 0, "At least one byte must be asked for.")
    if isAtEnd { return nil }
    var piece = [UInt8](repeating: 0, count: count)
    var produced = 0
    while produced < count && !isAtEnd {
      let step = inflateOnce(into: &piece, at: produced)
      produced += step.produced
      consumed += step.consumed
      try finishStep(step)
    }
    guard producedByteCount + produced <= limit else {
      throw .limit(path: file.path, what: "the decompressed length in bytes", limit: limit)
    }
    producedByteCount += produced
    piece.removeSubrange(produced...)
    return piece.isEmpty ? nil : piece
  }

  /// All the content in one array.
  public static func all(
    _ file: MappedFile, _ range: Range<Int>? = nil, format: DeflateFormat, limit: Int
  ) throws(StorageError) -> [UInt8] {
    let reader = try InflateReader(file, range, format: format, limit: limit)
    var content: [UInt8] = []
    while let piece = try reader.next() { content += piece }
    return content
  }

  private struct Step {
    var result: Int32
    var produced: Int
    var consumed: Int
  }

  private func inflateOnce(into piece: inout [UInt8], at start: Int) -> Step {
    let file = self.file
    let input = file.bytes.extracting(range.lowerBound + consumed..<range.upperBound)
    return unsafe input.withUnsafeBytes { source in
      unsafe piece.withUnsafeMutableBytes { target in
        let sourceCount = UInt32(clamping: source.count)
        let targetCount = UInt32(clamping: target.count - start)
        // zlib declares its input without const but does not write to it.
        unsafe stream.pointee.next_in = source.baseAddress.map {
          unsafe UnsafeMutableRawPointer(mutating: $0).assumingMemoryBound(to: UInt8.self)
        }
        unsafe stream.pointee.avail_in = sourceCount
        unsafe stream.pointee.next_out = target.baseAddress.map {
          unsafe ($0 + start).assumingMemoryBound(to: UInt8.self)
        }
        unsafe stream.pointee.avail_out = targetCount
        let result = unsafe inflate(stream, Z_NO_FLUSH)
        return unsafe Step(
          result: result, produced: Int(targetCount - stream.pointee.avail_out),
          consumed: Int(sourceCount - stream.pointee.avail_in))
      }
    }
  }

  private func finishStep(_ step: Step) throws(StorageError) {
    switch step.result {
    case Z_STREAM_END:
      if format == .gzip && consumed < range.count {
        // A gzip file may be several members one after the other.
        _ = unsafe inflateReset2(stream, format.windowBits)
      } else {
        isAtEnd = true
      }
    case Z_OK where step.produced > 0 || step.consumed > 0:
      return
    case Z_OK, Z_BUF_ERROR:
      throw .truncated(
        path: file.path, section: "compressed data", expected: range.count + 1, found: range.count)
    default:
      throw .damaged(
        path: file.path, section: "compressed data", offset: range.lowerBound + consumed,
        expected: format == .gzip ? "gzip data" : "deflate data", found: message(step.result))
    }
  }

  private func message(_ result: Int32) -> String {
    guard let text = unsafe stream.pointee.msg else { return "zlib error \(result)" }
    return unsafe String(cString: text)
  }
}
