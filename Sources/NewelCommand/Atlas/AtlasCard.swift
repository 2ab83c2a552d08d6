import Evaluation
import Newel

/// One picture of an atlas with its words.
struct AtlasCard {
  let picture: Atlas.Picture
  /// The picture itself; nil on a page without any.
  let file: PictureFiles.Found?
  /// The weight whose bar is full: the same on all cards, so that they can be compared.
  let greatestWeight: Double
  /// Documents of the index, of which a token's share is taken.
  let documentCount: Int

  /// Tokens that are seen without opening the rest.
  private static let open = 12

  var html: String {
    let inspection = picture.inspection
    let tokens = inspection.tokens
    var parts: [String] = []
    parts.append("<li class=\"picture\(file == nil ? " bare" : "")\">\n")
    parts.append("<article>\n<div class=\"top\">\n")
    if let file { parts.append("<div class=\"well\">\(image(file))</div>\n") }
    parts.append("<div class=\"about\">\n")
    let score = picture.score.map { "<b>\(NumberText.fixed($0, decimals: 2))</b>" } ?? ""
    parts.append("<p class=\"key\"><bdi>\(HTMLText.escaped(inspection.key))</bdi>\(score)</p>\n")
    for (number, caption) in (inspection.caption ?? "").split(separator: "\n").prefix(5).enumerated() {
      let more = number == 0 ? "" : " more"
      parts.append("<p class=\"caption\(more)\" dir=\"auto\">\(HTMLText.escaped(String(caption)))</p>\n")
    }
    if !picture.contributions.isEmpty { parts.append("<p class=\"why\">\(why)</p>\n") }
    parts.append("</div>\n</div>\n<div class=\"words\">\n")
    if tokens.isEmpty {
      parts.append("<p class=\"lacks\">No tokens: no search can find this picture.</p>\n")
    } else {
      parts.append("<ol class=\"tokens\">\n\(rows(tokens.prefix(Self.open)))</ol>\n")
    }
    parts.append(absent)
    if tokens.count > Self.open || inspection.omittedTokens > 0 { parts.append(rest) }
    parts.append("</div>\n</article>\n</li>\n")
    return parts.joined()
  }

  private func image(_ file: PictureFiles.Found) -> String {
    switch file {
    case .embedded(let address):
      let caption = picture.inspection.caption?.split(separator: "\n").first.map(String.init) ?? picture.inspection.key
      return "<img src=\"\(address)\" alt=\"\(HTMLText.escaped(caption))\" loading=\"lazy\" decoding=\"async\">"
    case .missing(let reason):
      return """
        <div class="none"><svg viewBox="0 0 40 32" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2"><rect \
        x="2" y="2" width="36" height="28" rx="4"/><circle cx="13" cy="12" r="3"/><path d="M5 27l11-10 7 6 5-5 8 8"/></svg>\
        \(HTMLText.escaped(reason))</div>
        """
    }
  }

  private var why: String {
    picture.contributions.prefix(8).map { part in
      "\(HTMLText.escaped(part.token)) \(NumberText.fixed(part.amount, decimals: 2))"
    }.joined(separator: " + ").replacing("+ -", with: "− ")
  }

  private func rows(_ tokens: ArraySlice<ActivatedToken>) -> String {
    tokens.map { token in
      let isSaid = token.inCaption == true
      let share = Double(token.documentFrequency) / Double(max(1, documentCount))
      let classes = (isSaid ? ["said"] : []) + (share > FrequencySkew.alarmShare ? ["often"] : [])
      let name = HTMLText.escaped(token.token)
      let width = NumberText.fixed(min(100, 100 * token.weight / max(1e-9, greatestWeight)), decimals: 1)
      return "<li\(classes.isEmpty ? "" : " class=\"\(classes.joined(separator: " "))\"")>"
        + "<span class=\"sign\"\(isSaid ? " title=\"in the caption\"" : "")>\(isSaid ? "●" : "")</span>"
        + "<span class=\"name\" title=\"\(name)\"><bdi>\(name)</bdi></span>"
        + "<span class=\"track\"><i style=\"width:\(width)%\"></i></span>"
        + "<span class=\"number\">\(NumberText.fixed(token.weight, decimals: 2))</span>"
        + "<span class=\"share\" title=\"\(NumberText.grouped(token.documentFrequency)) pictures have it\">"
        + "\(AtlasOverview.percent(share))</span></li>\n"
    }.joined()
  }

  /// Words of the caption that the picture lacks.
  private var absent: String {
    func chips(_ words: [String], _ style: String, _ text: String) -> String {
      guard !words.isEmpty else { return "" }
      let shown = words.prefix(12).map { "<span class=\"chip\"><bdi>\(HTMLText.escaped($0))</bdi></span>" }
      let more = words.count > 12 ? "and \(words.count - 12) more" : ""
      return "<p class=\"\(style)\">\(text) \(shown.joined())\(more)</p>\n"
    }
    return chips(picture.inspection.missingWords, "lacks", "said, but not a token:")
      + chips(picture.inspection.unknownWords, "unknown", "not in the vocabulary:")
  }

  private var rest: String {
    let inspection = picture.inspection
    let hidden = inspection.tokens.dropFirst(Self.open)
    let count = hidden.count + inspection.omittedTokens
    let summary = Console.count(count, "weaker token")
    guard !hidden.isEmpty else { return "<p class=\"lacks\">and \(summary)</p>\n" }
    let omitted =
      inspection.omittedTokens > 0
      ? "<p class=\"lacks\">and \(NumberText.grouped(inspection.omittedTokens)) more</p>\n" : ""
    return
      "<details><summary>\(summary)</summary>\n<ol class=\"tokens\" start=\"\(Self.open + 1)\">\n\(rows(hidden))</ol>\n"
      + "\(omitted)</details>\n"
  }
}
