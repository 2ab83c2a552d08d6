/// The tables of `catalog.sqlite`. FORMAT.md §7.7.
enum CatalogSchema {
  /// `PRAGMA application_id`: the letters NEWL.
  static let applicationID: Int32 = 0x4E45_574C
  /// `PRAGMA user_version`.
  static let version: Int32 = 2

  static let statements = [
    """
    CREATE TABLE manifest (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      generation INTEGER NOT NULL,
      format_version INTEGER NOT NULL,
      configuration TEXT NOT NULL,
      next_ordinal INTEGER NOT NULL,
      next_number INTEGER NOT NULL,
      record_number INTEGER NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE segments (
      number INTEGER PRIMARY KEY,
      first_ordinal INTEGER NOT NULL UNIQUE,
      ordinal_span INTEGER NOT NULL,
      document_count INTEGER NOT NULL,
      dead_count INTEGER NOT NULL,
      posting_count INTEGER NOT NULL
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
  ]
}
