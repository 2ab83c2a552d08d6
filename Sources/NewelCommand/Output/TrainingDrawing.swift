import Newel

/// The course of a training as an SVG picture: the loss above, what the validations found below, over the same steps.
struct TrainingDrawing {
  private let course: TrainingCourse
  private let lastStep: Double
  private let losses: ClosedRange<Double>

  private static let width = 960.0
  private static let plot = (left: 76.0, right: 720.0)
  private static let upper = (top: 72.0, bottom: 300.0)
  private static let lower = (top: 340.0, bottom: 568.0)

  init(_ course: TrainingCourse) {
    self.course = course
    lastStep = Double(max(1, course.losses.last?.step ?? 1, course.validations.last?.step ?? 1))
    let values = course.losses.flatMap { [$0.total, $0.contrastive] }.filter(\.isFinite)
    let low = values.min() ?? 0
    losses = low...max(low + 0.1, values.max() ?? 1)
  }

  var svg: String {
    var text = SVG.begin(width: Self.width, height: 620)
    text += SVG.label("Training", x: Self.plot.left, y: 30, size: 18, weight: "bold")
    text += SVG.label(
      "\(NumberText.grouped(Int(lastStep))) steps; dashes part the stages", x: Self.plot.left, y: 52, size: 12,
      colour: "#555f6b")
    text += frame()
    let shown = course.losses.filter { $0.total.isFinite && $0.contrastive.isFinite }
    text += curve(
      "loss", 0, legendY: Self.upper.top, shown.map { (x($0.step), y(loss: $0.total)) }, last: shown.last?.total)
    text += curve(
      "contrastive part", 1, legendY: Self.upper.top, shown.map { (x($0.step), y(loss: $0.contrastive)) },
      last: shown.last?.contrastive)
    let shares: [(String, (TrainingCourse.Validation) -> Double)] = [
      ("caption → picture, R@10", { $0.textToImage.at10 }), ("picture → caption, R@10", { $0.imageToText.at10 }),
      ("caption → picture, R@1", { $0.textToImage.at1 }), ("precision of 5 tokens", { $0.tokenPrecision }),
      ("most frequent token", { $0.largestFrequency }),
    ]
    for (number, (name, value)) in shares.enumerated() {
      text += curve(
        name, number, legendY: Self.lower.top, course.validations.map { (x($0.step), y(share: value($0))) },
        last: course.validations.last.map(value), marked: true)
    }
    return text + SVG.end
  }

  // MARK: - Places

  private func x(_ step: Int) -> Double {
    Self.plot.left + Double(step) / lastStep * (Self.plot.right - Self.plot.left)
  }

  private func y(loss: Double) -> Double {
    let share = (loss - losses.lowerBound) / (losses.upperBound - losses.lowerBound)
    return Self.upper.bottom - share * (Self.upper.bottom - Self.upper.top)
  }

  private func y(share: Double) -> Double {
    Self.lower.bottom - min(1, max(0, share)) * (Self.lower.bottom - Self.lower.top)
  }

  // MARK: - Parts

  private func frame() -> String {
    var text = ""
    let marks =
      SVG.ticks(losses).map { (y(loss: $0), $0) } + SVG.ticks(0...1).map { (y(share: $0), $0) }
    for (y, value) in marks {
      text += SVG.rule(Self.plot.left, y, Self.plot.right, y)
      text += SVG.label(
        NumberText.fixed(value, decimals: losses.upperBound - losses.lowerBound < 1 ? 2 : 1), x: Self.plot.left - 8,
        y: y + 4, size: 12, anchor: "end")
    }
    for step in SVG.ticks(0...lastStep) where step == step.rounded() {
      text += SVG.label(
        NumberText.grouped(Int(step)), x: x(Int(step)), y: Self.lower.bottom + 20, size: 12, anchor: "middle")
    }
    text += SVG.label(
      "steps", x: (Self.plot.left + Self.plot.right) / 2, y: Self.lower.bottom + 42, size: 13, anchor: "middle")
    for end in course.stageEnds.dropLast() {
      text +=
        "<line x1=\"\(SVG.number(x(end)))\" y1=\"\(SVG.number(Self.upper.top))\" x2=\"\(SVG.number(x(end)))\" "
        + "y2=\"\(SVG.number(Self.lower.bottom))\" stroke=\"#8b949e\" stroke-dasharray=\"4 4\"/>\n"
    }
    return text
  }

  /// A line with its entry in the legend, which says where it ends.
  private func curve(
    _ name: String, _ number: Int, legendY: Double, _ points: [(x: Double, y: Double)], last: Double?,
    marked: Bool = false
  ) -> String {
    let colour = SVG.colours[number % SVG.colours.count]
    var text = points.count > 1 ? SVG.line(points, colour: colour) : ""
    if marked {
      for point in points {
        text +=
          "<circle cx=\"\(SVG.number(point.x))\" cy=\"\(SVG.number(point.y))\" r=\"3\" fill=\"\(colour)\"/>\n"
      }
    }
    let y = legendY + 12 + Double(number) * 40
    text +=
      "<circle cx=\"\(SVG.number(Self.plot.right + 24))\" cy=\"\(SVG.number(y - 4))\" r=\"5\" fill=\"\(colour)\"/>\n"
    text += SVG.label(name, x: Self.plot.right + 38, y: y, size: 13)
    if let last {
      text += SVG.label(
        NumberText.fixed(last, decimals: 3), x: Self.plot.right + 38, y: y + 16, size: 11, colour: "#555f6b")
    }
    return text
  }
}
