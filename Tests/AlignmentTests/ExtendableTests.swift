import ByteStorage
import Evaluation
import LinearAlgebra
import Testing

@testable import Alignment

/// Classes that were trained on and classes that were not, on the pairs of Rasiwasia and others (2010).
@Suite(.serialized, .enabled(if: Surroundings.data != nil, "needs NEWEL_DATA")) struct ExtendableTests {
  private struct Collection {
    let images: (train: Matrix, test: Matrix)
    let texts: (train: Matrix, test: Matrix)
    let classes: (train: [Int], test: [Int])
    let splits = ClassSplit.circular(Array(1...10), seen: 5, stride: 2, count: 5)

    init() throws {
      images = try (Surroundings.rows("wikipedia/image_train.npy"), Surroundings.rows("wikipedia/image_test.npy"))
      texts = try (Surroundings.rows("wikipedia/text_train.npy"), Surroundings.rows("wikipedia/text_test.npy"))
      classes = try (
        Surroundings.labels("wikipedia/label_train.npy"), Surroundings.labels("wikipedia/label_test.npy")
      )
    }

    /// The pairs and classes that a split trains on.
    func training(_ split: ClassSplit) throws -> (PairedRows, ClassLabels) {
      let seen = split.rows(of: .seen, in: classes.train)
      return (
        try PairedRows(images: images.train.gathered(seen), texts: texts.train.gathered(seen)),
        try ClassLabels(seen.map { classes.train[$0] })
      )
    }

    /// The mean over both directions and all splits, of rows that `coordinates` gives.
    func precisions(
      _ coordinates: (Int, ClassSplit) throws -> (
        images: (train: Matrix, test: Matrix), texts: (train: Matrix, test: Matrix)
      )
    ) throws -> Precisions {
      var found = Precisions()
      for (number, split) in splits.enumerated() {
        let (images, texts) = try coordinates(number, split)
        func add(_ group: ClassSplit.Group, _ queries: Matrix, _ items: Matrix, _ itemClasses: [Int]) throws -> Double {
          try split.precision(of: group, queryClasses: classes.test, itemClasses: itemClasses) {
            try scoreTable(queries.gathered($0), items.gathered($1))
          } / Double(splits.count)
        }
        for group in ClassSplit.Group.allCases {
          found.images[group, default: 0] += try add(group, images.test, texts.train, classes.train)
          found.texts[group, default: 0] += try add(group, texts.test, images.train, classes.train)
          found.testGallery[group, default: 0] +=
            try (add(group, images.test, texts.test, classes.test) + add(group, texts.test, images.test, classes.test))
            / 2
        }
      }
      return found
    }

    func precisions(of fit: (PairedRows, ClassLabels) throws -> AlignmentMap) throws -> Precisions {
      try precisions { _, split in
        let (pairs, labels) = try training(split)
        let map = try fit(pairs, labels)
        return (
          (try map.coordinates(images.train, of: .images), try map.coordinates(images.test, of: .images)),
          (try map.coordinates(texts.train, of: .texts), try map.coordinates(texts.test, of: .texts))
        )
      }
    }
  }

  /// Of queries among the test rows.
  private struct Precisions: CustomStringConvertible {
    /// Of image queries and of text queries, over the training rows of the group.
    var images: [ClassSplit.Group: Double] = [:]
    var texts: [ClassSplit.Group: Double] = [:]
    /// The mean of both over the test rows of the group.
    var testGallery: [ClassSplit.Group: Double] = [:]

    func mean(_ group: ClassSplit.Group) -> Double { ((images[group] ?? 0) + (texts[group] ?? 0)) / 2 }

    var description: String {
      ClassSplit.Group.allCases.map { group in
        func text(_ value: Double?) -> String { "\(((value ?? 0) * 1000).rounded() / 1000)" }
        return "\(group): i2t \(text(images[group])), t2i \(text(texts[group])), mean \(text(mean(group))), "
          + "test gallery \(text(testGallery[group]))"
      }.joined(separator: "; ")
    }
  }

  @Test(
    "Deep semantic matching has its published precision on seen and on unseen classes",
    .enabled(if: Surroundings.has("deep_sm/img_feat1.npy"), "needs deep_sm in NEWEL_DATA"))
  func deepSemanticMatching() throws {
    let data = try Collection()
    let count = data.classes.train.count
    let found = try data.precisions { number, _ in
      let images = try Surroundings.rows("deep_sm/img_feat\(number + 1).npy")
      let texts = try Surroundings.rows("deep_sm/txt_feat\(number + 1).npy")
      try #require(images.rows == count + data.classes.test.count && texts.rows == images.rows)
      func parts(_ rows: Matrix) -> (train: Matrix, test: Matrix) {
        (rows.gathered(Array(0..<count)), rows.gathered(Array(count..<rows.rows)))
      }
      return (parts(images), parts(texts))
    }
    func expect(_ group: ClassSplit.Group, _ images: Double, _ texts: Double) {
      #expect(abs((found.images[group] ?? 0) - images) < 0.003 && abs((found.texts[group] ?? 0) - texts) < 0.003)
    }
    expect(.seen, 0.669, 0.874)
    expect(.unseen, 0.267, 0.260)
  }

  /// Figures of reference programs: of the training gallery for both groups, then of the test gallery.
  @Test(
    "Closed-form maps reach the reference values on classes that they saw and on others",
    .enabled(if: Surroundings.isRelease, "needs a release build"))
  func closedForms() throws {
    let data = try Collection()
    func expect(
      _ method: AlignmentMethod, _ recipe: Preparation.Recipe, _ seen: Double, _ unseen: Double, _ seenTest: Double,
      _ unseenTest: Double
    ) throws {
      let found = try data.precisions { try AlignmentMap.fit(method, to: $0, labels: $1, recipe: recipe) }
      print("wikipedia, 5 splits: \(method): \(found)")
      let differences = [
        found.mean(.seen) - seen, found.mean(.unseen) - unseen, (found.testGallery[.seen] ?? 0) - seenTest,
        (found.testGallery[.unseen] ?? 0) - unseenTest,
      ]
      #expect(differences.allSatisfy { abs($0) < 0.002 }, "\(method): \(found)")
    }
    try expect(.procrustes(from: .texts), .standardisedUnitCentred, 0.357, 0.305, 0.361, 0.317)
    let canonical = AlignmentMethod.correlation(regularisation: 0.1, rank: 7)
    try expect(canonical, .standardised, 0.394, 0.284, 0.375, 0.296)
    try expect(.ridge(from: .images, penalty: 1000), .standardised, 0.398, 0.305, 0.394, 0.319)
    try expect(.semantic(strength: 0.1), .standardised, 0.482, 0.264, 0.406, 0.273)
  }

  @Test(
    "Adversarial encoders know the classes they saw, and find something of others",
    .enabled(if: Surroundings.isRelease, "needs a release build"))
  func adversarial() throws {
    let data = try Collection()
    var random = SplitMix64(seed: 5)
    func unrelated() -> (train: Matrix, test: Matrix) {
      (noise(data.classes.train.count, 16, &random), noise(data.classes.test.count, 16, &random))
    }
    let chance = try data.precisions { _, _ in (unrelated(), unrelated()) }
    let found = try data.precisions { try AlignmentMap.trainMASLN($0, labels: $1) }
    print("wikipedia, 5 splits: chance: \(chance)\nwikipedia, 5 splits: masln: \(found)")
    #expect(abs(chance.mean(.seen) - 0.22) < 0.005 && abs(chance.mean(.unseen) - 0.22) < 0.005)
    #expect(found.mean(.seen) >= 0.55 && found.mean(.unseen) >= 0.25)
    // What the training gallery rewards is in part what was learned by heart.
    #expect((found.testGallery[.seen] ?? 1) < found.mean(.seen) - 0.1)
  }

  @Test(
    "A few epochs on one split are far above chance for classes that were seen, and above it for others"
  )
  func oneSplit() throws {
    let data = try Collection()
    let split = data.splits[0]
    let (pairs, labels) = try data.training(split)
    var options = MASLNOptions()
    options.epochs = 6
    let map = try AlignmentMap.trainMASLN(pairs, labels: labels, options: options)
    let images = try map.coordinates(data.images.test, of: .images)
    let texts = try map.coordinates(data.texts.test, of: .texts)
    func precision(_ group: ClassSplit.Group, _ images: Matrix, _ texts: Matrix) throws -> Double {
      try split.precision(of: group, queryClasses: data.classes.test, itemClasses: data.classes.test) {
        try scoreTable(images.gathered($0), texts.gathered($1))
      }
    }
    var random = SplitMix64(seed: 6)
    let (a, b) = (noise(images.rows, 16, &random), noise(texts.rows, 16, &random))
    let (seen, unseen) = (try precision(.seen, images, texts), try precision(.unseen, images, texts))
    let chance = (seen: try precision(.seen, a, b), unseen: try precision(.unseen, a, b))
    #expect(seen > chance.seen + 0.12 && unseen > chance.unseen + 0.02, "\(seen) \(unseen), chance \(chance)")
  }

  @Test("On held-out pairs the sides are told apart, and no longer when the reversal alone is on")
  func reversal() throws {
    let data = try Collection()
    let (pairs, labels) = try data.training(data.splits[0])
    let test = try PairedRows(images: data.images.test, texts: data.texts.test)
    func accuracy(_ strength: Double) throws -> Double {
      var options = MASLNOptions()
      (options.classWeight, options.reconstructionWeight, options.correlationWeight) = (0, 0, 0)
      (options.adversarialWeight, options.discriminatorRateFactor) = (1, 10)
      var training = try AdversarialTraining(pairs, labels, embeddings: nil, options: options)
      var sum = 0.0
      for epoch in 0..<8 {
        _ = try training.epoch(reversal: strength)
        if epoch >= 4 { sum += try training.sideAccuracy(test) / 4 }
      }
      return sum
    }
    let (without, with) = (try accuracy(0), try accuracy(1))
    print("wikipedia: held-out sides told apart: \(without) without the reversal, \(with) with it")
    #expect(without > 0.9 && abs(with - 0.5) < 0.15, "\(without), \(with)")
  }
}
