import Foundation
import Newel

/// Recall against latency as an SVG picture: one line for each way to search, microseconds on a logarithmic axis, recall on
/// one that is stretched towards 1, where the choices are.
struct CurveDrawing {
  private let report: CurveReport
  /// Recall at the left edge; the right one is 1.
  private let lowest: Double
  /// Decades of microseconds at the bottom and at the top.
  private let decades: ClosedRange<Double>

  private static let width = 960.0
  private static let height = 560.0
  private static let plot = (left: 76.0, right: 700.0, top: 72.0, bottom: 492.0)

  init(_ report: CurveReport) {
    self.report = report
    let points = report.lines.flatMap(\.points)
    // Below, there is nothing that anybody would choose; steps of a tenth, and never a single point wide.
    let least = points.map(\.recall).min() ?? 0
    lowest = min(0.9, max(0.5, (least * 10).rounded(.down) / 10))
    let times = points.map { log10(max(0.1, $0.microseconds.mean)) }
    let low = ((times.min() ?? 0) * 4).rounded(.down) / 4
    let high = ((times.max() ?? 1) * 4).rounded(.up) / 4
    decades = low...max(low + 0.5, high)
  }

  var svg: String {
    var text = SVG.begin(width: Self.width, height: Self.height)
    text += SVG.label(
      "Recall@\(report.count) and mean latency", x: Self.plot.left, y: 30, size: 18, weight: "bold")
    text += SVG.label(
      "\(NumberText.grouped(report.documentCount)) documents, \(NumberText.grouped(report.queryCount)) queries of "
        + "\(NumberText.fixed(report.meanQueryTokens, decimals: 1)) tokens; recall against \(truthName)",
      x: Self.plot.left, y: 52, size: 12, colour: "#555f6b")
    text += axes()
    var taken: [(x: Double, y: Double, width: Double)] = []
    // What is one point stands before the lines that lead to it.
    for isLine in [true, false] {
      for (number, line) in report.lines.enumerated() where (line.points.count > 1) == isLine {
        text += draw(line, colour: SVG.colours[number % SVG.colours.count])
      }
    }
    // Labels last, over the lines, and only where there is room.
    for (number, line) in report.lines.enumerated() {
      text += labels(of: line, colour: SVG.colours[number % SVG.colours.count], &taken)
    }
    return text + legend() + SVG.end
  }

  private var truthName: String {
    report.truth.split(separator: "/").last.map(String.init) ?? report.truth
  }

  // MARK: - Places

  private func x(_ recall: Double) -> Double {
    let share =
      (Self.stretched(max(lowest, recall)) - Self.stretched(lowest)) / (Self.stretched(1) - Self.stretched(lowest))
    return Self.plot.left + share * (Self.plot.right - Self.plot.left)
  }

  /// Every tenfold of misses takes the same room, down to a few in ten thousand.
  private static func stretched(_ recall: Double) -> Double { -log10(1 - recall + 0.0003) }

  private func y(_ microseconds: Double) -> Double {
    let share = (log10(max(0.1, microseconds)) - decades.lowerBound) / (decades.upperBound - decades.lowerBound)
    return Self.plot.bottom - share * (Self.plot.bottom - Self.plot.top)
  }

  // MARK: - Parts

  private func axes() -> String {
    var text = ""
    for recall in [0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 1] where recall >= lowest {
      text += SVG.rule(x(recall), Self.plot.top, x(recall), Self.plot.bottom)
      text += SVG.label("\(recall)", x: x(recall), y: Self.plot.bottom + 20, size: 12, anchor: "middle")
    }
    for decade in -1...8 {
      for factor in [1.0, 2, 5] {
        let microseconds = factor * pow(10, Double(decade))
        guard decades.contains(log10(microseconds)) else { continue }
        text += SVG.rule(Self.plot.left, y(microseconds), Self.plot.right, y(microseconds))
        text += SVG.label(
          Self.time(microseconds), x: Self.plot.left - 8, y: y(microseconds) + 4, size: 12, anchor: "end")
      }
    }
    text += SVG.label(
      "recall@\(report.count)", x: (Self.plot.left + Self.plot.right) / 2, y: Self.plot.bottom + 44, size: 13,
      anchor: "middle")
    let middle = (Self.plot.top + Self.plot.bottom) / 2
    text +=
      "<text transform=\"translate(18 \(SVG.number(middle))) rotate(-90)\" font-size=\"13\" text-anchor=\"middle\" "
      + "fill=\"#22272e\">mean processor time of a query</text>\n"
    return text
  }

  /// Points of too little recall for the picture are left out; their line begins at the left edge.
  private func draw(_ line: CurveReport.Line, colour: String) -> String {
    let shown = line.points.filter { $0.recall >= lowest }
    var text = ""
    if shown.count > 1 {
      text += SVG.line(shown.map { (x($0.recall), y($0.microseconds.mean)) }, colour: colour)
    }
    for point in shown {
      let radius = line.points.count == 1 ? 7.0 : 4
      text +=
        "<circle cx=\"\(SVG.number(x(point.recall)))\" cy=\"\(SVG.number(y(point.microseconds.mean)))\" r=\"\(SVG.number(radius))\" "
        + "fill=\"\(colour)\"><title>\(SVG.escaped(caption(of: point, in: line)))</title></circle>\n"
    }
    return text
  }

  private func labels(
    of line: CurveReport.Line, colour: String, _ taken: inout [(x: Double, y: Double, width: Double)]
  ) -> String {
    var text = ""
    for point in line.points where point.recall >= lowest && !point.setting.isEmpty {
      let width = Double(point.setting.count) * 5.6
      let at = (x: x(point.recall) - 8 - width, y: y(point.microseconds.mean) - 5)
      let isFree = !taken.contains {
        at.x < $0.x + $0.width + 4 && $0.x < at.x + width + 4 && abs(at.y - $0.y) < 13
      }
      guard isFree, at.x > Self.plot.left else { continue }
      taken.append((at.x, at.y, width))
      text += SVG.label(point.setting, x: x(point.recall) - 8, y: at.y, size: 10, anchor: "end", colour: colour)
    }
    return text
  }

  private func legend() -> String {
    var text = ""
    for (number, line) in report.lines.enumerated() {
      let colour = SVG.colours[number % SVG.colours.count]
      let y = Self.plot.top + 12 + Double(number) * 40
      text +=
        "<circle cx=\"\(SVG.number(Self.plot.right + 24))\" cy=\"\(SVG.number(y - 4))\" r=\"5\" fill=\"\(colour)\"/>\n"
      text += SVG.label(line.mode, x: Self.plot.right + 38, y: y, size: 13)
      if let best = line.points.max(by: { ($0.recall, $1.microseconds.mean) < ($1.recall, $0.microseconds.mean) }) {
        text += SVG.label(
          "\(NumberText.fixed(best.recall, decimals: 4)) in \(Self.time(best.microseconds.mean))",
          x: Self.plot.right + 38, y: y + 16, size: 11, colour: "#555f6b")
      }
    }
    return text
  }

  // MARK: - Text

  private func caption(of point: CurveReport.Point, in line: CurveReport.Line) -> String {
    let setting = point.setting.isEmpty ? "" : ", \(point.setting)"
    return "\(line.mode)\(setting): recall \(NumberText.fixed(point.recall, decimals: 4)), "
      + Self.time(point.microseconds.mean)
  }

  private static func time(_ microseconds: Double) -> String {
    if microseconds >= 1000 {
      let milliseconds = microseconds / 1000
      return
        "\(NumberText.fixed(milliseconds, decimals: milliseconds < 10 && milliseconds != milliseconds.rounded() ? 1 : 0)) ms"
    }
    return "\(NumberText.fixed(microseconds, decimals: microseconds < 1 ? 1 : 0)) µs"
  }
}
