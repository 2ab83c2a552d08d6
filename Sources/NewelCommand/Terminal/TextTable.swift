/// A table for the terminal: aligned columns, two spaces between them, cut to the width of the window.
struct TextTable: Sendable {
  enum Alignment: Sendable {
    case left
    case right
  }

  /// One column: its heading and how its cells are set.
  struct Column: Sendable {
    let heading: String
    let alignment: Alignment

    /// Whether cells may be cut off when the window is too narrow; keys and numbers should not be.
    let isFlexible: Bool

    init(_ heading: String, _ alignment: Alignment = .left, isFlexible: Bool = false) {
      self.heading = heading
      self.alignment = alignment
      self.isFlexible = isFlexible
    }
  }

  private static let gap = 2

  /// A flexible column is not made narrower than this (or than its contents).
  private static let leastFlexibleWidth = 8

  private let columns: [Column]
  private let style: TerminalStyle
  private var rows: [[String]] = []

  /// An empty table. When all headings are empty, none are printed.
  init(_ columns: [Column], style: TerminalStyle = .current) {
    self.columns = columns
    self.style = style
  }

  /// Adds a row; missing cells are empty, surplus ones are left out. Control characters are made harmless.
  mutating func append(_ cells: [String]) {
    rows.append(
      columns.indices.map { $0 < cells.count ? DisplayWidth.printable(cells[$0]) : "" })
  }

  /// The lines of the table, without trailing spaces.
  ///
  /// - Parameter width: the columns of the window; nil to cut nothing off, for files and pipes.
  func lines(width: Int?) -> [String] {
    var all = rows
    if columns.contains(where: { !$0.heading.isEmpty }) { all.insert(columns.map(\.heading), at: 0) }
    let widths = fitted(naturalWidths(of: all), to: width)
    return all.map { line($0, widths: widths) }
  }

  private func naturalWidths(of rows: [[String]]) -> [Int] {
    columns.indices.map { column in rows.map { DisplayWidth.columns(of: $0[column]) }.max() ?? 0 }
  }

  /// Narrows flexible columns, the widest first, until the row fits or none can give more.
  private func fitted(_ natural: [Int], to width: Int?) -> [Int] {
    var widths = natural
    guard let width else { return widths }
    var excess = widths.reduce(0, +) + Self.gap * max(0, widths.count - 1) - width
    while excess > 0 {
      let candidates = columns.indices.filter { columns[$0].isFlexible && widths[$0] > Self.leastFlexibleWidth }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }

  private func line(_ cells: [String], widths: [Int]) -> String {
    var line = ""
    // Spaces are owed and only paid when something follows, so that no line ends in spaces.
    var owed = 0
    for (index, cell) in cells.enumerated() {
      let text = DisplayWidth.truncated(cell, to: widths[index], style: style)
      let padding = max(0, widths[index] - DisplayWidth.columns(of: text))
      let isRight = columns[index].alignment == .right
      if !text.isEmpty {
        line += String(repeating: " ", count: owed + (isRight ? padding : 0)) + text
        owed = isRight ? 0 : padding
      } else {
        owed += padding
      }
      owed += Self.gap
    }
    return line
  }
}
