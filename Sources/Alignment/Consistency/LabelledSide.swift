import Learning
import LinearAlgebra

/// The rows of one side that networks are trained on, and those held out to judge them.
struct LabelledSide {
  let side: AlignedSide
  let preparation: Preparation
  let rows: Matrix
  let classes: [Int]
  let heldOutRows: Matrix
  let heldOutClasses: [Int]
  let classCount: Int

  /// - Parameters:
  ///   - classes: the number of the class of every row.
  ///   - validation: rows to judge by; nil to hold out a share of `rows`, which are then not trained on.
  init(
    _ side: AlignedSide, _ labelled: LabelledRows, classes: [Int], classCount: Int,
    validation: (rows: LabelledRows, classes: [Int])?, options: DRCLOptions, random: inout SplitMix64
  ) throws(AlignmentError) {
    // All rows are looked at before any are held out, so that errors name them by their place in the input.
    for range in batches(of: labelled.rows.rows) {
      _ = try checked(slice(labelled.rows, range), side, firstRow: range.lowerBound)
    }
    let share = validation == nil ? options.heldOut : 0
    let order = (0..<labelled.rows.rows).shuffled(using: &random)
    let count = Int(share * Double(order.count))
    let (held, kept) = (order[..<count].sorted(), order[count...].sorted())
    guard kept.count >= 2 else { throw .tooFewPairs(method: "drcl", found: kept.count, needed: 2) }
    self.side = side
    self.classCount = classCount
    self.classes = kept.map { classes[$0] }
    let found = Set(self.classes).count
    guard found >= 2 else { throw .tooFewClasses(found: found) }
    let train = labelled.rows.gathered(kept)
    preparation = try Preparation.fit(options.recipe, rows: train, side: side)
    rows = try preparation.narrowed(train, side: side)
    let judged = validation?.rows.rows ?? labelled.rows.gathered(held)
    heldOutRows = try preparation.narrowed(judged, side: side)
    heldOutClasses = validation?.classes ?? held.map { classes[$0] }
  }

  /// The batches of an epoch: all rows in a new order, in parts of nearly equal size.
  func epochBatches(_ size: Int, random: inout SplitMix64) -> [[Int]] {
    let order = (0..<rows.rows).shuffled(using: &random)
    let count = max(1, (order.count + size / 2) / size)
    return (0..<count).map { Array(order[$0 * order.count / count..<($0 + 1) * order.count / count]) }
  }

  func batch(_ numbers: [Int]) -> (rows: Matrix, targets: Matrix) {
    (rows.gathered(numbers), classTargets(numbers.map { classes[$0] }, classes: classCount))
  }
}

/// Runs `body` and says of an error of the training that it is one.
func learning<R>(_ body: () throws(LearningError) -> R) throws(AlignmentError) -> R {
  do {
    return try body()
  } catch {
    throw .learning(error)
  }
}
