internal import ByteStorage
internal import LinearAlgebra
internal import TokenSpace

/// A head: what turns an embedding into weighted words.
public struct EncoderModel: Sendable {
  let head: TokenHead

  /// How it was trained.
  public var method: String { head.method }
  /// Dimensions of the embeddings it reads.
  public var dimension: Int { head.dimension }
  public var vocabularyCount: Int { head.vocabulary.count }
  /// How it was made: rows, files, settings.
  public var provenance: [String: String] { head.provenance }

  /// Reads a head file.
  ///
  /// - Throws: ``NewelError`` naming what is wrong with the file.
  public static func load(_ path: String) throws(NewelError) -> EncoderModel {
    do { return EncoderModel(head: try TokenHead.load(path, fileSystem: PosixFileSystem())) } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// The strongest tokens of an embedding, heaviest first.
  ///
  /// - Parameter embedding: ``dimension`` finite numbers.
  public func tokens(of embedding: [Float], top: Int? = nil) throws(NewelError) -> [(token: String, weight: Float)] {
    do {
      let encoded = try head.encode(
        Matrix(rows: 1, columns: embedding.count, values: embedding), top: top ?? head.defaultTop)
      return (encoded.first ?? []).map { (token: head.vocabulary.tokens[Int($0.token)], weight: $0.weight) }
    } catch {
      throw NewelError(wrapping: error)
    }
  }
}
