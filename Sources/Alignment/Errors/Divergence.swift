import Learning
import LinearAlgebra

/// Ends a training whose numbers have left all bounds: what it would give is no map.
///
/// - Throws: ``AlignmentError/diverged(method:)`` for a loss or parameters that are not finite.
func checkFinite(_ loss: Double, _ parameters: ParameterSet<Float>..., method: String) throws(AlignmentError) {
  guard loss.isFinite else { throw .diverged(method: method) }
  for set in parameters {
    for index in set.indices where !Float.allFinite(set[index].values.values) {
      throw .diverged(method: method)
    }
  }
}
