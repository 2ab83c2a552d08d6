/// The text of a progress report: what is done of one stage, how fast, and how long it will still take.
struct ProgressLine: Sendable, Equatable {
  var label: String
  var done: Int

  /// How much there is to do; nil when nobody knows.
  var total: Int?

  /// What is counted, in the plural: "rows". "bytes" are shown in kB, MB, …; empty for a stage that is one step.
  var unit: String

  /// The seconds since the stage began.
  var elapsed: Double

  /// What else there is to say of this moment: "loss 1.204, R@10 0.912"; empty for nothing.
  var detail = ""

  /// "Training  [#####.....] 42 %  12,345/29,000 rows  8,100 rows/s  2 s left", in at most `columns` columns.
  ///
  /// What matters least goes first when the window is narrow: the bar and the rate, the counts and the detail.
  func running(columns: Int?) -> String {
    let share = total.map { $0 > 0 ? min(1, Double(done) / Double($0)) : 1 }
    if unit.isEmpty { return DisplayWidth.truncated(label, to: columns ?? .max, style: .ascii) }
    let counted = total.map { total in
      unit == "bytes"
        ? "\(NumberText.bytes(done)) of \(NumberText.bytes(total))"
        : "\(NumberText.grouped(done))/\(NumberText.grouped(total)) \(unit(for: total))"
    }
    let percent = share.map { "\(Int($0 * 100)) %" }
    let parts: [(text: String?, importance: Int)] = [
      (label, 5),
      (share.map { Self.bar($0) }, 1),
      (percent, 4),
      (counted ?? amount, share == nil ? 4 : 2),
      (rate, 1),
      (timeLeft, 3),
      (detail.isEmpty ? nil : detail, 2),
    ]
    for least in 1...5 {
      let line = Self.joined(parts.filter { $0.importance >= least }.compactMap(\.text), hasBar: least == 1)
      if DisplayWidth.columns(of: line) <= columns ?? .max { return line }
    }
    return DisplayWidth.truncated(label, to: columns ?? .max, style: .ascii)
  }

  /// "Training  29,000 rows in 3.6 s (8,100 rows/s)".
  var finished: String {
    let speed = rate.map { " (\($0))" } ?? ""
    if unit.isEmpty { return "\(label)  \(NumberText.elapsed(elapsed))" }
    let remark = detail.isEmpty ? "" : "  \(detail)"
    return "\(label)  \(amount) in \(NumberText.elapsed(elapsed))\(speed)\(remark)"
  }

  /// What is done: "12,345 rows", "4.2 MB".
  private var amount: String {
    unit == "bytes" ? NumberText.bytes(done) : "\(NumberText.grouped(done)) \(unit(for: done))"
  }

  /// The unit of a number: "row" for 1, "query" for 1, "rows" for all others.
  private func unit(for count: Int) -> String {
    guard count == 1 else { return unit }
    if unit.hasSuffix("ies") { return unit.dropLast(3) + "y" }
    if unit.hasSuffix("sses") { return String(unit.dropLast(2)) }
    return unit.hasSuffix("s") ? String(unit.dropLast()) : unit
  }

  private var rate: String? {
    guard done > 0, elapsed > 0.001 else { return nil }
    let perSecond = Double(done) / elapsed
    if unit == "bytes" { return perSecond < 1e18 ? "\(NumberText.bytes(Int(perSecond)))/s" : nil }
    return "\(NumberText.rate(perSecond)) \(unit)/s"
  }

  private var timeLeft: String? {
    // The first half second says little about the rest.
    guard let total, done > 0, done < total, elapsed >= 0.5 else { return nil }
    return NumberText.remaining(elapsed / Double(done) * Double(total - done)) + " left"
  }

  private static func bar(_ share: Double) -> String {
    let filled = Int(share * 20)
    return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: 20 - filled) + "]"
  }

  /// Two spaces between parts, but one between the bar and the percentage that belongs to it.
  private static func joined(_ parts: [String], hasBar: Bool) -> String {
    var line = ""
    for part in parts {
      if !line.isEmpty { line += hasBar && line.hasSuffix("]") && part.hasSuffix("%") ? " " : "  " }
      line += part
    }
    return line
  }
}
