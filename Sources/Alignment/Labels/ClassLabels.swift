/// The class of every pair, as numbers from 0.
public struct ClassLabels: Sendable, Equatable {
  /// The names of the classes, in the order of their numbers.
  public let names: [String]
  /// The class of each pair.
  public let numbers: [Int]

  /// Labels by name; the classes are numbered in the order of their names.
  ///
  /// - Throws: ``AlignmentError/tooFewClasses(found:)`` with fewer than two classes.
  public init(_ labels: [String]) throws(AlignmentError) {
    names = Set(labels).sorted()
    guard names.count >= 2 else { throw .tooFewClasses(found: names.count) }
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    numbers = labels.compactMap { places[$0] }
  }

  /// Labels by number; any numbers.
  public init(_ labels: [Int]) throws(AlignmentError) {
    let values = Set(labels).sorted()
    guard values.count >= 2 else { throw .tooFewClasses(found: values.count) }
    names = values.map { String($0) }
    let places = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
    numbers = labels.compactMap { places[$0] }
  }
}
