import Evaluation

/// The words of the pictures: what they cost, how they are spread, and whether people say them.
struct WordsReport: Encodable {
  let pictures: Int
  /// Pictures without a token.
  let emptyPictures: Int
  let tokensPerPicture: Double
  let tokensPerQuery: Double
  /// Tokens that a query and a picture share, the mean over all pairs: FLOPs.
  let sharedTokensPerPair: Double
  let usedTokens: Int
  let vocabularyCount: Int
  let mostFrequentShare: Double
  /// The share that 99 of 100 used tokens do not exceed.
  let share99: Double
  let gini: Double
  /// Tokens in more than 30 % of the pictures, at most 20.
  let alarms: [Share]
  let alarmCount: Int
  let captions: Captions?
  let classes: Classes?

  struct Share: Encodable {
    let token: String
    let share: Double
  }

  /// The strongest tokens against the picture's captions.
  struct Captions: Encodable {
    let pictures: Int
    let precisionAt1: Double
    let precisionAt5: Double
    let precisionAt10: Double
    /// The same tokens against the captions of another picture.
    let controlAt1: Double
    let controlAt5: Double
    let controlAt10: Double
    /// The share of a caption's words that are among all tokens of the picture.
    let wordsFound: Double
  }

  /// The words of the picture's class among its strongest tokens.
  struct Classes: Encodable {
    let field: String
    let pictures: Int
    /// Pictures whose class has no word in the vocabulary; they count as failures.
    let unnamed: Int
    let anyAt1: Double
    let anyAt5: Double
    let anyAt10: Double
    let anyAt20: Double
    let allAt1: Double
    let allAt5: Double
    let allAt10: Double
    let allAt20: Double
  }

  /// - Parameters:
  ///   - name: the name of a token by its number.
  ///   - queryTokens: tokens of all queries.
  init(
    _ words: WordEvaluator, pictures: Int, emptyPictures: Int, vocabularyCount: Int, classField: String?,
    queryTokens: Int, queries: Int, frequencies: [Int], name: (Int) -> String
  ) {
    self.pictures = pictures
    self.emptyPictures = emptyPictures
    self.vocabularyCount = vocabularyCount
    let skew = words.skew
    tokensPerPicture = skew.meanNonZeros
    tokensPerQuery = Double(queryTokens) / Double(max(1, queries))
    sharedTokensPerPair = words.coactiveTokens
    usedTokens = skew.usedCount
    mostFrequentShare = skew.maximumShare
    share99 = skew.share99
    gini = skew.gini
    alarmCount = skew.alarms.count
    alarms = skew.alarms.prefix(20).map {
      Share(token: name($0), share: Double(frequencies[$0]) / Double(max(1, pictures)))
    }
    captions = words.precision.map {
      Captions(
        pictures: $0.pictureCount, precisionAt1: $0.precision(0), precisionAt5: $0.precision(1),
        precisionAt10: $0.precision(2), controlAt1: $0.control(0), controlAt5: $0.control(1),
        controlAt10: $0.control(2), wordsFound: $0.captionRecall)
    }
    classes = words.classes.map {
      Classes(
        field: classField ?? "", pictures: $0.pictureCount, unnamed: $0.unnamedCount, anyAt1: $0.any(0),
        anyAt5: $0.any(1), anyAt10: $0.any(2), anyAt20: $0.any(3), allAt1: $0.all(0), allAt5: $0.all(1),
        allAt10: $0.all(2), allAt20: $0.all(3))
    }
  }

  func show() {
    Console.print("")
    Console.print(
      "tokens: \(one(tokensPerPicture)) per picture, \(one(tokensPerQuery)) per query, "
        + "\(NumberText.fixed(sharedTokensPerPair, decimals: 2)) shared by a pair (FLOPs); "
        + "\(NumberText.grouped(usedTokens)) of \(NumberText.grouped(vocabularyCount)) used")
    Console.print(
      "share of the pictures that a token is in: at most \(percent(mostFrequentShare)), 99 of 100 tokens at most "
        + "\(percent(share99)); Gini \(NumberText.fixed(gini, decimals: 2))")
    if alarmCount > 0 {
      let named = alarms.prefix(8).map { "\($0.token) \(percent($0.share))" }.joined(separator: ", ")
      let rest = alarmCount > 8 ? " and \(alarmCount - 8) more" : ""
      Console.print("alarm: in more than 30 % of the pictures: \(named)\(rest)")
    }
    if emptyPictures > 0 {
      Console.print("\(Console.count(emptyPictures, "picture has", "pictures have")) no token: nothing finds them")
    }
    if let captions { show(captions) }
    if let classes { show(classes) }
  }

  private func show(_ captions: Captions) {
    Console.print("")
    var table = TextTable([
      .init("strongest tokens that"), .init("of 1", .right), .init("of 5", .right), .init("of 10", .right),
    ])
    func row(_ name: String, _ values: Double...) {
      table.append([name] + values.map { NumberText.percent($0) })
    }
    row("its own captions hold", captions.precisionAt1, captions.precisionAt5, captions.precisionAt10)
    row("another picture's hold", captions.controlAt1, captions.controlAt5, captions.controlAt10)
    Console.print(table)
    Console.print(
      "\(percent(captions.wordsFound)) of a caption's words are among the picture's tokens "
        + "(\(Console.count(captions.pictures, "picture")) with captions, stop words left out)")
  }

  private func show(_ classes: Classes) {
    Console.print("")
    var table = TextTable([
      .init("'\(classes.field)' among the strongest"), .init("1", .right), .init("5", .right), .init("10", .right),
      .init("20", .right),
    ])
    func row(_ name: String, _ values: Double...) {
      table.append([name] + values.map { NumberText.percent($0) })
    }
    row("any word of it", classes.anyAt1, classes.anyAt5, classes.anyAt10, classes.anyAt20)
    row("all words of it", classes.allAt1, classes.allAt5, classes.allAt10, classes.allAt20)
    Console.print(table)
    if classes.unnamed > 0 {
      Console.print(
        "\(Console.count(classes.unnamed, "picture has", "pictures have")) a class of which the vocabulary has no word; "
          + "counted as failures")
    }
  }

  private func one(_ value: Double) -> String { NumberText.fixed(value, decimals: 1) }

  private func percent(_ share: Double) -> String { NumberText.percent(share) + " %" }
}
