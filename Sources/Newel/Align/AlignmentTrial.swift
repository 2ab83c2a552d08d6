internal import Alignment
internal import LinearAlgebra

/// Held-out pictures, texts and captions in the coordinates of a map.
struct AlignmentTrial {
  let images: Matrix
  /// The picture of each row of ``texts``.
  let pictures: [Int]
  let texts: Matrix?
  /// The class of each picture; nil without.
  let labels: [String]?
  /// Coordinates of the captions' words, and the picture of each; captions without a known word are not there.
  let words: (rows: Matrix, pictures: [Int])?

  init(_ map: AlignmentMap, _ pairs: PairCollection) throws {
    do {
      images = try map.coordinates(pairs.images, of: .images)
      texts = try map.texts == nil ? nil : pairs.texts.map { try map.coordinates($0, of: .texts) }
    } catch let error as AlignmentError {
      throw pairs.located(error, readPicturesOnce: true)
    }
    pictures = pairs.pictures
    labels = pairs.labels
    words = map.words == nil ? nil : pairs.captions.map { Self.words(of: $0, pairs.pictures, map) }
  }

  static func words(
    of captions: [Set<String>], _ pictures: [Int], _ map: AlignmentMap
  ) -> (rows: Matrix, pictures: [Int]) {
    var values: [Float] = []
    var owners: [Int] = []
    for (caption, picture) in zip(captions, pictures) {
      // Sorted, so that sums do not depend on the order of a hash table.
      guard let row = map.coordinates(words: caption.sorted().map { ($0, 1) }) else { continue }
      values += row
      owners.append(picture)
    }
    return (Matrix(rows: owners.count, columns: map.coordinateCount, values: values), owners)
  }

  /// R@K both ways, for rows of texts and for words.
  func validation(_ progress: ProgressHandler?) throws -> AlignReport.Validation {
    try progress?(JobProgress(stage: "validating", done: 0, total: nil, unit: ""))
    let forTexts = try texts.map { try directions($0, pictures) }
    let forWords = try words.map { try directions($0.rows, $0.pictures) }
    return AlignReport.Validation(
      pictures: images.rows, textToImage: forTexts?.there, imageToText: forTexts?.back,
      wordsToImage: forWords?.there, imageToWords: forWords?.back)
  }

  private func directions(
    _ texts: Matrix, _ pictures: [Int]
  ) throws -> (there: AlignReport.Direction, back: AlignReport.Direction) {
    var own = [[Int]](repeating: [], count: images.rows)
    for (text, picture) in pictures.enumerated() { own[picture].append(text) }
    let asked = own.indices.filter { !own[$0].isEmpty }
    let there = try PairRecall(queries: texts, items: images) { [pictures[$0]] }
    let queries = Matrix(
      rows: asked.count, columns: images.columns, values: asked.flatMap { images.row($0) })
    let back = try PairRecall(queries: queries, items: texts) { own[asked[$0]] }
    guard let labels else { return (AlignReport.Direction(there), AlignReport.Direction(back)) }
    let textLabels = pictures.map { labels[$0] }
    return (
      AlignReport.Direction(there, try ClassPrecision(queries: texts, textLabels, items: images, labels)),
      AlignReport.Direction(
        back, try ClassPrecision(queries: queries, asked.map { labels[$0] }, items: texts, textLabels))
    )
  }
}

extension AlignReport.Direction {
  init(_ recall: PairRecall, _ precision: ClassPrecision? = nil) {
    self.init(
      queries: recall.ranks.count, gallery: recall.itemCount, recallAt1: recall.recall(at: 1),
      recallAt5: recall.recall(at: 5), recallAt10: recall.recall(at: 10), medianRank: recall.medianRank,
      meanReciprocalRank: recall.meanReciprocalRank,
      classes: precision.map { AlignReport.Classes(all: $0.all, atCutoff: $0.atCutoff, cutoff: $0.cutoff) })
  }
}

extension AlignReport.Validation {
  /// As an alignment file says it.
  var texts: [String: String] {
    var texts = ["pictures": String(pictures)]
    func add(_ name: String, _ direction: AlignReport.Direction?) {
      guard let direction else { return }
      func percent(_ value: Double) -> String { "\((value * 1000).rounded() / 10)" }
      texts[name + " R@1/5/10"] =
        [direction.recallAt1, direction.recallAt5, direction.recallAt10].map(percent).joined(separator: "/")
        + " of \(direction.queries) in \(direction.gallery)"
      guard let classes = direction.classes else { return }
      texts[name + " mAP@all/\(classes.cutoff)"] =
        "\(percent(classes.all))/\(percent(classes.atCutoff)) of \(direction.queries) in \(direction.gallery)"
    }
    add("t2i", textToImage)
    add("i2t", imageToText)
    add("w2i", wordsToImage)
    add("i2w", imageToWords)
    return texts
  }
}
