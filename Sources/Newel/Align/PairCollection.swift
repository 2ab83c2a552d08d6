internal import Alignment
internal import LinearAlgebra

/// Pictures and what is said of them, in memory.
struct PairCollection {
  /// `[pictures × dimension]`.
  var images: Matrix
  /// `[texts × dimension]`; nil without rows of texts.
  var texts: Matrix?
  /// The distinct tokens of the caption of each text; nil without captions.
  var captions: [Set<String>]?
  /// The picture of each text, ascending.
  var pictures: [Int]
  /// The class of each picture; nil without.
  var labels: [String]?
  /// The row in the dump of each picture.
  var rows: [Int]

  /// The number of pairs.
  var count: Int { pictures.count }

  /// The rows of pictures, one for each text.
  var repeatedImages: Matrix {
    if pictures.count == images.rows { return images }
    var values: [Float] = []
    values.reserveCapacity(pictures.count * images.columns)
    for picture in pictures { values.append(contentsOf: images.row(picture)) }
    return Matrix(rows: pictures.count, columns: images.columns, values: values)
  }

  /// The texts of each picture.
  var textsOfPictures: [[Int]] {
    var texts = [[Int]](repeating: [], count: images.rows)
    for (text, picture) in pictures.enumerated() { texts[picture].append(text) }
    return texts
  }

  /// An error about one of the rows, with the row counted as in the files.
  ///
  /// - Parameter readPicturesOnce: whether the rows of pictures were ``images``, or else ``repeatedImages``.
  func located(_ error: AlignmentError, readPicturesOnce: Bool) -> any Error {
    guard case .zeroRow(let side, let number) = error else { return error }
    let picture =
      side == .images && readPicturesOnce ? number : number < pictures.count ? pictures[number] : images.rows
    guard picture < rows.count else { return error }
    return NewelError(
      .invalidInput,
      "The \(side == .images ? "picture" : "text") of row \(rows[picture]) is all zeros and has no direction; remove the row, or "
        + "compute its embedding again.", cause: error)
  }
}
