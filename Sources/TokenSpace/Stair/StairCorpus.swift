import EmbeddingDumps
import LinearAlgebra

/// What a training knows of the captions: the vocabulary, and the token sets of the rows trained and validated on.
///
/// The metadata is read twice and not held. The vocabulary comes from the training rows alone.
struct StairCorpus: Sendable {
  let vocabulary: Vocabulary
  let tokenizer: Tokenizer
  private(set) var training = CaptionBags()
  private(set) var validation = CaptionBags()
  /// The rows that passed the filter and have no caption.
  private(set) var rowsWithoutCaption = 0
  /// The rows to train on none of whose captions has a token of the vocabulary.
  private(set) var rowsWithoutToken = 0

  /// Reads the captions of `dump`.
  ///
  /// - Parameter progress: called with how many rows of how many are read, twice from 0 on; what it throws ends the reading.
  /// - Throws: ``TokenSpaceError``: no captions, fewer than 2 rows, no frequent token, captions that are all the same.
  init(
    _ dump: EmbeddingDump, options: StairOptions, progress: (_ done: Int, _ total: Int) throws(TokenSpaceError) -> Void
  ) throws(TokenSpaceError) {
    guard dump.hasMetadata else { throw .noCaptions(field: options.captionField, fields: []) }
    tokenizer = try options.vocabulary.tokenizer()
    let reader = StairCaptionReader(dump: dump, options: options, tokenizer: tokenizer)
    var builder = VocabularyBuilder()
    var withoutCaption = 0
    var fields: [String]?
    try reader.forEach(progress) { (record, captions) throws(TokenSpaceError) in
      if fields == nil { fields = record.object.keys }
      guard let captions else {
        withoutCaption += 1
        return
      }
      if !reader.isHeldOut(record) { builder.add(captions.reduce(into: []) { $0.formUnion($1) }) }
    }
    rowsWithoutCaption = withoutCaption
    if builder.documentCount == 0, withoutCaption > 0 {
      throw .noCaptions(field: options.captionField, fields: fields ?? [])
    }
    guard builder.documentCount >= 2 else { throw .tooFewRows(found: builder.documentCount) }
    vocabulary = try Self.vocabulary(builder, options)

    var random = SplitMix64(seed: StairRandom.seed(options.seed, .validation))
    var heldOut = 0
    try reader.forEach(progress) { (record, captions) throws(TokenSpaceError) in
      guard let captions else { return }
      // Sorted, so that nothing depends on the order of a hash table.
      let ids = captions.map { $0.compactMap { vocabulary.id(of: $0) }.sorted() }
      if reader.isHeldOut(record) {
        heldOut += 1
        add(ids, row: record.row, heldOut: heldOut, limit: options.maximumValidationRows, &random)
      } else if !training.append(row: record.row, captions: ids) {
        rowsWithoutToken += 1
      }
    }
    validation = kept.bags()
    kept = Reservoir()
    try check()
  }

  private var kept = Reservoir()

  /// The validation rows kept so far, in no order.
  private struct Reservoir {
    var rows: [(row: Int, captions: [[UInt32]])] = []

    func bags() -> CaptionBags {
      var bags = CaptionBags()
      for entry in rows.sorted(by: { $0.row < $1.row }) { _ = bags.append(row: entry.row, captions: entry.captions) }
      return bags
    }
  }

  /// Keeps `limit` of all rows held out, each equally likely (Vitter's algorithm R, 1985).
  private mutating func add(
    _ captions: [[UInt32]], row: Int, heldOut: Int, limit: Int, _ random: inout SplitMix64
  ) {
    if kept.rows.count < limit {
      kept.rows.append((row, captions))
    } else {
      let place = random.below(heldOut)
      if place < limit { kept.rows[place] = (row, captions) }
    }
  }

  private func check() throws(TokenSpaceError) {
    guard training.rowCount > 0 else { throw .noKnownToken(vocabulary: vocabulary.count) }
    guard training.rowCount >= 2 else { throw .tooFewRows(found: training.rowCount) }
    guard training.hasDifferentCaptions else {
      throw .stair(.identicalCaptions(rows: training.rowCount, tokens: training.tokens(of: 0).count))
    }
  }

  private static func vocabulary(
    _ builder: VocabularyBuilder, _ options: StairOptions
  ) throws(TokenSpaceError) -> Vocabulary {
    switch options.vocabulary {
    case .words(let vocabulary): return vocabulary
    case .captions, .wordPiece:
      return try builder.finish(
        minimumDocumentFrequency: options.minimumDocumentFrequency, maximumCount: options.maximumVocabulary,
        stopWords: options.stopWords)
    }
  }
}

/// Goes through the metadata of a dump, and says which rows are held out.
private struct StairCaptionReader {
  let dump: EmbeddingDump
  let options: StairOptions
  let captions: CaptionReader
  /// The probability with which a row is held out when no filter says so.
  private let share: Double

  init(dump: EmbeddingDump, options: StairOptions, tokenizer: Tokenizer) {
    self.dump = dump
    self.options = options
    captions = CaptionReader(field: options.captionField, tokenizer: tokenizer)
    let rows = Double(max(1, dump.rowCount))
    // Of fewer rows than ten nothing can be said, and a tenth of few rows is missed in training.
    let wanted = options.validationShare * rows < 10 ? 0 : options.validationShare
    share = min(wanted, Double(options.maximumValidationRows) / rows)
  }

  /// Whether a row is for validation: a function of its number and the seed, or of its metadata.
  func isHeldOut(_ record: MetadataRecord) -> Bool {
    if let filter = options.validationFilter { return filter.accepts(record) }
    var random = SplitMix64(seed: StairRandom.seed(options.seed, .holdOut, record.row))
    return random.uniform() < share
  }

  /// Calls `body` with the records that are for training or validation and the distinct tokens of each of their captions.
  func forEach(
    _ progress: (Int, Int) throws(TokenSpaceError) -> Void,
    _ body: (MetadataRecord, [Set<String>]?) throws(TokenSpaceError) -> Void
  ) throws(TokenSpaceError) {
    var reader = dump.metadataReader()
    var done = 0
    try progress(0, dump.rowCount)
    while let record = try next(&reader) {
      done += 1
      if done % 10_000 == 0 { try progress(done, dump.rowCount) }
      let isChosen = options.filter?.accepts(record) ?? true
      guard isChosen || options.validationFilter?.accepts(record) ?? false else { continue }
      try body(record, try captions.tokensOfEach(of: record))
    }
    try progress(done, dump.rowCount)
  }

  private func next(_ reader: inout MetadataReader) throws(TokenSpaceError) -> MetadataRecord? {
    do {
      return try reader.next()
    } catch {
      throw .dump(error)
    }
  }
}
