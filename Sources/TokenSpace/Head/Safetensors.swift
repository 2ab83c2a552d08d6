import ByteStorage
import EmbeddingDumps

/// The layout of a safetensors file: eight bytes of header length, a JSON header, then the tensors without gaps.
///
/// - Source: the format's description, huggingface/safetensors, README.
enum Safetensors {
  /// The longest header that is read.
  static let longestHeader = 100_000_000

  enum ElementType: String {
    case f32 = "F32"
    case u32 = "U32"
    case u8 = "U8"

    var byteCount: Int { self == .u8 ? 1 : 4 }
  }

  /// The numbers of a tensor.
  enum Values {
    case f32([Float])
    case u32([UInt32])
    case u8([UInt8])

    var type: ElementType {
      switch self {
      case .f32: .f32
      case .u32: .u32
      case .u8: .u8
      }
    }

    var count: Int {
      switch self {
      case .f32(let values): values.count
      case .u32(let values): values.count
      case .u8(let values): values.count
      }
    }

    var byteCount: Int { count * type.byteCount }

    func write(to writer: inout ByteWriter) {
      switch self {
      case .f32(let values): for value in values { writer.f32(value) }
      case .u32(let values): for value in values { writer.u32(value) }
      case .u8(let values): writer.append(values)
      }
    }
  }

  /// One tensor of the header.
  struct Tensor: Equatable {
    let name: String
    let type: ElementType
    let shape: [Int]
    /// Counted from the end of the header.
    let range: Range<Int>
  }

  struct Header {
    let metadata: [String: String]
    let tensors: [String: Tensor]
    /// Where the tensors begin in the file.
    let dataStart: Int
  }

  /// A header whose lines up to the first tensor are padded so that the data starts at a multiple of 8.
  ///
  /// - Parameter tensors: in the order of the file.
  static func header(metadata: [String: String], tensors: [Tensor]) -> [UInt8] {
    let entries = metadata.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
    var object = JSONObject([("__metadata__", .object(JSONObject(entries)))])
    for tensor in tensors {
      let offsets = [tensor.range.lowerBound, tensor.range.upperBound]
      object[tensor.name] = .object(
        JSONObject([
          ("dtype", .string(tensor.type.rawValue)),
          ("shape", .array(tensor.shape.map { .integer(Int64($0)) })),
          ("data_offsets", .array(offsets.map { .integer(Int64($0)) })),
        ]))
    }
    var json = object.serialized()
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    var writer = ByteWriter()
    writer.u64(UInt64(json.count))
    writer.append(json)
    return writer.bytes
  }

  /// Reads and checks the header: every tensor inside the file, none overlapping, none missing in between.
  static func readHeader(_ file: MappedFile, source: String) throws(TokenSpaceError) -> Header {
    func refuse(_ reason: String) -> TokenSpaceError { .damagedHead(source: source, section: "header", reason: reason) }
    guard file.byteCount >= 10 else {
      throw .notAHead(source: source, reason: "it has only \(file.byteCount) bytes")
    }
    let json: [UInt8]
    let dataStart: Int
    do {
      var reader = try ByteReader(file)
      let length = try reader.u64()
      guard length >= 2, length <= UInt64(min(longestHeader, file.byteCount - 8)) else {
        throw TokenSpaceError.notAHead(
          source: source, reason: "its header would have \(length) bytes, of \(file.byteCount - 8) that follow")
      }
      json = try reader.bytes(Int(length))
      dataStart = 8 + Int(length)
    } catch let error as StorageError {
      throw .storage(error)
    } catch let error as TokenSpaceError {
      throw error
    } catch {
      throw refuse("it cannot be read")
    }
    guard json.first == UInt8(ascii: "{") else {
      throw .notAHead(source: source, reason: "its header is not a JSON object")
    }
    let object: JSONObject
    do {
      guard case .object(let value) = try JSONValue.parse(json, limits: JSONLimits(depth: 4, byteCount: longestHeader))
      else { throw refuse("it is not a JSON object") }
      object = value
    } catch let error as JSONError {
      throw refuse(error.description)
    } catch let error as TokenSpaceError {
      throw error
    } catch {
      throw refuse("it cannot be read")
    }
    return Header(
      metadata: try metadata(object, refuse), tensors: try tensors(object, file.byteCount - dataStart, refuse),
      dataStart: dataStart)
  }

  private static func metadata(
    _ object: JSONObject, _ refuse: (String) -> TokenSpaceError
  ) throws(TokenSpaceError) -> [String: String] {
    guard let value = object["__metadata__"] else { return [:] }
    guard case .object(let entries) = value else { throw refuse("__metadata__ is not an object") }
    var result: [String: String] = [:]
    for member in entries.members {
      guard case .string(let text) = member.value else {
        throw refuse("the metadata '\(member.key)' is not a string")
      }
      result[member.key] = text
    }
    return result
  }

  private static func tensors(
    _ object: JSONObject, _ dataCount: Int, _ refuse: (String) -> TokenSpaceError
  ) throws(TokenSpaceError) -> [String: Tensor] {
    var tensors: [Tensor] = []
    for member in object.members where member.key != "__metadata__" {
      tensors.append(try tensor(member.key, member.value, refuse))
    }
    tensors.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = 0
    for tensor in tensors {
      guard tensor.range.lowerBound == end else {
        throw refuse("the tensor '\(tensor.name)' begins at byte \(tensor.range.lowerBound) and not at \(end)")
      }
      end = tensor.range.upperBound
    }
    guard end == dataCount else {
      throw refuse("its tensors have \(end) bytes and the file has \(dataCount) for them")
    }
    return Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
  }

  private static func tensor(
    _ name: String, _ value: JSONValue, _ refuse: (String) -> TokenSpaceError
  ) throws(TokenSpaceError) -> Tensor {
    guard case .object(let entry) = value, entry.count == 3, let typeName = entry["dtype"]?.stringValue,
      let shapeValues = entry["shape"]?.arrayValue, let offsetValues = entry["data_offsets"]?.arrayValue
    else { throw refuse("the entry '\(name)' is not a tensor with dtype, shape and data_offsets") }
    guard let type = ElementType(rawValue: typeName) else {
      throw refuse("the tensor '\(name)' has the element type '\(typeName)' instead of F32, U32 or U8")
    }
    let shape = shapeValues.compactMap { $0.integerValue.flatMap { Int(exactly: $0) } }
    let offsets = offsetValues.compactMap { $0.integerValue.flatMap { Int(exactly: $0) } }
    guard shape.count == shapeValues.count, shape.allSatisfy({ $0 >= 0 }) else {
      throw refuse("the shape of the tensor '\(name)' is not a list of sizes")
    }
    guard offsetValues.count == 2, offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1] else {
      throw refuse("the offsets of the tensor '\(name)' are not an ascending pair")
    }
    var byteCount = type.byteCount
    for size in shape {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: size)
      guard !overflow else { throw refuse("the shape of the tensor '\(name)' is too large") }
      byteCount = product
    }
    guard byteCount == offsets[1] - offsets[0] else {
      throw refuse("the tensor '\(name)' has \(offsets[1] - offsets[0]) bytes and its shape needs \(byteCount)")
    }
    return Tensor(name: name, type: type, shape: shape, range: offsets[0]..<offsets[1])
  }
}
