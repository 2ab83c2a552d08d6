extension StairShape {
  /// How many bytes a whole training takes at most: what a step needs, with the listwise term, the copy of the best
  /// parameters, and a head made for a validation. The captions are not counted. Saturates.
  func trainingBytes(batchSize: Int, heldOut: Bool) -> Int {
    let (base, isTooLarge) = trainingBytes(batchSize: batchSize).addingReportingOverflow(4 * batchSize * tokens)
    let steps = isTooLarge ? .max : base
    guard heldOut else { return steps }
    let (d, v, h) = (Double(imageDimension), Double(tokens), Double(hidden))
    let image = hidden == 0 ? d * v : (d + v) * h
    let words = 2 * v * Double(textHidden)
    let rows = textDimension.map { (Double($0) + v) * Double(textHidden) } ?? 0
    let copies = Int(exactly: (4 * (2 * (image + rows) + words + 1024 * v)).rounded()) ?? .max
    let (sum, overflow) = steps.addingReportingOverflow(copies)
    return overflow ? .max : sum
  }
}
