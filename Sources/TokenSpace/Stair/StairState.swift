import EmbeddingDumps

/// Where a training stands, besides the parameters of its model: all that a resumed one needs to go on alike.
struct StairState: Sendable, Equatable {
  /// The running stage, from 0; equal to the number of stages at the end.
  var stage = 0
  /// The running epoch of the stage.
  var epoch = 0
  /// The next step of the epoch.
  var step = 0
  /// Steps done, over all stages.
  var stepsDone = 0
  /// The best score of a validation of this stage; nil before the first that counts.
  var bestScore: Double?
  /// What the best state of the stage reached.
  var bestQuality: ServingQuality?
  /// Validations since the best one.
  var sinceBest = 0
  /// How often the bias of a dead token was raised.
  var revivals = 0
  /// In how many steps of the running epoch each token was active.
  var activity: [Int] = []
  /// The losses since the last point of the curve: their number, the sums of all terms and of the contrastive one.
  var pending = (count: 0, total: 0.0, contrastive: 0.0)
  var history = StairHistory()

  /// The state as JSON, numbers exact.
  var json: JSONObject {
    func list(_ numbers: [Double]) -> JSONValue { .array(numbers.map { .number($0) }) }
    return JSONObject([
      ("place", list([stage, epoch, step, stepsDone, sinceBest, revivals].map { Double($0) })),
      ("activity", .array(activity.map { .integer(Int64($0)) })),
      ("pending", list([Double(pending.count), pending.total, pending.contrastive])),
      ("best", list(bestScore.map { [$0] + (bestQuality?.numbers ?? []) } ?? [])),
      ("losses", list(history.losses.flatMap { [Double($0.step), $0.total, $0.contrastive] })),
      ("validations", list(history.validations.flatMap { [Double($0.step)] + $0.quality.numbers })),
      ("ends", list(history.stageEnds.map { Double($0) })),
    ])
  }

  init() {}

  /// The state in the JSON that ``json`` gives; nil for any other.
  init?(_ json: JSONObject) {
    func list(_ name: String) -> [Double]? {
      guard let values = json[name]?.arrayValue else { return nil }
      let numbers = values.compactMap(\.doubleValue)
      return numbers.count == values.count ? numbers : nil
    }
    guard let place = list("place"), place.count == 6, let activity = list("activity"), let pending = list("pending"),
      pending.count == 3, let best = list("best"), let losses = list("losses"), losses.count.isMultiple(of: 3),
      let validations = list("validations"), let ends = list("ends")
    else { return nil }
    let counts = (place + activity + [pending[0]] + ends).map { Int(exactly: $0) ?? -1 }
    guard counts.allSatisfy({ (0..<1 << 52).contains($0) }) else { return nil }
    (stage, epoch, step) = (counts[0], counts[1], counts[2])
    (stepsDone, sinceBest, revivals) = (counts[3], counts[4], counts[5])
    self.activity = Array(counts[6..<6 + activity.count])
    self.pending = (counts[6 + activity.count], pending[1], pending[2])
    history.stageEnds = Array(counts[(7 + activity.count)...])
    if let first = best.first {
      bestScore = first
      if best.count > 1 {
        guard let quality = ServingQuality(best[1...]) else { return nil }
        bestQuality = quality
      }
    }
    for start in stride(from: 0, to: losses.count, by: 3) {
      guard let step = Int(exactly: losses[start]) else { return nil }
      history.losses.append(.init(step: step, total: losses[start + 1], contrastive: losses[start + 2]))
    }
    let width = 1 + ServingQuality.numberCount
    guard validations.count.isMultiple(of: width) else { return nil }
    for start in stride(from: 0, to: validations.count, by: width) {
      guard let step = Int(exactly: validations[start]),
        let quality = ServingQuality(validations[start + 1..<start + width])
      else { return nil }
      history.validations.append(.init(step: step, quality: quality))
    }
  }

  static func == (left: StairState, right: StairState) -> Bool { left.json == right.json }
}

extension ServingQuality {
  static let numberCount = 14

  /// All of it as numbers; -1 stands for a recall with expansions that there is not.
  var numbers: [Double] {
    [textToImage, imageToText].flatMap { [$0.at1, $0.at5, $0.at10] }
      + (expanded.map { [$0.at1, $0.at5, $0.at10] } ?? [-1, -1, -1])
      + [precision, meanTokens, largestFrequency, Double(pictures), Double(captions)]
  }

  init?(_ numbers: ArraySlice<Double>) {
    let values = Array(numbers)
    guard values.count == Self.numberCount, let pictures = Int(exactly: values[12]),
      let captions = Int(exactly: values[13])
    else { return nil }
    textToImage = Recall(at1: values[0], at5: values[1], at10: values[2])
    imageToText = Recall(at1: values[3], at5: values[4], at10: values[5])
    if values[6] >= 0 { expanded = Recall(at1: values[6], at5: values[7], at10: values[8]) }
    (precision, meanTokens, largestFrequency) = (values[9], values[10], values[11])
    (self.pictures, self.captions) = (pictures, captions)
  }
}
