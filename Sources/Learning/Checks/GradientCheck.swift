/// How well a derived gradient fits the differences of the function it belongs to.
public struct GradientCheck: Sendable, Equatable, CustomStringConvertible {
  /// `‖derived - measured‖ / max(‖derived‖, ‖measured‖)`; 0 when both are 0.
  public let relativeError: Double
  /// The length of the derived gradient at the places that were compared.
  public let length: Double
  /// The place with the largest difference.
  public let worstPlace: Int
  /// The derived and the measured derivative there.
  public let worst: (derived: Double, measured: Double)

  /// One line with all of it.
  public var description: String {
    "relative error \(relativeError), length \(length), at \(worstPlace) derived \(worst.derived), measured \(worst.measured)"
  }

  public static func == (a: GradientCheck, b: GradientCheck) -> Bool {
    a.relativeError == b.relativeError && a.length == b.length && a.worstPlace == b.worstPlace && a.worst == b.worst
  }

  /// Compares `gradient` with central differences.
  ///
  /// - Parameters:
  ///   - gradient: the derived derivatives.
  ///   - places: which of them to compare; all when nil.
  ///   - step: how far to go to both sides.
  ///   - value: the function when this much is added to the argument at this place.
  /// - Complexity: two calls of `value` for every place.
  public init<Failure: Error>(
    _ gradient: [Double], places: [Int]? = nil, step: Double = 1e-5,
    value: (_ place: Int, _ difference: Double) throws(Failure) -> Double
  ) throws(Failure) {
    var (difference, derivedSquares, measuredSquares) = (0.0, 0.0, 0.0)
    var (worstPlace, worst) = (0, (derived: 0.0, measured: 0.0))
    for place in places ?? Array(gradient.indices) {
      let measured = (try value(place, step) - value(place, -step)) / (2 * step)
      let derived = gradient[place]
      difference += (derived - measured) * (derived - measured)
      derivedSquares += derived * derived
      measuredSquares += measured * measured
      // Written so that a NaN counts as the worst.
      if !(abs(derived - measured) <= abs(worst.derived - worst.measured)) {
        (worstPlace, worst) = (place, (derived, measured))
      }
    }
    let scale = max(derivedSquares, measuredSquares).squareRoot()
    relativeError = scale == 0 ? difference.squareRoot() : difference.squareRoot() / scale
    length = derivedSquares.squareRoot()
    self.worstPlace = worstPlace
    self.worst = worst
  }
}
