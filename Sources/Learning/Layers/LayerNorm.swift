public import LinearAlgebra

/// Every row shifted and scaled to mean 0 and variance 1, then `y = x · gain + shift`.
///
/// - Source: Ba, Kiros and Hinton, "Layer normalization" (2016).
public struct LayerNorm<Scalar: Real>: Sendable {
  /// The place of the gain, `[1 × width]`.
  public let gain: Int
  /// The place of the shift, `[1 × width]`.
  public let shift: Int

  private var normalised = DenseMatrix<Scalar>(rows: 0, columns: 0)
  private var inverseDeviations: [Scalar] = []

  /// Adds a gain of 1 and a shift of 0.
  public init(_ name: String, group: String, width: Int, in parameters: inout ParameterSet<Scalar>) {
    let ones = DenseMatrix(rows: 1, columns: width, values: [Scalar](repeating: 1, count: width))
    gain = parameters.add(name + ".gain", group: group, ones, decays: false)
    shift = parameters.add(name + ".shift", group: group, DenseMatrix(rows: 1, columns: width), decays: false)
  }

  /// Writes the outputs of the rows of `x`, and remembers what the way back needs.
  ///
  /// - Parameter x: takes the buffer of the last call in exchange: its content is undefined afterwards.
  public mutating func forward(
    _ x: inout DenseMatrix<Scalar>, _ parameters: ParameterSet<Scalar>, into y: inout DenseMatrix<Scalar>
  ) {
    swap(&x, &normalised)
    y.setShape(rows: normalised.rows, columns: normalised.columns)
    if inverseDeviations.count != normalised.rows { inverseDeviations = [Scalar](repeating: 0, count: normalised.rows) }
    Scalar.normaliseRows(&normalised, inverseDeviations: &inverseDeviations)
    Scalar.scaleAndShift(
      normalised, gain: parameters[gain].values.values, shift: parameters[shift].values.values, into: &y)
  }

  /// Turns the gradient of the outputs of the last ``forward(_:_:into:)`` into that of its inputs, and writes those of
  /// gain and shift.
  public func backward(_ gradient: inout DenseMatrix<Scalar>, _ parameters: inout ParameterSet<Scalar>) {
    var (gains, shifts) = (parameters[gain].gradient.values, parameters[shift].gradient.values)
    Scalar.normaliseRowsBackward(
      normalised: normalised, inverseDeviations: inverseDeviations, gain: parameters[gain].values.values,
      gradient: &gradient, gainGradient: &gains, shiftGradient: &shifts)
    parameters[gain].gradient.values = gains
    parameters[shift].gradient.values = shifts
  }
}
