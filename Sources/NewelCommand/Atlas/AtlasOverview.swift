import Evaluation
import Foundation
import Newel

/// The top of an atlas: how the tokens are spread over all pictures, in figures, a curve and the most frequent ones.
struct AtlasOverview {
  let atlas: Atlas

  private var skew: FrequencySkew { FrequencySkew(frequencies: atlas.frequencies, documentCount: atlas.galleryCount) }

  var html: String {
    """
    <section aria-labelledby="spread">
    <h2 id="spread">How the tokens are spread</h2>
    \(tiles)
    <div class="panels">
    <div class="panel">
    <h3>Share of the pictures that have a token</h3>
    <p>Tokens from the most to the least frequent; both axes are logarithmic.</p>
    \(curve)
    </div>
    <div class="panel">
    <h3>Most frequent tokens</h3>
    <p>And the share of the pictures that have them.</p>
    \(frequent)
    </div>
    </div>
    </section>

    """
  }

  private var tiles: String {
    let skew = skew
    let dead = atlas.vocabularyCount - atlas.frequencies.count
    let deadShare = Double(dead) / Double(max(1, atlas.vocabularyCount))
    func tile(_ value: String, _ name: String, warns: Bool = false) -> String {
      "<div class=\"tile\(warns ? " warn" : "")\"><dt>\(name)</dt><dd>\(value)</dd></div>\n"
    }
    return "<dl class=\"tiles\">\n"
      + tile(NumberText.grouped(atlas.galleryCount), atlas.galleryCount == 1 ? "picture" : "pictures")
      + tile(NumberText.fixed(atlas.meanTokens, decimals: 1), "tokens per picture, on average")
      + tile(
        NumberText.grouped(atlas.frequencies.count),
        "of \(NumberText.grouped(atlas.vocabularyCount)) tokens are used; \(percent(deadShare)) are dead")
      + tile(
        percent(skew.maximumShare), "of the pictures have the most frequent token",
        warns: skew.maximumShare > FrequencySkew.alarmShare)
      + tile(
        NumberText.grouped(skew.alarms.count), "tokens are in more than 30\u{A0}% of the pictures",
        warns: !skew.alarms.isEmpty)
      + said + "</dl>"
  }

  /// What share of the strongest five tokens of the pictures shown their captions hold.
  private var said: String {
    var held = 0
    var counted = 0
    for picture in atlas.pictures where picture.inspection.caption != nil {
      counted += 5
      held += picture.inspection.tokens.prefix(5).count { $0.inCaption == true }
    }
    guard counted > 0 else { return "" }
    let share = NumberText.fixed(100 * Double(held) / Double(counted), decimals: 0) + "\u{A0}%"
    return
      "<div class=\"tile\"><dt>of the five strongest tokens of the pictures below are in the caption</dt><dd>\(share)</dd></div>\n"
  }

  private func percent(_ share: Double) -> String { Self.percent(share) }

  /// A share in percent: one digit after the point below ten.
  static func percent(_ share: Double) -> String {
    if share > 0, share < 0.0005 { return "&lt;0.1\u{A0}%" }
    return NumberText.fixed(100 * share, decimals: share > 0 && share < 0.0995 ? 1 : 0) + "\u{A0}%"
  }

  private var frequent: String {
    let most = Double(atlas.mostFrequent.first?.documentFrequency ?? 1)
    let rows = atlas.mostFrequent.map { token in
      let share = Double(token.documentFrequency) / Double(max(1, atlas.galleryCount))
      let isOften = share > FrequencySkew.alarmShare
      let width = NumberText.fixed(100 * Double(token.documentFrequency) / most, decimals: 1)
      let name = HTMLText.escaped(token.token)
      return "<li\(isOften ? " class=\"often\"" : "")><span class=\"name\" title=\"\(name)\"><bdi>\(name)</bdi></span>"
        + "<span class=\"track\"><i style=\"width:\(width)%\"></i></span><span class=\"share\">\(percent(share))</span></li>"
    }
    return "<ol class=\"frequent\">\n\(rows.joined(separator: "\n"))\n</ol>"
  }

  // MARK: - The curve

  private static let width = 640.0
  private static let height = 286.0
  private static let left = 52.0
  private static let bottom = 36.0
  private static let top = 12.0

  private var curve: String {
    let shares = atlas.frequencies.map { Double($0) / Double(max(1, atlas.galleryCount)) }
    guard let least = shares.last, least > 0 else { return "<p>No token is used.</p>" }
    let decades = max(1, Int((-log10(least)).rounded(.up)))
    let tokens = max(2, shares.count)
    func x(_ rank: Int) -> Double {
      Self.left + (Self.width - Self.left - 14) * log(Double(rank)) / log(Double(tokens))
    }
    func y(_ share: Double) -> Double {
      Self.top + (Self.height - Self.top - Self.bottom) * min(1, -log10(share) / Double(decades))
    }
    func text(_ value: Double) -> String { NumberText.fixed(value, decimals: 1).filter { $0 != "," } }
    var points: [String] = []
    // A few hundred points draw the same line as tens of thousands.
    var rank = 1
    while rank <= shares.count {
      points.append("\(text(x(rank))),\(text(y(shares[rank - 1])))")
      rank = rank == shares.count ? rank + 1 : min(shares.count, max(rank + 1, Int(Double(rank) * 1.02)))
    }
    let floor = text(Self.height - Self.bottom)
    var lines = ""
    for decade in 0...decades {
      let height = text(y(pow(10, -Double(decade))))
      let share =
        decade <= 2 ? "\(Int(pow(10, 2 - Double(decade))))" : "0." + String(repeating: "0", count: decade - 3) + "1"
      lines +=
        "<line class=\"grid\" x1=\"\(text(Self.left))\" x2=\"\(text(Self.width - 14))\" y1=\"\(height)\" y2=\"\(height)\"/>"
        + "<text x=\"\(text(Self.left - 8))\" y=\"\(height)\" dy=\".35em\" text-anchor=\"end\">\(share) %</text>\n"
    }
    var mark = 1
    while mark <= tokens {
      lines +=
        "<text x=\"\(text(x(mark)))\" y=\"\(text(Self.height - Self.bottom + 17))\" text-anchor=\"middle\">"
        + "\(NumberText.grouped(mark))</text>\n"
      mark *= 10
    }
    let limit = text(y(FrequencySkew.alarmShare))
    return """
      <svg viewBox="0 0 \(text(Self.width)) \(text(Self.height))" role="img" aria-label="\(summary)">
      \(lines)<polygon class="area" points="\(text(x(1))),\(floor) \(points.joined(separator: " ")) \(text(x(shares.count))),\(floor)"/>
      <polyline class="curve" points="\(points.joined(separator: " "))"/>
      <line class="limit" x1="\(text(Self.left))" x2="\(text(Self.width - 14))" y1="\(limit)" y2="\(limit)"/>
      <text class="limit-name" x="\(text(Self.width - 16))" y="\(limit)" dy="-.45em" text-anchor="end">30 %</text>
      <text x="\(text((Self.left + Self.width) / 2))" y="\(text(Self.height - 3))" text-anchor="middle">rank of the token</text>
      </svg>
      """
  }

  /// The curve in words.
  private var summary: String {
    let skew = skew
    return
      "The most frequent token is in \(Self.percent(skew.maximumShare)) of the pictures, 99 of 100 tokens are in at most "
      + "\(Self.percent(skew.share99)); the Gini coefficient is \(NumberText.fixed(skew.gini, decimals: 2))."
  }
}
