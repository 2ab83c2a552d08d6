import Glibc
import Learning
import LinearAlgebra
import Testing

@testable import TokenSpace

/// The gradients of the whole model against central differences, in 64-bit floats.
@Suite struct StairGradientTests {
  /// A tiny model with a batch in which two captions are the same and one is empty.
  struct Case {
    var model: StairModel<Double>
    var batch: StairBatch<Double>

    init(hidden: Int, textDimension: Int?, seed: UInt64 = 5) throws {
      let shape = StairShape(
        imageDimension: 5, textDimension: textDimension, tokens: 11, hidden: hidden, textHidden: 7)
      var random = SplitMix64(seed: seed)
      model = try StairModel(shape: shape, seed: seed, idf: (0..<11).map { Float($0) / 2 })
      for index in model.parameters.indices {
        for place in model.parameters[index].values.values.indices {
          model.parameters[index].values.values[place] += 0.3 * random.normal()
        }
      }
      func matrix(_ rows: Int, _ columns: Int) -> DoubleMatrix {
        DoubleMatrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in random.normal() })
      }
      var captions = SparseTargets()
      for caption: [UInt32] in [[0, 3, 9], [2], [1, 3, 4, 10], [2], [], [0, 5, 6]] { captions.append(caption) }
      batch = StairBatch(
        images: matrix(6, 5), texts: textDimension.map { matrix(6, $0) }, captions: captions,
        falseNegatives: FalseNegatives(pictures: [0, 1, 2, 3, 4, 0], captions: captions))
    }

    /// Compares all gradients of the groups.
    func check(_ terms: StairTerms, groups: Set<String>) throws -> [String: GradientCheck] {
      var derived = model
      _ = try derived.backpropagate(batch, terms)
      var checks: [String: GradientCheck] = [:]
      for index in model.parameters.indices where groups.contains(model.parameters[index].group) {
        var varied = model
        let gradient = derived.parameters[index].gradient.values
        // Enough places of large matrices, the same in every run.
        let places = gradient.indices.filter { gradient.count < 40 || $0 % 3 == 1 }
        checks[model.parameters[index].name] = try GradientCheck(gradient, places: places) { place, difference in
          let value = varied.parameters[index].values.values[place]
          varied.parameters[index].values.values[place] = value + difference
          defer { varied.parameters[index].values.values[place] = value }
          return try varied.backpropagate(batch, terms).total
        }
      }
      return checks
    }
  }

  private func expectSmall(_ checks: [String: GradientCheck], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(!checks.isEmpty)
    for (name, check) in checks {
      #expect(check.relativeError < 1e-6, "\(name): \(check)", sourceLocation: sourceLocation)
      #expect(check.length > 1e-6, "\(name) has no gradient to compare", sourceLocation: sourceLocation)
    }
  }

  static let changes: [String: @Sendable (inout StairTerms) -> Void] = [
    "contrastive": { ($0.contrastive, $0.scoreScale) = (0.7, 1.3) },
    "image FLOPs": { $0.imageFlops = 0.5 },
    "text FLOPs": { $0.textFlops = 0.5 },
    "unsaid": { $0.unsaid = 0.4 },
    "said": { $0.said = 0.6 },
    "anti-zero": { $0.antiZero = 30 },
    "all": {
      ($0.imageFlops, $0.textFlops, $0.unsaid, $0.said) = (0.2, 0.1, 0.1, 0.3)
      ($0.antiZero, $0.rowsShare) = (2, 0.6)
    },
  ]

  @Test("the gradients of the first stage are those of differences", arguments: changes.keys.sorted(), [0, 6])
  func grounding(change: String, hidden: Int) throws {
    let test = try Case(hidden: hidden, textDimension: nil)
    var terms = StairTerms()
    Self.changes[change]?(&terms)
    expectSmall(try test.check(terms, groups: ["image", "table"]))
  }

  @Test(
    "the gradients of the later stages are those of differences", arguments: ["contrastive", "text FLOPs", "all"],
    [false, true])
  func texts(change: String, expanded: Bool) throws {
    let test = try Case(hidden: 6, textDimension: 4)
    var terms = StairTerms()
    terms.words = expanded ? .expanded : .masked
    terms.rows = expanded ? .expanded : .masked
    terms.trainsText = true
    Self.changes[change]?(&terms)
    expectSmall(try test.check(terms, groups: ["image", "table", "words", "rows"]))
    terms.words = expanded ? .masked : .expanded
    expectSmall(try test.check(terms, groups: ["image", "words", "rows"]))
  }

  @Test("the gradient of the gated loss is that of differences where its targets are constant")
  func gate() throws {
    // Captions of one token have the target 1, whatever the model says.
    var test = try Case(hidden: 6, textDimension: nil)
    var captions = SparseTargets()
    for token: UInt32 in [0, 3, 9, 3, 10, 5] { captions.append([token]) }
    test.batch.captions = captions
    var terms = StairTerms()
    (terms.contrastive, terms.gate, terms.trainsTable) = (0.1, 0.8, false)
    expectSmall(try test.check(terms, groups: ["image"]))
  }

  @Test("the targets of the gated loss are in proportion to picture and text, and constants")
  func gateTargets() throws {
    var captions = SparseTargets()
    captions.append([0, 2])
    var own = OwnTokens<Double>()
    own.read(
      captions, logits: DoubleMatrix(rows: 1, columns: 3, values: [1, -1, 2]),
      weights: DoubleMatrix(rows: 1, columns: 3, values: [0.5, 0, 1]))
    own.setGate(texts: [2, 1], rowSums: [1.5], tokens: 3)
    // (0.5 + 0.5) * 2 and (1 + 0.5) * 1, of 3.5.
    let (first, second) = (2 / 3.5, 1.5 / 3.5)
    let loss = first * log1p(exp(-1)) + second * log1p(exp(-2))
    #expect(abs(own.gateLoss() - loss) < 1e-12)
    let gradient = own.gateGradient(2)
    #expect(abs(gradient[0] + 2 * first / (1 + exp(1))) < 1e-12)
    #expect(abs(gradient[1] + 2 * second / (1 + exp(2))) < 1e-12)
  }

  @Test("what does not learn keeps its gradients")
  func frozen() throws {
    let test = try Case(hidden: 6, textDimension: 4)
    for (trains, terms) in [
      (["image"], { (t: inout StairTerms) in t.trainsTable = false }),
      (["table"], { (t: inout StairTerms) in t.trainsImage = false }),
      (
        ["words", "table", "rows"],
        { (t: inout StairTerms) in
          (t.words, t.rows, t.trainsImage, t.trainsText) = (.expanded, .masked, false, true)
        }
      ),
    ] {
      var model = test.model
      var changed = StairTerms()
      terms(&changed)
      (changed.gate, changed.said, changed.unsaid, changed.imageFlops) = (1, 1, 1, 1)
      _ = try model.backpropagate(test.batch, changed)
      for index in model.parameters.indices {
        let learned = model.parameters[index].gradient.values.contains { $0 != 0 }
        #expect(learned == trains.contains(model.parameters[index].group), "\(model.parameters[index].name)")
      }
    }
  }
}
