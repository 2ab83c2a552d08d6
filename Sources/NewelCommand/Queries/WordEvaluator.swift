import Evaluation
import Newel

/// The words of the pictures themselves: how many of the strongest ones somebody said, whether the class is among them, and
/// how they are spread.
struct WordEvaluator {
  let precision: TokenPrecision?
  let classes: ClassTokenAccuracy?
  let skew: FrequencySkew
  /// Tokens that a query and a document share, the mean over all pairs.
  let coactiveTokens: Double

  /// - Parameters:
  ///   - words: what was counted over the gallery.
  ///   - hasCaptions: whether captions were looked at.
  ///   - seed: of the order in which pictures get captions of others as a control.
  init(_ words: GalleryWords, bags: TextBags, galleryCount: Int, hasCaptions: Bool, seed: UInt64) {
    skew = FrequencySkew(frequencies: words.frequencies, documentCount: galleryCount)
    coactiveTokens = FrequencySkew.coactiveTokens(
      queryFrequencies: bags.frequencies, queryCount: bags.count, documentFrequencies: words.frequencies,
      documentCount: galleryCount)
    let captioned = words.pictures.filter { !$0.said.isEmpty }
    if hasCaptions, !captioned.isEmpty {
      var precision = TokenPrecision()
      let other = Derangement.cycle(of: captioned.count, seed: seed)
      for (number, picture) in captioned.enumerated() {
        precision.add(
          tokens: picture.strongest, said: picture.said, saidFound: picture.saidFound,
          control: captioned.count > 1 ? captioned[other[number]].said : [])
      }
      self.precision = precision
    } else {
      precision = nil
    }
    var classes = ClassTokenAccuracy()
    for picture in words.pictures {
      if let words = picture.classWords { classes.add(tokens: picture.strongest, words: words) }
    }
    self.classes = classes.pictureCount > 0 ? classes : nil
  }
}
