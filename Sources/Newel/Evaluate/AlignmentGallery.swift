internal import Alignment
internal import LinearAlgebra

/// Pictures and what is asked of them, in the coordinates of an alignment.
package struct AlignmentGallery: Sendable {
  /// Queries of one kind.
  package struct Queries: Sendable {
    /// `texts` or `words`.
    package let name: String
    /// The picture that each query is about.
    package let pictures: [Int]
    let rows: Matrix
    /// How near the pictures of the gallery are to the pool's queries, and these to the pool's pictures; nil without a pool.
    var densities: (pictures: [Float], queries: [Float])?

    package var count: Int { rows.rows }
    /// Whether there is a pool for local scaling.
    package var canBeScaled: Bool { densities != nil }
  }

  /// Names of classes as queries.
  package struct ClassQueries: Sendable {
    /// The class of each query.
    package let classes: [Int]
    let rows: Matrix
  }

  let images: Matrix
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
  /// Pictures in the pool of local scaling; 0 without.
  package let poolCount: Int

  package var pictureCount: Int { images.rows }
  /// How many queries to take at a time, so that their scores fit in memory.
  package var blockSize: Int {
    max(1, min(512, (32 << 20) / max(1, 4 * max(images.rows, queries.map(\.count).max() ?? 1))))
  }

  /// The scores of some queries for all pictures, query by query.
  ///
  /// - Parameter scaled: whether pictures that are near to everything are held back; see ``LocalScaling``.
  package func scores(of queries: Queries, _ range: Range<Int>, scaled: Bool = false) throws(NewelError) -> [Float] {
    try Self.scores(queries.rows, range, images, scaled ? queries.densities?.pictures : nil)
  }

  /// The scores of some pictures for all queries, picture by picture.
  package func scores(
    ofPictures range: Range<Int>, for queries: Queries, scaled: Bool = false
  ) throws(NewelError) -> [Float] {
    try Self.scores(images, range, queries.rows, scaled ? queries.densities?.queries : nil)
  }

  /// The scores of all names of classes for all pictures.
  package func scores(of queries: ClassQueries) throws(NewelError) -> [Float] {
    try Self.scores(queries.rows, 0..<queries.rows.rows, images, nil)
  }

  private static func scores(
    _ rows: Matrix, _ range: Range<Int>, _ items: Matrix, _ densities: [Float]?
  ) throws(NewelError) -> [Float] {
    let part = Matrix(
      rows: range.count, columns: rows.columns,
      values: Array(rows.values[range.lowerBound * rows.columns..<range.upperBound * rows.columns]))
    do {
      var scores = try AlignmentMap.scores(queries: part, items: items)
      if let densities { LocalScaling.apply(densities, to: &scores) }
      return scores.values
    } catch {
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
  /// Rows whose pictures and queries are the pool of local scaling; empty for none.
  package var poolConditions: [String] = []

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
