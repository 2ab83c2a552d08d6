extension Safetensors {
  static func metadata(
    _ object: JSONObject, _ refuse: (String) -> SafetensorsError
  ) throws(SafetensorsError) -> [String: String] {
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

  static func tensors(
    _ object: JSONObject, _ dataCount: Int, _ refuse: (String) -> SafetensorsError
  ) throws(SafetensorsError) -> [String: Tensor] {
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
    _ name: String, _ value: JSONValue, _ refuse: (String) -> SafetensorsError
  ) throws(SafetensorsError) -> Tensor {
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
