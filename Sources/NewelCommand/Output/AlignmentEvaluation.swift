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
    let queries: Int
    /// What could be found.
    let gallery: Int
    /// nil with a gallery of its own, where no query's own answer is.
    let direction: DirectionReport?
    /// With classes.
    let classes: ClassPrecision?
  }

  /// One kind of queries, both ways.
  struct System: Encodable {
    /// `texts` or `words`.
    let queries: String
    /// Whether what is near to everything was held back, by a pool of other rows.
    let isScaled: Bool
    let there: Measured
    let back: Measured

    /// What lines of tables call the queries.
    var name: String { isScaled ? queries + ", scaled" : queries }

    private enum CodingKeys: String, CodingKey {
      case queries
      case isScaled = "localScaling"
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
  /// Those that ask, and are found where there is no gallery of its own.
  let pictures: Int
  let conditions: [String]
  /// What is found, where it is not what asks.
  let galleryConditions: [String]?
  /// With classes: how many.
  let classes: Int?
  let systems: [System]
  let classNames: ClassNames?
  /// Captions without a known word; not asked as words.
  let unknownCaptions: Int
  /// Why captions were not asked as words.
  let wordObstacle: String?
  /// Pictures in the pool of local scaling.
  let pool: Int?

  func show() {
    func restricted(_ conditions: [String]) -> String {
      conditions.isEmpty ? "" : " with \(conditions.joined(separator: " and "))"
    }
    let gallery = galleryConditions.map { " among rows\(restricted($0))" } ?? ""
    Console.print("\(method): \(Console.count(pictures, "picture"))\(restricted(conditions))\(gallery)")
    if galleryConditions == nil { showDirections() }
    if unknownCaptions > 0 {
      Console.print(
        "\(Console.count(unknownCaptions, "caption has", "captions have")) no known word and "
          + "\(unknownCaptions == 1 ? "was" : "were") not asked")
    }
    if let wordObstacle { Console.print("words: not measured, because \(wordObstacle)") }
    showClasses()
  }

  private func showDirections() {
    var table = TextTable(
      [.init(""), .init("queries", .right), .init("gallery", .right)] + DirectionReport.columns.dropFirst())
    func add(_ name: String, _ direction: DirectionReport?) {
      guard let direction else { return }
      table.append(
        [name, NumberText.grouped(direction.queries), NumberText.grouped(direction.gallery)]
          + direction.cells(name).dropFirst())
    }
    for system in systems {
      add("\(system.name) → pictures", system.there.direction)
      add("pictures → \(system.name)", system.back.direction)
    }
    Console.print(table)
    Console.print("ties count against the alignment")
    if let pool {
      Console.print(
        "scaled: less what an item is near to the ten nearest of \(Console.count(pool, "other picture")) or their texts"
      )
    }
  }

  private func showClasses() {
    guard let classes, let cutoff = systems.first?.there.classes?.cutoff else { return }
    if galleryConditions == nil { Console.print("") }
    Console.print("\(Console.count(classes, "class", "classes")); AP is divided by the relevant items within the depth")
    var table = TextTable(
      [.init(""), .init("queries", .right), .init("gallery", .right), .init("mAP@all", .right)]
        + [.init("mAP@\(cutoff)", .right)])
    func add(_ name: String, _ queries: Int, _ gallery: Int, _ precision: ClassPrecision?) {
      guard let precision else { return }
      table.append(
        [name, NumberText.grouped(queries), NumberText.grouped(gallery)]
          + [precision.all, precision.atCutoff].map { NumberText.fixed($0, decimals: 4) })
    }
    for system in systems {
      add("\(system.name) → pictures", system.there.queries, system.there.gallery, system.there.classes)
      add("pictures → \(system.name)", system.back.queries, system.back.gallery, system.back.classes)
    }
    if let classNames {
      add(
        "names of classes → pictures", classNames.asked, systems.first?.there.gallery ?? pictures, classNames.precision)
    }
    Console.print(table)
  }
}
