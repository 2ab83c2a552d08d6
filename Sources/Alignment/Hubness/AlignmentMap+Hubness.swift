public import LinearAlgebra

extension AlignmentMap {
  /// How many numbers a sample of queries may have: 16 MB of a file.
  private static let maximumSampleNumbers = 1 << 22
  /// Queries of a sample. More hardly change which images are near to everything.
  private static let sampleSize = 4096

  /// How many queries a sample should have; 0 for a map of so many coordinates that none fits.
  public var querySampleSize: Int {
    let size = min(Self.sampleSize, Self.maximumSampleNumbers / coordinateCount)
    return size >= LocalScaling.neighbours ? size : 0
  }

  /// The same map with a sample of queries, nil for none.
  ///
  /// - Parameter querySample: coordinates of queries that were fitted, never of those that are measured; rows of length 1.
  /// - Throws: ``AlignmentError/damagedAlignment(source:section:reason:)`` for rows of other numbers.
  public func with(querySample: Matrix?) throws(AlignmentError) -> AlignmentMap {
    try AlignmentMap(
      method: method, images: images, texts: texts, words: words, querySample: querySample, partWeights: partWeights,
      provenance: provenance, validation: validation)
  }

  /// The mean cosine of images to the nearest queries of the sample, of which half is to be taken from every cosine of the image;
  /// see ``LocalScaling``.
  ///
  /// - Parameter coordinates: of images, as ``coordinates(_:of:)`` gives them.
  /// - Returns: one number for each image; nil for a map without a sample.
  /// - Complexity: O(images · sample · coordinates).
  public func hubness(of coordinates: Matrix) throws(AlignmentError) -> [Float]? {
    guard let querySample else { return nil }
    return try LocalScaling.density(of: coordinates, pool: querySample)
  }

  /// What is wrong with a sample.
  static func obstacle(_ sample: Matrix, _ coordinateCount: Int) -> String? {
    guard sample.rows >= 1, sample.columns == coordinateCount, sample.values.count == sample.rows * coordinateCount
    else {
      return "it is \(sample.rows) × \(sample.columns) instead of rows of \(coordinateCount)"
    }
    for row in 0..<sample.rows {
      let square = sample.row(row).reduce(0.0) { $0 + Double($1) * Double($1) }
      // A query that says nothing stays zero.
      guard square < 1.01, square > 0.99 || square == 0 else { return "row \(row) is not of length 1" }
    }
    return nil
  }
}
