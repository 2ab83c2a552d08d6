internal import Alignment
internal import ByteStorage
internal import EmbeddingDumps
internal import IndexStore
internal import InvertedIndex
internal import LinearAlgebra
internal import TokenSpace

extension NewelError {
  /// The public form of an error of any layer.
  init(wrapping error: any Error) {
    switch error {
    case let error as NewelError: self = error
    case let error as StorageError: self.init(Self.code(of: error), error.description, cause: error)
    case let error as InvertedIndexError: self.init(Self.code(of: error), error.description, cause: error)
    case let error as IndexStoreError: self.init(Self.code(of: error), Self.sentence(of: error), cause: error)
    case let error as DumpError: self.init(Self.code(of: error), error.description, cause: error)
    case let error as TokenSpaceError: self.init(Self.code(of: error), error.description, cause: error)
    case let error as AlignmentError: self.init(Self.code(of: error), error.description, cause: error)
    default: self.init(.inputOutput, "\(error)", cause: error)
    }
  }

  /// What SQLite reports as its own trouble, in the words of who can do something about it.
  private static func sentence(of error: IndexStoreError) -> String {
    // The low byte of an extended result code is the code: 13 is SQLITE_FULL.
    guard case .catalog(let path, let code, _) = error, code & 0xFF == 13 else { return error.description }
    return "There is no space left on the disk for the catalog '\(path)'; free some and try again. The last committed "
      + "state of the index is as it was."
  }

  static func code(of error: StorageError) -> Code {
    switch error {
    case .notFound: .notFound
    case .locked: .locked
    case .unsupportedVersion, .unsupportedFlags: .unsupportedVersion
    case .truncated, .damaged, .notNewelFile, .wrongKind: .damaged
    case .alreadyExists, .limit, .notAFile, .nameNotUTF8: .invalidInput
    case .io: .inputOutput
    }
  }

  static func code(of error: InvertedIndexError) -> Code {
    switch error {
    case .storage(let error): code(of: error)
    case .inconsistent: .damaged
    case .invalidQueryWeight, .tooManyTerms, .invalidResultCount, .invalidBudget, .invalidHeadLists,
      .invalidHeadSearch:
      .invalidArgument
    case .invalidCeiling, .invalidPosting, .segmentFull, .noFineImpacts, .noRefinements, .noHeadLists: .invalidInput
    case .stopped: .cancelled
    }
  }

  static func code(of error: IndexStoreError) -> Code {
    switch error {
    case .storage(let error): code(of: error)
    case .postings(let error): code(of: error)
    case .catalog: .inputOutput
    case .damagedCatalog, .lostCatalog, .lostFile, .lostCommit, .irreparable: .damaged
    case .noIndex: .notFound
    case .foreignFolder, .insideIndex, .numbersExhausted, .duplicateKey, .invalidDocument, .invalidVocabulary,
      .doesNotFit:
      .invalidInput
    case .locked: .locked
    case .noSuchDocument: .notFound
    case .unknownField: .invalidArgument
    case .writerFailed, .writerClosed, .unknownOutcome: .inputOutput
    }
  }

  static func code(of error: DumpError) -> Code {
    switch error {
    case .storage(let error): code(of: error)
    case .filter: .invalidArgument
    case .nothingFound: .notFound
    default: .invalidInput
    }
  }

  static func code(of error: TokenSpaceError) -> Code {
    switch error {
    case .storage(let error): code(of: error)
    case .dump(let error): code(of: error)
    case .stair(let error): code(of: error)
    case .query, .badOption, .badTop: .invalidArgument
    case .unsupportedHead: .unsupportedVersion
    case .damagedHead: .damaged
    default: .invalidInput
    }
  }

  static func code(of error: AlignmentError) -> Code {
    switch error {
    case .storage(let error): code(of: error)
    case .badOption, .noLabels, .noAnchors, .noTexts, .noWords, .notConverged, .diverged, .otherTraining:
      .invalidArgument
    case .damagedAlignment, .badCheckpoint: .damaged
    case .unsupportedAlignment: .unsupportedVersion
    default: .invalidInput
    }
  }

  static func code(of error: StairError) -> Code {
    switch error {
    case .identicalCaptions, .textRows: .invalidInput
    case .memory, .diverged, .collapsed, .otherTraining: .invalidArgument
    case .badCheckpoint: .damaged
    case .stopped: .cancelled
    }
  }
}
