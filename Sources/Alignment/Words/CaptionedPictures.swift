public import LinearAlgebra

/// Rows of pictures, the words of their captions, and perhaps rows of texts for these.
public struct CaptionedPictures: Sendable {
  /// `[pictures × image dimension]`.
  public let images: Matrix
  /// `[captions × text dimension]`, or nil.
  public let texts: Matrix?
  /// The captions.
  public let words: WordBags
  /// The picture of each caption.
  public let pictures: [Int]

  /// Captions of pictures.
  ///
  /// - Throws: ``AlignmentError/unpairedRows(images:texts:)`` when there are other numbers of texts than of captions, or a
  ///   picture does not exist.
  public init(images: Matrix, texts: Matrix?, words: WordBags, pictures: [Int]) throws(AlignmentError) {
    guard pictures.count == words.count, texts.map({ $0.rows == words.count }) ?? true else {
      throw .unpairedRows(images: pictures.count, texts: texts?.rows ?? words.count)
    }
    guard pictures.allSatisfy({ $0 >= 0 && $0 < images.rows }) else {
      throw .unpairedRows(images: images.rows, texts: (pictures.max() ?? 0) + 1)
    }
    self.images = images
    self.texts = texts
    self.words = words
    self.pictures = pictures
  }

  /// The row of the picture of each caption.
  func repeatedImages() -> Matrix {
    Matrix(rows: pictures.count, columns: images.columns, values: pictures.flatMap { images.row($0) })
  }
}
