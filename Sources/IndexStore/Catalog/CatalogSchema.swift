/// The tables of `catalog.sqlite`. FORMAT.md §7.7.
enum CatalogSchema {
  /// `PRAGMA application_id`: the letters NEWL.
  static let applicationID: Int32 = 0x4E45_574C
  /// `PRAGMA user_version`.
  static let version: Int32 = 1

  static let statements =
    [
      """
      CREATE TABLE manifest (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        generation INTEGER NOT NULL,
        format_version INTEGER NOT NULL,
        configuration TEXT NOT NULL,
        vocabulary_file TEXT REFERENCES files (name),
        head_file TEXT REFERENCES files (name),
        document_count INTEGER NOT NULL,
        next_number INTEGER NOT NULL,
        checksum INTEGER NOT NULL
      ) STRICT
      """,
      """
      CREATE TABLE segments (
        number INTEGER PRIMARY KEY,
        first_ordinal INTEGER NOT NULL UNIQUE,
        document_count INTEGER NOT NULL,
        posting_count INTEGER NOT NULL,
        key_checksum INTEGER NOT NULL,
        leaves_fields_out INTEGER NOT NULL
      ) STRICT
      """,
      """
      CREATE TABLE files (
        name TEXT PRIMARY KEY,
        kind INTEGER NOT NULL,
        segment INTEGER REFERENCES segments (number),
        byte_count INTEGER NOT NULL,
        checksum INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID
      """,
      """
      CREATE TABLE documents (
        ordinal INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE
      ) STRICT
      """,
    ] + FilterSchema.statements
}
