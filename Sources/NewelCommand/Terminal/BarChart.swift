/// Bars for weights: as long as the weight is great, in eighths of a character where the terminal can show them.
struct BarChart: Sendable {
  /// The weight whose bar is full.
  let maximum: Double

  /// The length of a full bar in columns.
  let width: Int

  let style: TerminalStyle

  /// - Parameters:
  ///   - maximum: the greatest weight to be drawn; with 0 or less every bar is empty.
  ///   - width: the columns of its bar, at least 0.
  ///   - style: eighth blocks, or '#' in whole characters.
  init(maximum: Double, width: Int, style: TerminalStyle = .current) {
    self.maximum = maximum
    self.width = max(0, width)
    self.style = style
  }

  /// The bar of one weight, without padding; never longer than ``width``.
  ///
  /// A weight above 0 always shows, and a weight that is not a number, or not above 0, has no bar.
  func bar(for weight: Double) -> String {
    guard weight > 0, maximum > 0, width > 0 else { return "" }
    let share = min(1, weight / maximum)
    switch style {
    case .unicode:
      let eighths = max(1, Int((share * Double(width) * 8).rounded()))
      let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
      return String(repeating: "█", count: eighths / 8) + partial
    case .ascii:
      return String(repeating: "#", count: max(1, Int((share * Double(width)).rounded())))
    }
  }
}
