public import ByteStorage
public import InvertedIndex

/// What can go wrong between a caller and the index in a folder. Every `description` is one sentence.
public enum IndexStoreError: Error, Equatable, Sendable {
  /// A file could not be read, written or trusted.
  case storage(StorageError)
  /// The postings of a segment could not be written, read or trusted.
  case postings(InvertedIndexError)
  /// SQLite reports an error; `code` is its extended result code.
  case catalog(path: String, code: Int32, message: String)
  /// The catalog contradicts its checksums, or itself.
  case damagedCatalog(path: String, what: String)
  /// The folder holds no committed index; `reason` says what is there instead.
  case noIndex(path: String, reason: String)
  /// The folder holds files of an index whose catalog was lost; nothing was touched.
  case lostCatalog(path: String, what: String, example: String)
  /// The catalog lost a commit, and not all files of its record are whole; nothing was touched.
  case lostCommit(path: String, generation: UInt64, obstacle: String)
  /// A segment made elsewhere cannot be taken in.
  case doesNotFit(path: String, reason: String)
  /// A repair cannot bring anything back, or not without giving something up; nothing was touched.
  case irreparable(path: String, reason: String)
  /// A commit was broken off where only the next open can tell whether it happened.
  case unknownOutcome(path: String, cause: String)
  /// A file that the last commit needs is not there.
  case lostFile(path: String, name: String)
  /// An index is to be made inside the folder of another one; nothing was touched.
  case insideIndex(path: String, outer: String)
  /// An index is to be made in a folder that holds something else; nothing was touched.
  case foreignFolder(path: String, example: String)
  /// The numbers for the names of files are used up, so nothing can be added; nothing was touched.
  case numbersExhausted(path: String, next: UInt64)
  /// Another writer is at work.
  case locked(path: String, holder: String)
  /// A document with this key was added before.
  case duplicateKey(String)
  /// A document cannot be stored.
  case invalidDocument(key: String, reason: String)
  /// A vocabulary is not an extension of the index's, or no vocabulary at all.
  case invalidVocabulary(reason: String)
  /// There is no document at this position.
  case noSuchDocument(position: UInt32, count: Int)
  /// An earlier error made the writer unusable; the committed index is as it was.
  /// A condition names a metadata field that no document has; `known` are the fields that can be asked for.
  case unknownField(name: String, known: [String])
  case writerFailed(cause: String)
  /// The writer was closed.
  case writerClosed
}

extension IndexStoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .storage(let error): return error.description
    case .postings(let error): return error.description
    case .catalog(let path, let code, let message):
      return "The catalog '\(path)' could not be used: \(message) (SQLite \(code)); run 'newel verify' on the index."
    case .damagedCatalog(let path, let what):
      return "The catalog '\(path)' is damaged: \(what); 'newel repair' tells what can be brought back."
    case .noIndex(let path, let reason):
      return "There is no index in '\(path)': \(reason); make one with 'newel build'."
    case .lostCatalog(let path, let what, let example):
      return
        "The index in '\(path)' lost its catalog: catalog.sqlite \(what) although '\(example)' is there, so nothing "
        + "was touched; 'newel repair' makes it anew from the record of the last commit."
    case .lostCommit(let path, let generation, let obstacle):
      return
        "The index in '\(path)' lost commit \(generation): its record is there and the catalog does not know it, and not "
        + "all of its files are whole, so nothing was touched; 'newel repair' tells what can be brought back. (\(obstacle))"
    case .doesNotFit(let path, let reason):
      return "The segment '\(path)' does not fit the index: \(reason)."
    case .irreparable(let path, let reason):
      return "The index in '\(path)' was not repaired: \(reason)."
    case .unknownOutcome(let path, let cause):
      return "The commit to '\(path)' was broken off at its last step, so it has happened or it has not, as a whole; "
        + "'newel stats' tells how many commits there are. The error was: \(cause)"
    case .lostFile(let path, let name):
      return "The index in '\(path)' lost the file '\(name)', which its last commit needs; restore it, or remove the "
        + "folder and build again."
    case .insideIndex(let path, let outer):
      return "'\(path)' is inside the index '\(outer)', so nothing was written; choose a folder outside of it."
    case .foreignFolder(let path, let example):
      return "'\(path)' is not empty and not an index (it holds '\(example)'), so nothing was written; choose a new or "
        + "empty folder."
    case .numbersExhausted(let path, let next):
      return "The index in '\(path)' has used up the numbers for its files (the next would be \(next)), so nothing was "
        + "written; build the index again in a new folder."
    case .locked(let path, let holder):
      return "The index in '\(path)' is being written by \(holder); wait for it to finish or stop it."
    case .duplicateKey(let key):
      return "The key '\(key)' occurs twice; every document of an index needs a key of its own."
    case .invalidDocument(let key, let reason):
      return "The document '\(key)' cannot be stored: \(reason)."
    case .invalidVocabulary(let reason):
      return "The vocabulary does not fit the index: \(reason)."
    case .noSuchDocument(let position, let count):
      return "There is no document at position \(position); the index has \(count), counted from 0."
    case .unknownField(let name, let known):
      let names = known.prefix(30).map { "'\($0)'" }.joined(separator: ", ")
      let rest = known.count > 30 ? " and \(known.count - 30) more" : ""
      return
        "No document has the metadata field '\(name)'; "
        + (known.isEmpty ? "there is none to filter by." : "fields to filter by are \(names)\(rest).")
    case .writerFailed(let cause):
      return "The writer stopped after an error and takes nothing more; open it again. The error was: \(cause)"
    case .writerClosed:
      return "The writer was closed; open the index again to add documents."
    }
  }
}

/// Turns storage errors into this module's, for use with typed throws.
func storing<Result: ~Copyable>(_ body: () throws(StorageError) -> Result) throws(IndexStoreError) -> Result {
  do { return try body() } catch { throw .storage(error) }
}

/// Turns errors of the postings into this module's.
func indexing<Result: ~Copyable>(_ body: () throws(InvertedIndexError) -> Result) throws(IndexStoreError) -> Result {
  do {
    return try body()
  } catch {
    if case .storage(let storage) = error { throw .storage(storage) }
    throw .postings(error)
  }
}
