internal import ByteStorage
internal import EmbeddingDumps
internal import LinearAlgebra
internal import TokenSpace

/// Which rows of a dump are wanted, and what of them.
struct PairSelection {
  var filter: MetadataFilter?
  /// What is left out of the rows that the filter accepts, by record; nil for nothing.
  var leavesOut: ((MetadataRecord?, Int) -> Bool)?
  var captionField: String?
  var labelField: String?
  var tokenizer: Tokenizer = .word
  /// What the rows are for, as errors say it.
  var use = "used"
}

/// Opens pictures, texts and metadata, and reads the pairs among them.
struct PairReader {
  let images: EmbeddingDump
  let texts: EmbeddingDump?
  private let imagesPath: String
  private let textsPath: String?

  /// The files that are read.
  var paths: [String] { images.embeddingPaths + images.metadataPaths + (texts?.embeddingPaths ?? []) }

  /// - Parameter texts: rows of texts, or a dump whose `text_emb/` holds them.
  init(images: String, texts: String?, metadata: String?) throws {
    let fileSystem = PosixFileSystem()
    self.images = try EmbeddingDump.open(images: images, metadata: metadata, fileSystem: fileSystem)
    imagesPath = images
    textsPath = texts
    self.texts = try texts.map { try Self.texts($0, metadata: nil, fileSystem) }
  }

  /// Opens rows of texts: those of `text_emb/` in a dump, which has both sides; opened as a folder it would give the pictures.
  static func texts(
    _ path: String, metadata: String?, _ fileSystem: PosixFileSystem
  ) throws -> EmbeddingDump {
    let inner = joinedPath(path, "text_emb")
    let isDump = try fileSystem.kind(of: path) == .folder && fileSystem.kind(of: inner) == .folder
    return try EmbeddingDump.open(images: isDump ? inner : path, metadata: metadata, fileSystem: fileSystem)
  }

  /// What metadata say of the rows that are wanted.
  private struct Found {
    var rows: [Int] = []
    var captions: [[Set<String>]?] = []
    var labels: [String] = []
    /// The number of captions of every row of the dump.
    var captionCounts: [Int] = []
    var fields: [String]?
    var withoutLabel: MetadataRecord?
  }

  /// Reads the rows that `selection` wants.
  ///
  /// - Throws: ``NewelError`` when there are none, when texts do not belong to pictures, or captions or labels are missing.
  func read(_ selection: PairSelection, _ progress: ProgressHandler?) throws -> PairCollection {
    let found = try find(selection, progress)
    guard !found.rows.isEmpty else {
      throw NewelError(
        .invalidInput,
        selection.filter == nil
          ? "'\(imagesPath)' has no rows; give the embeddings of pictures."
          : "No row of '\(imagesPath)' is left to be \(selection.use); check the conditions.")
    }
    try progress?(JobProgress(stage: "reading embeddings", done: 0, total: found.rows.count, unit: "rows"))
    let pictures = try images.rows(numbered: found.rows)
    let numbers = try textNumbers(found)
    let captions = selection.captionField == nil ? nil : try captions(found, texts: numbers, selection)
    var pictureOfText: [Int] = []
    for picture in found.rows.indices {
      let count = numbers?[picture].count ?? captions?[picture].count ?? 1
      pictureOfText.append(contentsOf: repeatElement(picture, count: count))
    }
    let rows = try numbers.flatMap { try texts?.rows(numbered: $0.flatMap { $0 }) }
    try progress?(
      JobProgress(stage: "reading embeddings", done: found.rows.count, total: found.rows.count, unit: "rows"))
    return PairCollection(
      images: pictures, texts: rows, captions: captions.map { $0.flatMap { $0 } }, pictures: pictureOfText,
      labels: selection.labelField == nil ? nil : found.labels, rows: found.rows)
  }

  private func find(_ selection: PairSelection, _ progress: ProgressHandler?) throws -> Found {
    var found = Found()
    guard images.hasMetadata else {
      if selection.filter != nil || selection.captionField != nil || selection.labelField != nil {
        throw NewelError(
          .invalidArgument, "Conditions, captions and labels are in metadata; give --metadata, a JSONL file or a dump.")
      }
      found.rows = (0..<images.rowCount).filter { selection.leavesOut?(nil, $0) != true }
      return found
    }
    let reader = selection.captionField.map { CaptionReader(field: $0, tokenizer: selection.tokenizer) }
    var records = images.metadataReader()
    while let record = try records.next() {
      if record.row % 10_000 == 0 {
        try progress?(JobProgress(stage: "reading metadata", done: record.row, total: images.rowCount, unit: "rows"))
      }
      if found.fields == nil { found.fields = record.object.keys }
      let isWanted =
        selection.filter?.accepts(record) ?? true && selection.leavesOut?(record, record.row) != true
      let captions = try reader?.tokensOfEach(of: record)
      found.captionCounts.append(captions?.count ?? 0)
      guard isWanted else { continue }
      found.rows.append(record.row)
      found.captions.append(captions)
      guard let field = selection.labelField else { continue }
      guard let label = record.object[field]?.scalarText else {
        throw NewelError(
          .invalidInput,
          "Line \(record.line) of '\(record.path)' has no text or number in '\(field)'; leave the row out with --where, or name "
            + "another field with --label-field.")
      }
      found.labels.append(label)
    }
    return found
  }

  /// The rows of the texts of each picture that was found; nil without texts.
  private func textNumbers(_ found: Found) throws -> [[Int]]? {
    guard let texts else { return nil }
    let (pictures, count) = (images.rowCount, texts.rowCount)
    if pictures > 0, count > 0, count % pictures == 0 {
      let each = count / pictures
      return found.rows.map { Array(each * $0..<each * ($0 + 1)) }
    }
    if count > 0, count == found.captionCounts.reduce(0, +) {
      var starts = [0]
      for captions in found.captionCounts { starts.append(starts[starts.count - 1] + captions) }
      return found.rows.map { Array(starts[$0]..<starts[$0 + 1]) }
    }
    let captions = found.captionCounts.reduce(0, +)
    throw NewelError(
      .invalidInput,
      "'\(textsPath ?? "")' has \(count) rows of texts and '\(imagesPath)' \(pictures) of pictures"
        + (captions > 0 ? " with \(captions) captions" : "")
        + "; row i of one must belong to row i of the other, so give one text for each picture, as many for each, or one for "
        + "each caption.")
  }

  /// The token sets of the texts of each picture.
  private func captions(
    _ found: Found, texts: [[Int]]?, _ selection: PairSelection
  ) throws -> [[Set<String>]] {
    guard found.captions.contains(where: { $0 != nil }) else {
      let field = selection.captionField ?? ""
      throw NewelError(
        .invalidInput,
        "No row has a caption in '\(field)'; the metadata have the fields "
          + "\((found.fields ?? []).map { "'\($0)'" }.joined(separator: ", ")); name one with --caption-field.")
    }
    return found.captions.enumerated().map { picture, captions in
      let captions = captions ?? []
      guard let count = texts?[picture].count, count != captions.count else { return captions }
      // Texts that are not the captions one by one share all their words.
      return [Set<String>](repeating: captions.reduce(into: []) { $0.formUnion($1) }, count: count)
    }
  }
}
