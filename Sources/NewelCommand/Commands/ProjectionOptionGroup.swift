import ArgumentParser
import Newel

/// What only `train --method projection` and `--method splice` read.
struct ProjectionOptionGroup: ParsableArguments {
  @Option(help: "Embeddings of the words, one row per line of the vocabulary; see tools/encode.", completion: .file())
  var words: String?

  @Option(
    parsing: .unconditional, help: "With projection: deviations above its mean that a word must be (default: 0).")
  var threshold: Double?

  @Option(parsing: .unconditional, help: "With splice: the price of a word; higher for fewer words (default: 0.25).")
  var price: Double?

  @Option(parsing: .unconditional, help: "Related words kept for each word, for --expand (default: 16).")
  var related: Int?

  /// The settings, but for `--texts`, which other methods read as well.
  var settings: ProjectionSettings {
    var settings = ProjectionSettings()
    settings.words = words
    settings.threshold = threshold
    settings.penalty = price
    settings.related = related
    return settings
  }

  /// Why a method cannot take these options; nil when it can.
  func problem(with method: TrainRequest.Method) -> String? {
    switch method {
    case .projection: return price == nil ? nil : "--price goes with --method splice."
    case .splice: return threshold == nil ? nil : "--threshold goes with --method projection."
    default:
      let given: [(String, Bool)] = [
        ("--words", words != nil), ("--threshold", threshold != nil), ("--price", price != nil),
        ("--related", related != nil),
      ]
      return given.first { $0.1 }.map { "\($0.0) goes with --method projection and splice." }
    }
  }
}
