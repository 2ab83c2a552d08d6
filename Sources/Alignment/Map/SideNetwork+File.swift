import EmbeddingDumps
import Learning
import LinearAlgebra

/// How the layers of a side stand in an alignment file. `SIDE_layers` in the metadata names them, apart by blanks: `linear`, `relu`,
/// `tanh`, `gelu`, `gated:CHUNKS` or `unit`. `K` is a layer from 0; `in` is the length of its rows, a chunk's for a gated one:
///
/// | tensor | type | shape |
/// |---|---|---|
/// | `SIDE_layer_K_weights` | F32 | out × in, of `linear` |
/// | `SIDE_layer_K_bias` | F32 | out; absent where there is none |
/// | `SIDE_layer_K_norm_gain`, `…_norm_shift` | F32 | in, of `gated` like all that follow |
/// | `SIDE_layer_K_expand_weights`, `…_expand_bias` | F32 | hidden × in; hidden |
/// | `SIDE_layer_K_gate_norm_gain`, `…_gate_norm_shift` | F32 | hidden / 2 |
/// | `SIDE_layer_K_gate_weights`, `…_gate_shifts` | F32 | chunks × chunks; chunks |
/// | `SIDE_layer_K_contract_weights`, `…_contract_bias` | F32 | in × hidden / 2; in |
extension SideNetwork {
  /// What the metadata say about the layers.
  var fileText: String { layers.map(\.fileText).joined(separator: " ") }

  /// The tensors of the layers in the file of a side called `side`.
  func tensors(side: String) -> [(name: String, shape: [Int], values: [Float])] {
    parameters.indices.map { index in
      let (name, values) = (parameters[index].name, parameters[index].values)
      let shape = Self.isVector(name) ? [values.columns] : [values.rows, values.columns]
      return (Self.tensorName(name, side), shape, values.values)
    }
  }

  private static func isVector(_ name: String) -> Bool { !name.hasSuffix("weights") }

  private static func tensorName(_ name: String, _ side: String) -> String {
    side + "_" + String(name.map { $0 == "." || $0 == "-" ? "_" : $0 })
  }

  /// The layers of a side in a file; nil when it names none.
  ///
  /// - Parameter inputs: the length of the side's prepared rows.
  /// - Complexity: the tables of a layer are looked at before anything of their size is made.
  static func read(
    _ file: SafetensorsFile, side: String, inputs: Int
  ) throws(AlignmentError) -> SideNetwork? {
    guard let text = file.header.metadata[side + "_layers"] else { return nil }
    let names = text.split(separator: " ", omittingEmptySubsequences: false)
    guard names.count <= 256 else {
      throw .damagedAlignment(
        source: file.source, section: "metadata", reason: "\(side)_layers names more than 256 layers")
    }
    var layers: [LayerPlan] = []
    var width = inputs
    for (place, name) in names.enumerated() {
      let layer = try Self.layer(String(name), place, width, file, side)
      if case .linear(let outputs, _) = layer { width = outputs }
      layers.append(layer)
    }
    let network = try SideNetwork(inputs: inputs, layers: layers, source: file.source) {
      (name) throws(AlignmentError) in
      let tensor = tensorName(name, side)
      guard isVector(name) else { return try matrix(file, tensor) }
      let values = try reading { () throws(SafetensorsError) in try file.floats(tensor, dimensions: 1).values }
      return Matrix(rows: 1, columns: values.count, values: values)
    }
    let known = Set(network.tensors(side: side).map(\.name))
    let found = file.header.tensors.keys.filter { $0.hasPrefix(tensorPrefix(side)) && !known.contains($0) }
    if let stranger = found.sorted().first {
      throw .damagedAlignment(source: file.source, section: stranger, reason: "no layer has such a tensor")
    }
    return network
  }

  /// How names of the tensors of a side's layers begin.
  static func tensorPrefix(_ side: String) -> String { side + "_layer_" }

  /// One layer, whose tables fit a row of `width` numbers.
  private static func layer(
    _ name: String, _ place: Int, _ width: Int, _ file: SafetensorsFile, _ side: String
  ) throws(AlignmentError) -> LayerPlan {
    func table(_ role: String, _ fits: (Int, Int) -> Bool) throws(AlignmentError) -> Int {
      let tensor = "\(side)_layer_\(place)_\(role)"
      let values = try matrix(file, tensor)
      guard fits(values.rows, values.columns) else {
        throw .damagedAlignment(
          source: file.source, section: tensor,
          reason: "\(values.rows) × \(values.columns) numbers do not fit layer \(place) (\(name)) with rows of \(width)"
        )
      }
      return values.rows
    }
    if let plain = LayerPlan(fileText: name) { return plain }
    if name == "linear" {
      let hasBias = file.header.tensors["\(side)_layer_\(place)_bias"] != nil
      return .linear(outputs: try table("weights") { $0 > 0 && $1 == width }, bias: hasBias ? .zero : .none)
    }
    guard name.hasPrefix("gated:"), let chunks = Int(name.dropFirst(6)), chunks >= 1, width % chunks == 0 else {
      throw .unsupportedAlignment(
        source: file.source, what: "\(side)_layers", found: name,
        supported: "linear, relu, tanh, gelu, unit, and gated:CHUNKS where CHUNKS divides the \(width) numbers of a row"
      )
    }
    let hidden = try table("expand_weights") { $0 > 0 && $0 % 2 == 0 && $1 == width / chunks }
    _ = try table("gate_weights") { $0 == chunks && $1 == chunks }
    _ = try table("contract_weights") { $0 == width / chunks && $1 == hidden / 2 }
    return .gated(hidden: hidden, chunks: chunks)
  }

  private static func matrix(_ file: SafetensorsFile, _ name: String) throws(AlignmentError) -> Matrix {
    try reading { () throws(SafetensorsError) in try file.matrix(name) }
  }
}

extension LayerPlan {
  /// As a file names it.
  fileprivate var fileText: String {
    switch self {
    case .linear: "linear"
    case .relu: "relu"
    case .tanh: "tanh"
    case .gelu: "gelu"
    case .unit: "unit"
    case .gated(_, let chunks): "gated:\(chunks)"
    }
  }

  /// A layer without tables.
  fileprivate init?(fileText: String) {
    switch fileText {
    case "relu": self = .relu
    case "tanh": self = .tanh
    case "gelu": self = .gelu
    case "unit": self = .unit
    default: return nil
    }
  }
}
