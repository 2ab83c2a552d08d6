internal import Alignment
internal import ByteStorage
internal import EmbeddingDumps
internal import LinearAlgebra
internal import TokenSpace

/// Pictures and what is asked of them, in the coordinates of an alignment.
package struct AlignmentGallery: Sendable {
  /// Queries of one kind.
  package struct Queries: Sendable {
    /// `texts` or `words`.
    package let name: String
    /// The picture that each query is about.
    package let pictures: [Int]
    fileprivate let rows: Matrix

    package var count: Int { rows.rows }
  }

  /// Names of classes as queries.
  package struct ClassQueries: Sendable {
    /// The class of each query.
    package let classes: [Int]
    fileprivate let rows: Matrix
  }

  private let images: Matrix
  /// Rows of texts, and captions as words; captions without a known word are not there.
  package let queries: [Queries]
  /// The number of the class of each picture; nil without classes.
  package let classes: [Int]?
  /// The names of the classes by number.
  package let classNames: [String]
  /// Classes whose names have known words; nil without classes or words.
  package let classQueries: ClassQueries?
  /// Captions without a known word.
  package let unknownCaptions: Int
  /// Why captions were not asked as words; nil when they were, or there are none.
  package let wordObstacle: String?

  package var pictureCount: Int { images.rows }
  /// How many queries to take at a time, so that their scores fit in memory.
  package var blockSize: Int {
    max(1, min(512, (32 << 20) / max(1, 4 * max(images.rows, queries.map(\.count).max() ?? 1))))
  }

  /// The scores of some queries, of this gallery or another, for all pictures, query by query.
  package func scores(of queries: Queries, _ range: Range<Int>) throws(NewelError) -> [Float] {
    try Self.scores(queries.rows, range, images)
  }

  /// The scores of some pictures for all queries, of this gallery or another, picture by picture.
  package func scores(ofPictures range: Range<Int>, for queries: Queries) throws(NewelError) -> [Float] {
    try Self.scores(images, range, queries.rows)
  }

  /// The scores of all names of classes for all pictures.
  package func scores(of queries: ClassQueries) throws(NewelError) -> [Float] {
    try Self.scores(queries.rows, 0..<queries.rows.rows, images)
  }

  private static func scores(_ rows: Matrix, _ range: Range<Int>, _ items: Matrix) throws(NewelError) -> [Float] {
    let part = Matrix(
      rows: range.count, columns: rows.columns,
      values: Array(rows.values[range.lowerBound * rows.columns..<range.upperBound * rows.columns]))
    do { return try AlignmentMap.scores(queries: part, items: items).values } catch {
      throw NewelError(wrapping: error)
    }
  }
}

/// What an evaluation of an alignment reads.
package struct AlignmentGalleryRequest: Sendable {
  package var images: String
  package var texts: String?
  package var metadata: String?
  package var conditions: [String]
  package var captionField: String
  package var labelField: String?

  package init(
    images: String, texts: String?, metadata: String?, conditions: [String], captionField: String,
    labelField: String?
  ) {
    self.images = images
    self.texts = texts
    self.metadata = metadata
    self.conditions = conditions
    self.captionField = captionField
    self.labelField = labelField
  }
}

extension AlignmentModel {
  /// Reads pictures, texts, captions and classes, and brings them into the space of the alignment.
  ///
  /// - Throws: ``NewelError`` when rows do not fit the alignment or each other, or there is nothing to ask.
  package func gallery(
    _ request: AlignmentGalleryRequest, progress: ProgressHandler? = nil
  ) throws(NewelError) -> AlignmentGallery {
    do { return try AlignmentGallery(map, request, progress) } catch { throw NewelError(wrapping: error) }
  }
}

extension AlignmentGallery {
  fileprivate init(_ map: AlignmentMap, _ request: AlignmentGalleryRequest, _ progress: ProgressHandler?) throws {
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
    var queries: [Queries] = []
    if let texts = pairs.texts {
      queries.append(
        Queries(name: "texts", pictures: pairs.pictures, rows: try map.coordinates(texts, of: .texts)))
    }
    var unknown = 0
    if hasCaptions, let captions = pairs.captions {
      let found = AlignmentTrial.words(of: captions, pairs.pictures, map)
      unknown = captions.count - found.pictures.count
      if found.rows.rows > 0 { queries.append(Queries(name: "words", pictures: found.pictures, rows: found.rows)) }
    }
    unknownCaptions = unknown
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
}
