import ByteStorage
import EmbeddingDumps
import Foundation
import LinearAlgebra
import Testing

@testable import TokenSpace

@Suite struct StairTrainingTests {
  /// Small and quick, and enough for the toy collection.
  private static func options(_ change: (inout StairOptions) throws -> Void = { _ in }) rethrows -> StairOptions {
    var options = StairOptions()
    options.hidden = 16
    options.textHidden = 8
    options.batchSize = 40
    options.epochs = 20
    options.textEpochs = 3
    options.jointEpochs = 3
    options.learningRate = 5e-3
    options.flops = 0.002
    options.noise = 0.2
    options.expansions = 4
    try change(&options)
    return options
  }

  private static func dump(count: Int = 200, seed: UInt64 = 1) throws -> TemporaryDump {
    let toy = ToyCollection(count: count, seed: seed)
    let dump = try TemporaryDump()
    try dump.write(toy.rows, toy.lines)
    return dump
  }

  @Test("Pictures say the words of their captions, and find them")
  func strongestTokens() throws {
    let dump = try Self.dump()
    let (head, report) = try StairTraining.train(dump.open(), options: Self.options())
    #expect(Set(head.vocabulary.tokens) == Set(ToyCollection.words))
    #expect(report.rows + report.validationRows == 200 && (10...40).contains(report.validationRows))
    let unseen = ToyCollection(count: 100, seed: 2)
    var right = 0
    for (vector, caption) in zip(try head.encode(unseen.rows, top: 3), unseen.captions) {
      let words = Set(vector.map { head.vocabulary.tokens[Int($0.token)] })
      right += words.intersection(Tokenizer.word.tokens(in: caption)).count
    }
    #expect(right >= 270, "\(right) of 300 tokens")
    let quality = try #require(report.quality)
    #expect(quality.precision > 0.5 && quality.textToImage.at10 > 0.5 && quality.expanded != nil)
    #expect(head.expansions?.count == head.vocabulary.count)
    #expect(head.method == "stair" && head.provenance["seed"] == "1" && report.history.stageEnds.count == 3)
    // What the head says of itself is what it gives.
    let again = try TokenHead.decode(head.encoded())
    #expect(again.encoded() == head.encoded())
  }

  @Test("The same seed gives the same bytes, another seed others")
  func determinism() throws {
    let dump = try Self.dump(count: 90)
    func bytes(seed: UInt64) throws -> [UInt8] {
      try StairTraining.train(
        dump.open(),
        options: Self.options {
          $0.seed = seed
          $0.epochs = 3
        }
      ).head.encoded()
    }
    let first = try bytes(seed: 1)
    #expect(try bytes(seed: 1) == first)
    #expect(try bytes(seed: 2) != first)
  }

  @Test("A training stopped anywhere and resumed gives the bytes of one that was not", arguments: [1, 9, 17, 25, 28])
  func resuming(stop: Int) throws {
    let dump = try Self.dump(count: 120)
    let options = Self.options {
      $0.epochs = 5
      $0.textEpochs = 2
      $0.jointEpochs = 2
    }
    let whole = try StairTraining.train(dump.open(), options: options)
    let checkpoint = StairCheckpoint(dump.folder + "/half", fileSystem: PosixFileSystem())
    var calls = 0
    #expect(throws: TokenSpaceError.stair(.stopped(checkpoint: checkpoint.path))) {
      try StairTraining.train(dump.open(), options: options, checkpoint: checkpoint) { progress in
        if StairStage.training.contains(progress.stage) { calls += 1 }
        return calls <= stop
      }
    }
    #expect(StairCheckpoint.isCheckpoint(checkpoint.path, fileSystem: PosixFileSystem()))
    let resumed = try StairTraining.train(dump.open(), options: options, resuming: checkpoint)
    let isSame = resumed.head.encoded() == whole.head.encoded()
    let isSameCourse = resumed.report.history == whole.report.history
    #expect(isSame && isSameCourse)
  }

  @Test("A checkpoint of other settings, other data or damaged bytes is refused in words")
  func foreignCheckpoints() throws {
    let dump = try Self.dump(count: 80)
    let options = Self.options { $0.epochs = 2 }
    let path = dump.folder + "/half"
    let checkpoint = StairCheckpoint(path, fileSystem: PosixFileSystem())
    _ = try StairTraining.train(dump.open(), options: options, checkpoint: checkpoint, savesEveryEpoch: true)
    #expect(
      throws: TokenSpaceError.stair(
        .otherTraining(path: path, what: "noise", expected: "0.3", found: "0.2"))
    ) {
      let other = Self.options {
        $0.epochs = 2
        $0.noise = 0.3
      }
      try StairTraining.train(dump.open(), options: other, resuming: checkpoint)
    }
    let stranger = try Self.dump(count: 80, seed: 5)
    #expect(throws: TokenSpaceError.self) {
      try StairTraining.train(stranger.open(), options: options, resuming: checkpoint)
    }
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var random = SplitMix64(seed: 4)
    for attempt in 0..<40 {
      var damaged = bytes
      if attempt % 2 == 0 {
        damaged[random.below(bytes.count)] ^= UInt8(1 << random.below(8))
      } else {
        damaged.removeLast(1 + random.below(bytes.count))
      }
      try Data(damaged).write(to: URL(fileURLWithPath: path))
      #expect(throws: TokenSpaceError.self) {
        try StairTraining.train(dump.open(), options: options, resuming: checkpoint)
      }
    }
  }

  @Test("Text rows teach a text side, and must be as many as the pictures")
  func textRows() throws {
    let dump = try Self.dump(count: 120)
    let texts = try TemporaryDump()
    try texts.write(ToyCollection(count: 120, dimension: 9, seed: 1).rows, ToyCollection(count: 120).lines)
    let options = Self.options {
      $0.epochs = 12
      $0.textEpochs = 12
    }
    let (head, _) = try StairTraining.train(dump.open(), texts: texts.open(), options: options)
    #expect(head.textDimension == 9)
    let vectors = try head.encodeText(ToyCollection(count: 20, dimension: 9, seed: 1).rows, top: 3)
    #expect(vectors.allSatisfy { !$0.isEmpty })
    let first = Self.options {
      $0.epochs = 2
      $0.stages = 1
    }
    let untaught = try StairTraining.train(dump.open(), texts: texts.open(), options: first).0
    #expect(untaught.textDimension == nil, "the first stage teaches texts nothing")
    let fewer = try TemporaryDump()
    try fewer.write(ToyCollection(count: 119, dimension: 9).rows, ToyCollection(count: 119).lines)
    #expect(throws: TokenSpaceError.stair(.textRows(images: 120, texts: 119))) {
      try StairTraining.train(dump.open(), texts: fewer.open(), options: options)
    }
  }

  @Test("Input that nothing can be learned from is refused in words")
  func badInput() throws {
    let toy = ToyCollection(count: 40)
    func attempt(
      rows: Matrix? = nil, lines: [String]? = nil, _ change: (inout StairOptions) throws -> Void = { _ in }
    ) throws {
      let dump = try TemporaryDump()
      try dump.write(rows ?? toy.rows, lines ?? toy.lines)
      _ = try StairTraining.train(dump.open(), options: try Self.options(change))
    }
    let same = Array(repeating: "{\"caption\": \"red circle\"}", count: 40)
    #expect(throws: TokenSpaceError.stair(.identicalCaptions(rows: 40, tokens: 2))) { try attempt(lines: same) }
    #expect(throws: TokenSpaceError.noCaptions(field: "caption", fields: ["title"])) {
      try attempt(lines: Array(repeating: "{\"title\": \"red\"}", count: 40))
    }
    var damaged = toy.rows
    damaged[17, 3] = .nan
    #expect {
      try attempt(rows: damaged)
    } throws: { error in
      guard case .dump(.notFinite(let path, 17, 3))? = error as? TokenSpaceError else { return false }
      return path.hasSuffix("img_emb_0.npy")
    }
    #expect {
      try attempt { $0.memoryLimit = 10_000 }
    } throws: { error in
      guard case .stair(.memory(let needed, 10_000, 8, 40, 16))? = error as? TokenSpaceError else { return false }
      return needed > 10_000
    }
    #expect(throws: TokenSpaceError.self) { try attempt { $0.noise = -1 } }
    #expect(throws: TokenSpaceError.self) { try attempt { $0.stages = 4 } }
    #expect(throws: TokenSpaceError.noKnownToken(vocabulary: 1)) {
      try attempt { $0.vocabulary = .words(try Vocabulary(["zebra"])) }
    }
  }

  @Test("A rate far too high ends in a sentence, not in a head of nothing")
  func divergence() throws {
    let dump = try Self.dump(count: 60)
    let options = Self.options {
      $0.learningRate = 1
      $0.tableLearningRate = 1
      $0.flops = 1000
      $0.unsaid = 1000
      $0.gate = 0
      $0.noise = 10
    }
    #expect {
      try StairTraining.train(dump.open(), options: options)
    } throws: { error in
      switch error as? TokenSpaceError {
      case .stair(.diverged)?, .stair(.collapsed)?: true
      default: false
      }
    }
  }

  @Test("Rows held out by a filter are validated on and never trained on")
  func heldOut() throws {
    let dump = try Self.dump(count: 100)
    let options = try Self.options {
      $0.epochs = 2
      $0.validationFilter = try MetadataFilter(parsing: ["part=1"])
    }
    let (_, report) = try StairTraining.train(dump.open(), options: options)
    #expect(report.rows == 50 && report.validationRows == 50 && report.quality?.pictures == 50)
    #expect(report.history.validations.count >= 6)
  }
}
