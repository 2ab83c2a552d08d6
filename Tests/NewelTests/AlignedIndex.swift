import Alignment
import ByteStorage
import LinearAlgebra
import TestSupport

@testable import Newel

/// A small dump, heads and alignments for it, and indexes of them.
struct AlignedIndex {
  let dump: TinyDump
  /// Texts of another space: rows of 5 numbers, one for each picture.
  let texts: Matrix

  init(count: Int = 60) throws {
    dump = try TinyDump(count: count)
    _ = try EncoderModel.train(
      TrainRequest(
        images: dump.dump, metadata: dump.dump, output: dump.path("head"), minimumDocumentFrequency: 1))
    var random = SplitMix64(seed: 31)
    let turn = (0..<5 * TinyDump.dimension).map { _ in Float(random.uniform()) - 0.5 }
    texts = Self.turned(TinyDump.rows(0..<count), by: turn)
    let images = Matrix(rows: count, columns: TinyDump.dimension, values: TinyDump.rows(0..<count))
    let pairs = try PairedRows(images: images, texts: texts)
    let map = try AlignmentMap.fit(.ridgeBothWays(imagePenalty: 0.1, textPenalty: 0.1), to: pairs)
    let bags = (0..<count).map { picture in
      Set(TinyDump.words(of: picture).compactMap { TinyDump.words.firstIndex(of: $0).map { UInt32($0) } }).sorted()
    }
    var targets = SparseTargets()
    for bag in bags { targets.append(bag) }
    let words = try WordSide.ridge(
      WordBags(tokens: TinyDump.words, tokenizer: "word", bags: targets),
      onto: map.coordinates(images, of: .images))
    try map.with(words: words).save(dump.path("both"), fileSystem: PosixFileSystem())
    try map.save(dump.path("texts"), fileSystem: PosixFileSystem())
    try map.with(words: words).with(querySample: map.coordinates(texts, of: .texts))
      .save(dump.path("sampled"), fileSystem: PosixFileSystem())
  }

  private static func turned(_ rows: [Float], by turn: [Float]) -> Matrix {
    let count = rows.count / TinyDump.dimension
    var result = Matrix(rows: count, columns: 5)
    for row in 0..<count {
      for column in 0..<5 {
        for place in 0..<TinyDump.dimension {
          result.values[5 * row + column] +=
            rows[TinyDump.dimension * row + place] * turn[TinyDump.dimension * column + place]
        }
      }
    }
    return result
  }

  @discardableResult
  func build(
    _ name: String, alignment: String? = "both", dense: Bool? = nil, type: BuildRequest.DenseType? = nil,
    source: TinyDump? = nil
  ) throws -> NewelIndex {
    let source = source ?? dump
    var request = BuildRequest(
      index: dump.path(name),
      source: .dense(images: source.dump, metadata: source.dump, head: source === dump ? dump.path("head") : nil),
      keepsDenseRows: dense)
    request.alignment = alignment.map { dump.path($0) }
    request.denseType = type
    _ = try NewelIndex.build(request)
    return try NewelIndex.open(dump.path(name))
  }
}
