public import ByteStorage

/// What can be wrong with the files of an embedding dump or of a sparse collection.
///
/// Every case names the file; `description` is one sentence that says what is wrong, where, and what helps. Rows and
/// columns count from 0 as in NumPy, lines from 1 as in an editor.
public enum DumpError: Error, Equatable, Sendable {
  /// The file system refused, or a file ends too early.
  case storage(StorageError)
  /// A `.npy` header that cannot be read.
  case npyHeader(path: String, reason: String)
  /// An array of a type that is no embedding (objects, records, integers, text).
  case arrayType(path: String, type: String, reason: String)
  /// An array whose data is not as long as its header says.
  case arrayLength(path: String, shape: [Int], expected: Int, found: Int)
  /// An array that is not two-dimensional.
  case arrayShape(path: String, shape: [Int])
  /// NaN, infinity, or a number beyond float32, in an embedding.
  case notFinite(path: String, row: Int, column: Int)
  /// A `.npz` archive that cannot be read; `member` is empty when the archive as a whole is meant.
  case archive(path: String, member: String, reason: String)
  /// A line that is not JSON.
  case json(path: String, line: Int, error: JSONError)
  /// A line that is JSON but not what is expected there.
  case line(path: String, line: Int, reason: String)
  /// A line longer than the limit.
  case lineTooLong(path: String, line: Int, limit: Int)
  /// A compressed file that cannot be decompressed.
  case compressed(path: String, reason: String)
  /// Embeddings and metadata of different lengths.
  case rowCounts(embeddings: String, rows: Int, metadata: String, lines: Int)
  /// A shard whose partner is missing in the other folder.
  case missingPartner(path: String, folder: String)
  /// Two shards with the same number in one folder.
  case ambiguousShards(first: String, second: String)
  /// A folder or file in which nothing usable was found.
  case nothingFound(path: String, expected: String)
  /// A metadata folder that has Parquet files only.
  case parquetOnly(folder: String)
  /// Shards with different numbers of columns.
  case dimensions(path: String, columns: Int, first: String, firstColumns: Int)
  /// A filter that cannot be read.
  case filter(text: String, reason: String)
  /// A sparse matrix whose structure contradicts itself.
  case sparseMatrix(path: String, reason: String)
  /// A sparse vector with a weight that is negative or not finite. `place` is "line 3" or "row 2".
  case weight(path: String, place: String, token: String, weight: String)
  /// A sparse vector that names a token twice.
  case duplicateToken(path: String, place: String, token: String)
  /// A vocabulary that does not fit the columns of a sparse matrix.
  case vocabularySize(path: String, columns: Int, tokens: Int)
}

extension DumpError: CustomStringConvertible {
  /// One clear sentence.
  public var description: String {
    switch self {
    case .storage(let error):
      return error.description
    case .npyHeader(let path, let reason):
      return "'\(path)' has a .npy header that cannot be read: \(reason); save the array again with numpy.save."
    case .arrayType(let path, let type, let reason):
      return
        "'\(path)' holds an array of type \(type) (\(reason)); embeddings must be float16, float32 or float64: save "
        + "array.astype('float16')."
    case .arrayLength(let path, let shape, let expected, let found):
      return
        "'\(path)' says shape \(DumpError.text(shape)), which takes \(expected) bytes, but \(found) bytes follow its "
        + "header; the file is cut short or was changed: copy it again."
    case .arrayShape(let path, let shape):
      return "'\(path)' has shape \(DumpError.text(shape)); embeddings must have two dimensions, one row per document."
    case .notFinite(let path, let row, let column):
      return "'\(path)' has a value that is not finite as a float32 (NaN, infinity or too large) in row \(row), column "
        + "\(column); remove the row or compute its embedding again."
    case .archive(let path, let member, let reason):
      let place = member.isEmpty ? "'\(path)'" : "Member '\(member)' of '\(path)'"
      return "\(place) cannot be read as .npz: \(reason)."
    case .json(let path, let line, let error):
      return "'\(path)' line \(line): \(error.description); every line must be one JSON object."
    case .line(let path, let line, let reason):
      return "'\(path)' line \(line): \(reason)."
    case .lineTooLong(let path, let line, let limit):
      return "'\(path)' line \(line) is longer than \(limit) bytes; write one JSON object per line."
    case .compressed(let path, let reason):
      return "'\(path)' cannot be decompressed: \(reason); copy the file again."
    case .rowCounts(let embeddings, let rows, let metadata, let lines):
      return
        "'\(embeddings)' has \(rows) rows but '\(metadata)' has \(lines) lines; row i must belong to line i, so take "
        + "both files from the same run."
    case .missingPartner(let path, let folder):
      return "'\(path)' has no partner in '\(folder)'; shards are paired by the number their names end in, and both "
        + "folders must hold the same numbers."
    case .ambiguousShards(let first, let second):
      return "'\(first)' and '\(second)' have the same shard number, so they cannot be paired; move one away."
    case .nothingFound(let path, let expected):
      return "'\(path)' holds nothing to read; expected \(expected)."
    case .parquetOnly(let folder):
      return
        "'\(folder)' has its metadata in Parquet only; run tools/parquet-metadata '\(folder)' to turn it into JSON "
        + "lines."
    case .dimensions(let path, let columns, let first, let firstColumns):
      return
        "'\(path)' has \(columns) columns but '\(first)' has \(firstColumns); all shards must come from one encoder."
    case .filter(let text, let reason):
      return
        "The filter '\(text)' cannot be read: \(reason); write field=value, field!=value or field<value (also <=, >, >=)."
    case .sparseMatrix(let path, let reason):
      return "'\(path)' is not a valid sparse matrix: \(reason)."
    case .weight(let path, let place, let token, let weight):
      return
        "'\(path)' \(place): the token \"\(token)\" has the weight \(weight); weights must be finite and not negative."
    case .duplicateToken(let path, let place, let token):
      return "'\(path)' \(place): the token \"\(token)\" stands twice; give each token of a document one weight."
    case .vocabularySize(let path, let columns, let tokens):
      return
        "'\(path)' has \(columns) columns but the vocabulary has \(tokens) tokens; give the vocabulary the matrix was "
        + "made with."
    }
  }

  /// A shape as NumPy prints it.
  static func text(_ shape: [Int]) -> String {
    let numbers = shape.map { String($0) }.joined(separator: ", ")
    return shape.count == 1 ? "(\(numbers),)" : "(\(numbers))"
  }
}

/// Runs `body` and wraps the error of the storage layer.
func storing<R>(_ body: () throws(StorageError) -> R) throws(DumpError) -> R {
  do {
    return try body()
  } catch {
    throw .storage(error)
  }
}
