internal import IndexStore

/// What a repair found and did.
public struct IndexRepairReport: Sendable, Encodable {
  public let index: String
  /// The commit that the index has now.
  public let generation: UInt64
  /// The commit that it was made of.
  public let source: UInt64
  /// Whether nothing had to be done.
  public let wasSound: Bool
  /// Documents that the index has now.
  public let documents: Int
  /// Documents that were given up.
  public let documentsLost: Int
  /// What was found, mended and given up, a sentence each.
  public let notes: [String]
}

extension NewelIndex {
  /// Brings back the newest commit of an index that can be proved: from its catalog, or from the record of a commit when the catalog
  /// is lost, damaged or older.
  ///
  /// - Parameter givesUpDamage: whether damaged segments, and what else cannot be made anew, may be given up; otherwise nothing is
  ///   touched where that would be needed.
  /// - Throws: ``NewelError``: `damaged` when nothing can be brought back, or not without giving something up; `locked`, `notFound`.
  public static func repair(
    _ path: String, givesUpDamage: Bool = false, progress: ProgressHandler? = nil
  ) throws(NewelError) -> IndexRepairReport {
    do {
      let report = try IndexRepair.repair(path, givesUpDamage: givesUpDamage) { _, done, total in
        try? progress?(JobProgress(stage: "proving", done: done, total: total, unit: "bytes"))
      }
      return IndexRepairReport(
        index: path, generation: report.generation, source: report.source, wasSound: report.wasSound,
        documents: report.documentCount, documentsLost: report.documentsLost, notes: report.notes)
    } catch {
      throw NewelError(wrapping: error)
    }
  }
}
