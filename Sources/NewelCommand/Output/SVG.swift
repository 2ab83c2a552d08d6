import Foundation

/// The parts that drawings are made of, as SVG text.
enum SVG {
  /// Colours that are told apart, for lines in their order.
  static let colours = ["#1f6f5c", "#7a3fa0", "#c2571a", "#2f6fbd", "#b01f4f", "#8a7a1f", "#4a9a3a", "#555f6b"]
  /// What closes a drawing.
  static let end = "</svg>\n"

  /// An empty white drawing, to be closed with ``end``.
  static func begin(width: Double, height: Double) -> String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(number(width))\" height=\"\(number(height))\" "
      + "viewBox=\"0 0 \(number(width)) \(number(height))\" font-family=\"Helvetica, Arial, sans-serif\">\n"
      + "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
  }

  static func label(
    _ text: String, x: Double, y: Double, size: Int, anchor: String = "start", weight: String = "normal",
    colour: String = "#22272e"
  ) -> String {
    "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(size)\" font-weight=\"\(weight)\" "
      + "text-anchor=\"\(anchor)\" fill=\"\(colour)\">\(escaped(text))</text>\n"
  }

  /// A thin line of a grid.
  static func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
    "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" stroke=\"#dfe3e8\"/>\n"
  }

  /// A line through points.
  static func line(_ points: [(x: Double, y: Double)], colour: String, width: Double = 2) -> String {
    let path = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
    return
      "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"\(number(width))\"/>\n"
  }

  /// Round numbers inside a range for the marks of an axis: four to ten of them, a step of 1, 2 or 5 times a power of ten apart.
  ///
  /// - Parameter range: finite, not empty.
  static func ticks(_ range: ClosedRange<Double>) -> [Double] {
    let span = range.upperBound - range.lowerBound
    guard span > 0, span.isFinite else { return [range.lowerBound] }
    let power = pow(10, (log10(span / 4)).rounded(.down))
    let step = power * (span / 4 / power >= 5 ? 5 : span / 4 / power >= 2 ? 2 : 1)
    let first = (range.lowerBound / step).rounded(.up)
    let last = (range.upperBound / step).rounded(.down)
    guard first <= last, last - first <= 20 else { return [range.lowerBound] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// A coordinate, with one decimal at most.
  static func number(_ value: Double) -> String {
    value == value.rounded() ? "\(Int(value))" : NumberText.fixed(value, decimals: 1)
  }

  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
