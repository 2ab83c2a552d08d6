/// The figures of an evaluation of an alignment.
struct AlignmentEvaluation: Encodable {
  /// Mean average precision over classes, where AP is divided by the relevant items within the depth.
  struct ClassPrecision: Encodable {
    /// k of the second.
    let cutoff: Int
    let all: Double
    let atCutoff: Double
  }

  /// One direction.
  struct Measured: Encodable {
    /// nil where the gallery is of other pictures.
    let direction: DirectionReport?
    /// With classes.
    let classes: ClassPrecision?
  }

  /// One kind of queries, both ways.
  struct System: Encodable {
    /// `texts` or `words`.
    let queries: String
    let there: Measured
    let back: Measured

    private enum CodingKeys: String, CodingKey {
      case queries
      case there = "toImage"
      case back = "fromImage"
    }
  }

  /// Names of classes as queries.
  struct ClassNames: Encodable {
    /// Classes whose name has a known word.
    let asked: Int
    let precision: ClassPrecision
  }

  let method: String
  /// The pictures asked about, and the gallery unless there is another one.
  let pictures: Int
  let conditions: [String]
  /// The pictures of another gallery.
  let galleryPictures: Int?
  let galleryConditions: [String]?
  /// With classes: how many.
  let classes: Int?
  let systems: [System]
  let classNames: ClassNames?
  /// Captions without a known word; not asked as words.
  let unknownCaptions: Int
  /// Why captions were not asked as words.
  let wordObstacle: String?

  func show() {
    func text(_ pictures: Int, _ conditions: [String]) -> String {
      Console.count(pictures, "picture") + (conditions.isEmpty ? "" : " with \(conditions.joined(separator: " and "))")
    }
    Console.print("\(method): \(text(pictures, conditions))")
    if let galleryPictures, let galleryConditions {
      Console.print("gallery: \(text(galleryPictures, galleryConditions))")
    } else {
      showRanks()
    }
    if unknownCaptions > 0 {
      Console.print(
        "\(Console.count(unknownCaptions, "caption has", "captions have")) no known word and "
          + "\(unknownCaptions == 1 ? "was" : "were") not asked")
    }
    if let wordObstacle { Console.print("words: not measured, because \(wordObstacle)") }
    showClasses()
  }

  private func showRanks() {
    var table = TextTable(
      [.init(""), .init("queries", .right), .init("gallery", .right)] + DirectionReport.columns.dropFirst())
    func add(_ name: String, _ direction: DirectionReport?) {
      guard let direction else { return }
      table.append(
        [name, NumberText.grouped(direction.queries), NumberText.grouped(direction.gallery)]
          + direction.cells(name).dropFirst())
    }
    for system in systems {
      add("\(system.queries) → pictures", system.there.direction)
      add("pictures → \(system.queries)", system.back.direction)
    }
    Console.print(table)
    Console.print("ties count against the alignment")
  }

  private func showClasses() {
    guard let classes, let first = systems.first?.there.classes else { return }
    Console.print("")
    Console.print("\(Console.count(classes, "class", "classes")); AP is divided by the relevant items within the depth")
    var table = TextTable([.init(""), .init("mAP@all", .right), .init("mAP@\(first.cutoff)", .right)])
    func add(_ name: String, _ precision: ClassPrecision?) {
      guard let precision else { return }
      table.append(
        [name] + [precision.all, precision.atCutoff].map { NumberText.fixed($0, decimals: 4) })
    }
    for system in systems {
      add("\(system.queries) → pictures", system.there.classes)
      add("pictures → \(system.queries)", system.back.classes)
    }
    if let classNames {
      add("names of \(Console.count(classNames.asked, "class", "classes")) → pictures", classNames.precision)
    }
    Console.print(table)
  }
}
