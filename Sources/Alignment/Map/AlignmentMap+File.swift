public import ByteStorage
import EmbeddingDumps
import LinearAlgebra

/// An alignment is a safetensors file, so that other programs can read its tensors. `SIDE` is `image` or `text`, `N` a part from 0:
///
/// | tensor | type | shape |
/// |---|---|---|
/// | `part_weights` | F32 | parts |
/// | `SIDE_means`, `SIDE_deviations` | F32 | dimension; where the preparation standardises |
/// | `SIDE_centre` | F32 | dimension; where the preparation centres |
/// | `SIDE_weight_N` | F32 | coordinates × dimension; absent where a part takes the prepared rows as they are |
/// | `SIDE_bias_N` | F32 | coordinates; absent where there is none |
/// | `words_weight` | F32 | words × coordinates of all parts; this and the next two only with words |
/// | `words_bias` | F32 | coordinates of all parts |
/// | `words_vocabulary` | U8 | the words in UTF-8, joined by line feeds |
/// | `query_sample` | F32 | queries × coordinates of all parts; absent where there is none |
///
/// The layers of a side with some (`SIDE_layers` in the metadata) are listed at ``SideNetwork``.
///
/// `__metadata__` holds `format` (`newel-alignment`), `version`, `method`, `SIDE_dimension`, `SIDE_preparation`,
/// `SIDE_activation_N` (`none`, `posteriors` or `strongest:COUNT:POWER`), `words_tokenizer`, `checksum` (as in heads), and
/// `provenance.…` and `validation.…` for people. Everything of `text` is absent in a map made from captions only.
extension AlignmentMap {
  /// The version of the layout, written and read.
  static let version = "1"
  static let formatName = "newel-alignment"

  /// The file as bytes; the same map gives the same bytes.
  public func encoded() -> [UInt8] {
    var metadata = ["format": Self.formatName, "version": Self.version, "method": method]
    for (key, value) in provenance { metadata["provenance." + key] = value }
    for (key, value) in validation { metadata["validation." + key] = value }
    var contents: [(name: String, shape: [Int], values: Safetensors.Values)] = []
    func add(_ name: String, _ values: [Float]) {
      if !values.isEmpty { contents.append((name, [values.count], .f32(values))) }
    }
    add("part_weights", partWeights)
    for side in AlignedSide.allCases {
      guard let maps = self[side] else { continue }
      let name = side.fileName
      metadata[name + "_dimension"] = String(maps.preparation.dimension)
      metadata[name + "_preparation"] = maps.preparation.recipe.rawValue
      add(name + "_means", maps.preparation.means)
      add(name + "_deviations", maps.preparation.deviations)
      add(name + "_centre", maps.preparation.centre)
      if let network = maps.network {
        metadata[name + "_layers"] = network.fileText
        contents += network.tensors(side: name).map { ($0.name, $0.shape, .f32($0.values)) }
      }
      for (number, projection) in maps.projections.enumerated() {
        metadata["\(name)_activation_\(number)"] = projection.activation.text
        if let weights = projection.weights {
          contents.append(("\(name)_weight_\(number)", [weights.rows, weights.columns], .f32(weights.values)))
        }
        add("\(name)_bias_\(number)", projection.bias)
      }
    }
    if let words {
      metadata["words_tokenizer"] = words.tokenizer
      contents.append(("words_weight", [words.table.rows, words.table.columns], .f32(words.table.values)))
      add("words_bias", words.intercept)
      let text = Array(words.tokens.joined(separator: "\n").utf8)
      contents.append(("words_vocabulary", [text.count], .u8(text)))
    }
    if let querySample {
      contents.append(("query_sample", [querySample.rows, querySample.columns], .f32(querySample.values)))
    }
    return Safetensors.encode(metadata: metadata, contents: contents)
  }

  /// Writes an alignment file durably: under a temporary name beside it, then renamed over what was there.
  public func save(_ path: String, fileSystem: any FileSystem) throws(AlignmentError) {
    do {
      try fileSystem.replace(path, with: encoded())
    } catch {
      throw .storage(error)
    }
  }

  /// Reads an alignment file.
  ///
  /// - Throws: ``AlignmentError`` for every damage; never traps.
  public static func load(_ path: String, fileSystem: any FileSystem) throws(AlignmentError) -> AlignmentMap {
    let file: MappedFile
    do {
      file = try fileSystem.map(path)
    } catch {
      throw .storage(error)
    }
    return try AlignmentReader(file).map()
  }

  /// The alignment in the bytes of a file; `source` is what errors name.
  public static func decode(
    _ bytes: [UInt8], source: String = "the alignment"
  ) throws(AlignmentError) -> AlignmentMap {
    try AlignmentReader(MappedFile(copying: bytes, path: source)).map()
  }

  /// Whether a file says of itself that it is an alignment, of whatever version. Its contents are not checked.
  public static func isAlignment(_ path: String, fileSystem: any FileSystem) -> Bool {
    guard let file = try? fileSystem.map(path), let header = try? Safetensors.readHeader(file, source: path) else {
      return false
    }
    return header.metadata["format"] == formatName
  }
}

extension AlignedSide {
  /// How names in a file begin.
  var fileName: String { self == .images ? "image" : "text" }
}

extension Projection.Activation {
  /// As a file names it.
  var text: String {
    switch self {
    case .none: "none"
    case .posteriors: "posteriors"
    case .strongest(let count, let power): "strongest:\(count):\(power)"
    }
  }

  init?(_ text: String) {
    let fields = text.split(separator: ":", omittingEmptySubsequences: false)
    switch (fields.first, fields.count) {
    case ("none", 1): self = .none
    case ("posteriors", 1): self = .posteriors
    case ("strongest", 3):
      guard let count = Int(fields[1]), count >= 1, let power = Float(fields[2]), power > 0, power.isFinite else {
        return nil
      }
      self = .strongest(count: count, power: power)
    default: return nil
    }
  }
}
