import Learning
import LinearAlgebra
import Testing

@testable import TokenSpace

/// The gradients of the whole model against central differences, in 64-bit floats.
@Suite struct StairGradientTests {
  /// A tiny model with a batch in which two captions are the same and one is empty.
  struct Case {
    var model: StairModel<Double>
    let batch: StairBatch<Double>

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
        checks[model.parameters[index].name] = try GradientCheck(derived.parameters[index].gradient.values) {
          place, difference in
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

  static let changes: [(name: String, change: @Sendable (inout StairTerms) -> Void)] = [
    (
      "contrastive",
      {
        $0.contrastive = 0.7; $0.scoreScale = 1.3
      }
    ),
    ("image FLOPs", { $0.imageFlops = 0.5 }),
    ("text FLOPs", { $0.textFlops = 0.5 }),
    ("unsaid", { $0.unsaid = 0.4 }),
    ("anti-zero", { $0.antiZero = 30 }),
    (
      "all",
      {
        $0.imageFlops = 0.2; $0.textFlops = 0.1; $0.unsaid = 0.1; $0.antiZero = 2; $0.rowsShare = 0.6
      }
    ),
  ]

  @Test("the gradients of the first stage are those of differences", arguments: 0..<6, [0, 6])
  func grounding(change: Int, hidden: Int) throws {
    let test = try Case(hidden: hidden, textDimension: nil)
    var terms = StairTerms()
    Self.changes[change].change(&terms)
    expectSmall(try test.check(terms, groups: ["image", "table"]))
  }

  @Test("the gradients of the later stages are those of differences", arguments: 0..<6, [false, true])
  func texts(change: Int, expanded: Bool) throws {
    let test = try Case(hidden: 6, textDimension: 4)
    var terms = StairTerms()
    terms.words = expanded ? .expanded : .masked
    terms.rows = expanded ? .expanded : .masked
    terms.trainsText = true
    Self.changes[change].change(&terms)
    expectSmall(try test.check(terms, groups: ["image", "table", "words", "rows"]))
    terms.words = expanded ? .masked : .expanded
    expectSmall(try test.check(terms, groups: ["image", "table", "words", "rows"]))
  }
}
