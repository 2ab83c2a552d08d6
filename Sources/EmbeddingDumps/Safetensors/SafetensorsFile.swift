package import ByteStorage
package import LinearAlgebra

/// A safetensors file whose header was checked, and its tensors on request.
package struct SafetensorsFile: Sendable {
  /// What errors name.
  package let source: String
  package let header: Safetensors.Header
  private let file: MappedFile

  /// Reads and checks the header, not the checksum.
  package init(_ file: MappedFile) throws(SafetensorsError) {
    self.file = file
    source = file.path
    header = try Safetensors.readHeader(file, source: file.path)
  }

  /// Compares the checksum of the file, when it has one, with its bytes.
  package func verify() throws(SafetensorsError) {
    try Safetensors.verify(file, header: header, source: source)
  }

  /// The text `key` of the metadata.
  package func text(_ key: String) throws(SafetensorsError) -> String {
    guard let value = header.metadata[key] else {
      throw .damaged(source: source, section: "metadata", reason: "'\(key)' is missing")
    }
    return value
  }

  /// The texts of the metadata whose names begin with `prefix`, without it.
  package func texts(prefix: String) -> [String: String] {
    var texts: [String: String] = [:]
    for (key, value) in header.metadata where key.hasPrefix(prefix) {
      texts[String(key.dropFirst(prefix.count))] = value
    }
    return texts
  }

  /// A tensor of 32-bit floats.
  package func floats(
    _ name: String, dimensions: Int
  ) throws(SafetensorsError) -> (shape: [Int], values: [Float]) {
    let tensor = try tensor(name, .f32, dimensions: dimensions)
    do {
      var reader = try reader(of: tensor)
      return (tensor.shape, try reader.f32Array(tensor.range.count / 4))
    } catch {
      throw .storage(error)
    }
  }

  /// A tensor of 32-bit floats with two dimensions.
  package func matrix(_ name: String) throws(SafetensorsError) -> Matrix {
    let (shape, values) = try floats(name, dimensions: 2)
    return Matrix(rows: shape[0], columns: shape[1], values: values)
  }

  /// A tensor of whole numbers with one dimension.
  package func integers(_ name: String) throws(SafetensorsError) -> [UInt32] {
    let tensor = try tensor(name, .u32, dimensions: 1)
    do {
      var reader = try reader(of: tensor)
      return try reader.u32Array(tensor.range.count / 4)
    } catch {
      throw .storage(error)
    }
  }

  /// A tensor of bytes with one dimension.
  package func bytes(_ name: String) throws(SafetensorsError) -> [UInt8] {
    let tensor = try tensor(name, .u8, dimensions: 1)
    do {
      var reader = try reader(of: tensor)
      return try reader.bytes(tensor.range.count)
    } catch {
      throw .storage(error)
    }
  }

  private func tensor(
    _ name: String, _ type: Safetensors.ElementType, dimensions: Int
  ) throws(SafetensorsError) -> Safetensors.Tensor {
    guard let tensor = header.tensors[name] else {
      throw .damaged(source: source, section: name, reason: "the tensor is missing")
    }
    guard tensor.type == type, tensor.shape.count == dimensions else {
      throw .damaged(
        source: source, section: name,
        reason:
          "it is \(tensor.type.rawValue) with \(tensor.shape.count) dimensions instead of \(type.rawValue) with \(dimensions)"
      )
    }
    return tensor
  }

  private func reader(of tensor: Safetensors.Tensor) throws(StorageError) -> ByteReader {
    // The header was checked: the range lies inside the file.
    let start = header.dataStart + tensor.range.lowerBound
    return try ByteReader(file, start..<start + tensor.range.count, section: tensor.name)
  }
}
