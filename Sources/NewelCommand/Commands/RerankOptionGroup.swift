public import ArgumentParser
public import Newel

/// How two scores become one.
struct FusionOptions: ParsableArguments {
  @Option(help: "How the two scores become one.")
  var fusion: Reranking.Fusion?

  @Option(
    parsing: .unconditional,
    help: "What the dense part counts in a weighted fusion, 0 to 1 (default: \(Reranking.defaultWeight)).")
  var weight: Double?

  /// - Parameter pool: how many hits are ordered anew; nil for none.
  func reranking(pool: Int?) throws -> Reranking? {
    guard let pool else {
      if fusion != nil || weight != nil { throw ValidationError("--fusion and --weight go with --rerank COUNT.") }
      return nil
    }
    if weight != nil, (fusion ?? .weighted) != .weighted {
      throw ValidationError("--weight goes with --fusion weighted.")
    }
    return Reranking(pool: pool, fusion: fusion ?? .weighted, weight: weight ?? Reranking.defaultWeight)
  }
}

/// A second opinion on the first hits.
struct RerankOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Order so many of the first hits anew, by dense rows.", valueName: "count"))
  var rerank: Int?

  @OptionGroup var fusion: FusionOptions

  func validate() throws { _ = try reranking() }

  /// Nil without --rerank.
  func reranking() throws -> Reranking? { try fusion.reranking(pool: rerank) }
}

extension Reranking.Fusion: ExpressibleByArgument {}
extension SimilarRequest.Basis: ExpressibleByArgument {}
extension BuildRequest.DenseType: ExpressibleByArgument {}
