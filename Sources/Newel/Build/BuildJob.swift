internal import ByteStorage
internal import EmbeddingDumps
internal import IndexStore
internal import InvertedIndex

/// One build: opens the inputs, then the writer, adds every document, commits.
///
/// What dense and sparse sources have in common is here; each has its own file.
final class BuildJob {
  let request: BuildRequest
  let clock: StageClock
  let fileSystem = PosixFileSystem()
  let filter: MetadataFilter?
  /// The index before the build; nil for a new one.
  let existing: IndexSnapshot?
  var rowsSkipped = 0
  private var postingsAdded = 0
  private(set) var documentsAdded = 0
  private var documentsReplaced = 0
  private var weightsClipped = 0
  private var largestWeight: Float = 0
  private var keysAreRowNumbers = false

  init(_ request: BuildRequest, progress: @escaping ProgressHandler) throws {
    self.request = request
    clock = StageClock(progress)
    if let top = request.top, top < 1 {
      throw NewelError(.invalidArgument, "The top is \(top), but a document needs at least 1 token.")
    }
    if let field = request.filterFields.first(where: { $0.isEmpty || $0.utf8.contains(0) }) {
      throw NewelError(
        .invalidArgument, "'\(field)' is no name of a metadata field; give --filter-field a name that can be typed.")
    }
    filter = request.conditions.isEmpty ? nil : try MetadataFilter(parsing: request.conditions)
    existing = try Self.open(request.index, fileSystem)
    if let mass = request.headMass {
      _ = try HeadListOptions(mass: mass, cap: request.headCap)
    } else if request.headCap != nil {
      throw NewelError(.invalidArgument, "A cap of head lists goes with the share of weight that they hold.")
    }
    try checkIsPossible()
    try checkFitsExisting()
  }

  /// The index of a folder; nil when there is none.
  private static func open(_ path: String, _ fileSystem: PosixFileSystem) throws(IndexStoreError) -> IndexSnapshot? {
    do throws(IndexStoreError) {
      return try IndexSnapshot.open(path, fileSystem: fileSystem)
    } catch {
      if case .noIndex = error { return nil }
      throw error
    }
  }

  /// Refuses a place where no index can be, before any input is read.
  private func checkIsPossible() throws {
    guard !request.index.isEmpty else {
      throw NewelError(.invalidArgument, "The name of the index folder is empty; give one.")
    }
    let kind = try fileSystem.kind(of: request.index)
    guard kind == nil || kind == .folder else {
      throw NewelError(
        .invalidInput, "'\(request.index)' is a file, but an index is a folder; give the name of a new or empty folder."
      )
    }
  }

  /// Refuses what an existing index cannot take up: it has one field of captions, and dense rows for all or for none.
  private func checkFitsExisting() throws {
    guard let settings = existing?.configuration else { return }
    try checkFitsScores(settings)
    try checkFitsRows(settings)
    if let field = request.captionField, field != settings.settings["captionField"] ?? Self.usualCaptionField {
      let own = settings.settings["captionField"] ?? Self.usualCaptionField
      throw NewelError(
        .invalidArgument,
        "'\(request.index)' was built with the caption field '\(own)', not '\(field)'; leave --caption-field out, or build "
          + "a new index.")
    }
    if let keeps = request.keepsDenseRows, keeps != (settings.denseDimension != nil) {
      throw NewelError(
        .invalidArgument,
        keeps
          ? "'\(request.index)' was built without dense rows; leave --dense-rows out, or build a new index."
          : "'\(request.index)' was built with dense rows, which all of its documents have; leave --no-dense-rows out, or "
            + "build a new index.")
    }
  }

  /// Refuses other dense rows than the index has.
  private func checkFitsRows(_ settings: IndexConfiguration) throws {
    guard let type = request.denseType, type.element != settings.element else { return }
    throw NewelError(
      .invalidArgument,
      "'\(request.index)' was built with dense rows of \(settings.element.rawValue), not \(type.rawValue); leave --dense-type "
        + "out, or build a new index.")
  }

  /// Refuses other scores and lists than the index has: all of its documents have them, or none.
  private func checkFitsScores(_ settings: IndexConfiguration) throws {
    if let keeps = request.keepsFloatWeights, keeps != settings.keepsFloatWeights {
      throw NewelError(
        .invalidArgument,
        "'\(request.index)' was built \(settings.keepsFloatWeights ? "with" : "without") float weights; append to it in the "
          + "same way, or build a new index.")
    }
    if let keeps = request.keepsFineWeights, keeps != settings.keepsFineWeights {
      throw NewelError(
        .invalidArgument,
        "'\(request.index)' was built \(settings.keepsFineWeights ? "with" : "without") fine weights; append to it in the "
          + "same way, or build a new index.")
    }
    guard request.headMass != nil || request.headCap != nil else { return }
    if request.headMass ?? settings.headMass != settings.headMass || request.headCap != settings.headCap {
      let own = settings.headMass.map { "with head lists of mass \($0)" } ?? "without head lists"
      throw NewelError(
        .invalidArgument,
        "'\(request.index)' was built \(own); leave --head-lists and --head-cap out, or build a new index.")
    }
  }

  private static let usualCaptionField = "caption"

  /// Whether a new index keeps dense rows.
  var keepsDenseRows: Bool { request.keepsDenseRows ?? true }

  /// The field of the keys: what was asked for now, or when the index was made.
  var keyField: String? { request.keyField ?? existing?.configuration.keyField }

  /// Most tokens a document keeps: what was asked for now, or when the index was made.
  var top: Int? { request.top ?? existing?.configuration.settings["top"].flatMap { Int($0) } }

  /// Opens the writer, which holds the lock from here on.
  ///
  /// - Throws: `locked` when the index changed since it was looked at.
  func openWriter(
    ceiling: Float, fingerprint: String, denseDimension: Int?, coordinateCount: Int? = nil, tokenizer: String,
    settings: [String: String]
  ) throws -> IndexWriter {
    var settings = settings
    settings["captionField"] = request.captionField ?? Self.usualCaptionField
    if let top { settings["top"] = "\(top)" }
    let writer = try IndexWriter.open(
      request.index,
      creating: IndexConfiguration(
        ceiling: ceiling, vocabularyFingerprint: fingerprint, denseDimension: denseDimension,
        denseElement: request.denseType?.element ?? .float16, coordinateCount: coordinateCount, tokenizer: tokenizer,
        keyField: request.keyField, floatWeights: request.keepsFloatWeights ?? false,
        fineWeights: request.keepsFineWeights ?? false, headMass: request.headMass, headCap: request.headCap,
        settings: settings),
      fileSystem: fileSystem)
    writer.work = clock.work(request.order)
    let known = writer.configuration.filterFields ?? []
    let added = request.filterFields.filter { !known.contains($0) }
    if !added.isEmpty { try writer.update(filterFields: known + added) }
    guard writer.generation == existing?.generation ?? 0 else {
      writer.abandon()
      throw NewelError(.locked, "Another build changed '\(request.index)' at the same moment; run this one again.")
    }
    return writer
  }

  /// Adds one document.
  ///
  /// - Parameter place: where it comes from, for messages: "'metadata.jsonl' line 3".
  func add(
    to writer: IndexWriter, _ place: @autoclosure () -> String, key: DocumentKeys.Key, metadata: [UInt8],
    object: JSONObject,
    weights: [(token: UInt32, weight: Float)], quantiser: ImpactQuantiser, denseRow: [Float]?,
    coordinates: [Float]? = nil, hubness: Float? = nil
  ) throws {
    var postings: [Posting] = []
    postings.reserveCapacity(weights.count)
    let settings = writer.configuration
    var fineImpacts: [Float]? = settings.keepsFloatWeights || settings.keepsFineWeights ? [] : nil
    for (token, weight) in weights {
      if weight > quantiser.ceiling {
        weightsClipped += 1
        largestWeight = max(largestWeight, weight)
      }
      let impact = quantiser.impact(of: weight)
      guard impact > 0 else { continue }
      postings.append(Posting(token: token, impact: impact))
      fineImpacts?.append(quantiser.fineImpact(of: weight))
    }
    do {
      let document = StoredDocument(
        key: key.text, metadata: metadata, postings: postings, fineImpacts: fineImpacts, denseRow: denseRow,
        coordinates: coordinates, hubness: hubness, object: object)
      if request.replacesDocuments, key.isRowNumber {
        throw NewelError(
          .invalidInput,
          "\(place()): the metadata has no keys, and row numbers say nothing about which documents are to be replaced; name a field "
            + "with --key-field.")
      }
      let replaced = try clock.stopping { try writer.add(document, replacing: request.replacesDocuments) }
      if replaced { documentsReplaced += 1 }
    } catch IndexStoreError.duplicateKey {
      let isOld = try existing?.position(ofKey: key.text) != nil
      let advice =
        key.isRowNumber
        ? "keys are row numbers because the metadata has none; name a field with --key-field"
        : "every document needs a key of its own"
      throw NewelError(
        .invalidInput,
        "\(place()): the key '\(key.text)' is \(isOld ? "in the index already" : "an earlier row's too"); \(advice).")
    } catch IndexStoreError.invalidDocument(_, let reason) {
      throw NewelError(
        .invalidInput,
        "\(place()): the document '\(key.text)' cannot be stored: \(reason)\(Self.advice(for: denseRow)).")
    }
    documentsAdded += 1
    if key.isRowNumber { keysAreRowNumbers = true }
    postingsAdded += postings.count
  }

  /// What to do about a document that cannot be stored, when its embedding is why.
  private static func advice(for denseRow: [Float]?) -> String {
    let limit = Float(Float16.greatestFiniteMagnitude)
    guard let denseRow, denseRow.contains(where: { $0.magnitude > limit }) else { return "" }
    return "; scale the embeddings, or leave them out with --no-dense-rows"
  }

  /// Puts segments at the end of the index together when many appends left many of them. The documents are committed
  /// before, so a failure here is no failure of the build.
  private func mergeSegments(_ writer: IndexWriter) -> (generation: UInt64?, count: Int, problem: String?) {
    guard request.mergesSegments else { return (nil, 0, nil) }
    do {
      let report = try clock.stopping { try writer.merge(.tiers, work: clock.mergeWork(request.order)) }
      if report.documentsMerged == 0 { return (nil, 0, nil) }
      return (report.generation, report.segmentsBefore - report.segmentsAfter + 1, nil)
    } catch {
      return (nil, 0, NewelError(wrapping: error).message)
    }
  }

  /// Makes what was added visible.
  func commit(_ writer: IndexWriter) throws -> BuildReport {
    guard documentsAdded > 0 else {
      let reason =
        request.conditions.isEmpty
        ? "the input has no rows" : "no row meets \(request.conditions.joined(separator: " and "))"
      throw NewelError(.invalidInput, "There is nothing to index: \(reason).")
    }
    try clock.stopping { try writer.endSegment() }
    try clock.report(JobProgress(stage: "committing", done: documentsAdded, total: nil, unit: "documents"))
    let commit = try writer.commit()
    let merge = mergeSegments(writer)
    writer.close()
    return BuildReport(
      index: request.index, generation: merge.generation ?? commit.generation, documentsAdded: documentsAdded,
      documentsInAll: commit.documentCount, documentsReplaced: documentsReplaced, postingsAdded: postingsAdded,
      rowsSkipped: rowsSkipped,
      ceiling: Double(writer.configuration.ceiling), weightsClipped: weightsClipped,
      largestClippedWeight: weightsClipped > 0 ? Double(largestWeight) : nil, segmentsMerged: merge.count,
      mergeProblem: merge.problem, keysAreRowNumbers: keysAreRowNumbers, seconds: 0, stages: clock.finish())
  }
}

extension BuildRequest.DenseType {
  /// What the files call it.
  var element: DenseElement { self == .float16 ? .float16 : .int8 }
}
