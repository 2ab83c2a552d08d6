internal import Alignment
internal import EmbeddingDumps
internal import LinearAlgebra
internal import TokenSpace

extension AlignmentGallery {
  init(_ map: AlignmentMap, _ request: AlignmentGalleryRequest, _ progress: ProgressHandler?) throws {
    if request.texts != nil, map.texts == nil {
      throw NewelError(
        .invalidArgument,
        "The alignment was made from captions and reads no rows of texts; leave --texts out, and give --metadata with captions."
      )
    }
    let knowsWords = map.words?.tokenizer == Tokenizer.word.name
    let hasCaptions = knowsWords && request.metadata != nil
    wordObstacle =
      map.words != nil && !knowsWords && request.metadata != nil
      ? "its words are pieces of a vocabulary that the file does not hold" : nil
    guard request.texts != nil || hasCaptions else {
      throw NewelError(
        .invalidArgument,
        map.words == nil
          ? "The alignment knows no words; give rows of texts with --texts."
          : "There is nothing to ask; give rows of texts, or metadata with captions.")
    }
    let reader = try PairReader(images: request.images, texts: request.texts, metadata: request.metadata)
    var selection = PairSelection(
      filter: request.conditions.isEmpty ? nil : try MetadataFilter(parsing: request.conditions),
      labelField: request.labelField)
    // Metadata may be there for conditions and classes alone.
    selection.captionField = hasCaptions ? request.captionField : nil
    let pairs = try reader.read(selection, progress)
    try progress?(JobProgress(stage: "mapping", done: 0, total: nil, unit: ""))
    images = try map.coordinates(pairs.images, of: .images)
    var (queries, unknown) = try Self.queries(of: pairs, map)
    unknownCaptions = unknown
    var pool: PairCollection?
    if !request.poolConditions.isEmpty {
      selection.filter = try MetadataFilter(parsing: request.poolConditions)
      selection.labelField = nil
      pool = try reader.read(selection, progress)
      try progress?(JobProgress(stage: "scaling", done: 0, total: nil, unit: ""))
    }
    if let pool {
      let pictures = try map.coordinates(pool.images, of: .images)
      for other in try Self.queries(of: pool, map).queries where other.count > 0 {
        guard let place = queries.firstIndex(where: { $0.name == other.name }) else { continue }
        queries[place].densities = (
          try LocalScaling.density(of: images, pool: other.rows),
          try LocalScaling.density(of: queries[place].rows, pool: pictures)
        )
      }
    }
    poolCount = pool?.images.rows ?? 0
    self.queries = queries
    guard let labels = pairs.labels else {
      (classes, classNames, classQueries) = (nil, [], nil)
      return
    }
    classNames = Set(labels).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
    classes = labels.compactMap { numbers[$0] }
    guard knowsWords else {
      classQueries = nil
      return
    }
    let names = classNames.map { Set(Tokenizer.word.tokens(in: $0)) }
    let found = AlignmentTrial.words(of: names, Array(names.indices), map)
    classQueries = found.rows.rows > 0 ? ClassQueries(classes: found.pictures, rows: found.rows) : nil
  }

  /// Rows of texts, and captions as words, in the space of a map; and how many captions have no known word.
  private static func queries(
    of pairs: PairCollection, _ map: AlignmentMap
  ) throws -> (queries: [Queries], unknown: Int) {
    var queries: [Queries] = []
    if let texts = pairs.texts {
      queries.append(
        Queries(name: "texts", pictures: pairs.pictures, rows: try map.coordinates(texts, of: .texts)))
    }
    guard let captions = pairs.captions else { return (queries, 0) }
    let found = AlignmentTrial.words(of: captions, pairs.pictures, map)
    if found.rows.rows > 0 { queries.append(Queries(name: "words", pictures: found.pictures, rows: found.rows)) }
    return (queries, captions.count - found.pictures.count)
  }
}
