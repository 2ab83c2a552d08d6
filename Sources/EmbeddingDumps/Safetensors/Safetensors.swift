package import ByteStorage

/// The layout of a safetensors file: eight bytes of header length, a JSON header, then the tensors without gaps.
///
/// Heads and alignments are such files, so that other programs can read their tensors. Ours carry a checksum in the header.
/// - Source: the format's description, huggingface/safetensors, README.
package enum Safetensors {
  /// The longest header that is read.
  static let longestHeader = 100_000_000

  /// The types of numbers that are read and written.
  package enum ElementType: String, Sendable {
    case f32 = "F32"
    case u32 = "U32"
    case u8 = "U8"

    /// Bytes of one number.
    var byteCount: Int { self == .u8 ? 1 : 4 }
  }

  /// The numbers of a tensor.
  package enum Values: Sendable {
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

    /// How many numbers there are.
    package var count: Int {
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
  package struct Tensor: Equatable, Sendable {
    package let name: String
    package let type: ElementType
    /// The lengths of its dimensions, the outermost first.
    package let shape: [Int]
    /// Counted from the end of the header.
    package let range: Range<Int>
  }

  /// What the JSON header says.
  package struct Header: Sendable {
    /// The texts of `__metadata__`.
    package let metadata: [String: String]
    /// By name.
    package let tensors: [String: Tensor]
    /// Where the tensors begin in the file.
    package let dataStart: Int
  }

  /// A whole file with its checksum; the same contents give the same bytes.
  ///
  /// - Parameters:
  ///   - metadata: texts of any names but ``checksumKey``.
  ///   - contents: the tensors in the order of the file; a shape multiplies to the number of values.
  package static func encode(
    metadata: [String: String], contents: [(name: String, shape: [Int], values: Values)]
  ) -> [UInt8] {
    var metadata = metadata
    metadata[checksumKey] = noChecksum
    var tensors: [Tensor] = []
    var end = 0
    for (name, shape, values) in contents {
      tensors.append(Tensor(name: name, type: values.type, shape: shape, range: end..<end + values.byteCount))
      end += values.byteCount
    }
    var writer = ByteWriter()
    let header = header(metadata: metadata, tensors: tensors)
    writer.reserveCapacity(header.count + end)
    writer.append(header)
    for (_, _, values) in contents { values.write(to: &writer) }
    var bytes = writer.bytes
    seal(&bytes, headerCount: header.count)
    return bytes
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
  package static func readHeader(_ file: MappedFile, source: String) throws(SafetensorsError) -> Header {
    func refuse(_ reason: String) -> SafetensorsError { .damaged(source: source, section: "header", reason: reason) }
    guard file.byteCount >= 10 else {
      throw .notSafetensors(source: source, reason: "it has only \(file.byteCount) bytes")
    }
    let json: [UInt8]
    let dataStart: Int
    do {
      var reader = try ByteReader(file)
      let length = try reader.u64()
      guard length >= 2, length <= UInt64(min(longestHeader, file.byteCount - 8)) else {
        throw SafetensorsError.notSafetensors(
          source: source, reason: "its header would have \(length) bytes, of \(file.byteCount - 8) that follow")
      }
      json = try reader.bytes(Int(length))
      dataStart = 8 + Int(length)
    } catch let error as StorageError {
      throw .storage(error)
    } catch let error as SafetensorsError {
      throw error
    } catch {
      throw refuse("it cannot be read")
    }
    guard json.first == UInt8(ascii: "{") else {
      throw .notSafetensors(source: source, reason: "its header is not a JSON object")
    }
    let object: JSONObject
    do {
      guard case .object(let value) = try JSONValue.parse(json, limits: JSONLimits(depth: 4, byteCount: longestHeader))
      else { throw refuse("it is not a JSON object") }
      object = value
    } catch let error as JSONError {
      throw refuse(error.description)
    } catch let error as SafetensorsError {
      throw error
    } catch {
      throw refuse("it cannot be read")
    }
    return Header(
      metadata: try metadata(object, refuse), tensors: try tensors(object, file.byteCount - dataStart, refuse),
      dataStart: dataStart)
  }
}
