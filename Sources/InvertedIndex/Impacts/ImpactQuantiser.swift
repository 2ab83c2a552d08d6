/// The linear map between a token weight and its 8-bit impact: `impact = round(weight · 255 / ceiling)`.
///
/// Linear and through zero, so that sums of impacts order documents as sums of weights do, up to rounding of half a step
/// (`ceiling / 510`) per token. One ceiling serves a whole index; it never changes once the index exists, so that
/// a document has the same impacts in whatever segment it lands.
public struct ImpactQuantiser: Sendable, Equatable {
  /// The weight that becomes impact 255; heavier ones are clipped to it.
  public let ceiling: Float

  /// - Throws: ``InvertedIndexError/invalidCeiling(_:)`` unless `ceiling` is positive and finite.
  public init(ceiling: Float) throws(InvertedIndexError) {
    guard ceiling.isFinite, ceiling > 0 else { throw .invalidCeiling(ceiling) }
    self.ceiling = ceiling
  }

  /// The impact of a weight: 0 for weights ≤ 0 (no posting), otherwise 1...255. A positive weight never vanishes.
  public func impact(of weight: Float) -> UInt8 {
    guard weight > 0 else { return 0 }
    let scaled = (weight * (255 / ceiling)).rounded(.toNearestOrEven)
    return scaled >= 255 ? 255 : Swift.max(1, UInt8(scaled))
  }

  /// The impact of a positive weight before rounding and clipping: `weight · 255 / ceiling`.
  public func fineImpact(of weight: Float) -> Float { weight * (255 / ceiling) }

  /// The weight an impact stands for.
  public func weight(of impact: UInt8) -> Float {
    Float(impact) * (ceiling / 255)
  }
}
