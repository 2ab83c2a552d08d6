import Newel

/// A page of HTML that shows pictures and their words. It needs nothing but itself: its own style, its own drawings, pictures
/// inside it, no script; and it tells the browser to load nothing from anywhere.
struct AtlasPage {
  let atlas: Atlas
  let conditions: [String]
  let query: String?
  let seed: UInt64
  /// Where pictures are; nil for a page of words.
  let files: PictureFiles?
  /// Most bytes of pictures in one page.
  static let largestPage = 96_000_000

  /// What came of the pictures.
  private(set) var embedded = 0
  private(set) var missing: [String: Int] = [:]

  init(atlas: Atlas, conditions: [String], query: String?, seed: UInt64, files: PictureFiles?) {
    self.atlas = atlas
    self.conditions = conditions
    self.query = query
    self.seed = seed
    self.files = files
  }

  /// Hands over the page piece by piece.
  mutating func write(_ append: (String) throws -> Void) rethrows {
    try append(OutputKind.pageStart + head)
    // Who asks for something wants to see what was found first.
    let overview = AtlasOverview(atlas: atlas).html
    if query == nil { try append(overview) }
    try append(
      """
      <section aria-labelledby="pictures">
      <h2 id="pictures">\(query == nil ? "Pictures and their tokens" : "What is found")</h2>
      <ul class="legend"><li><i class="is-said"></i>● in the caption</li><li><i class="is-not"></i>not in the caption</li>\
      <li>numbers: weight of the token, and the share of all pictures that have it</li></ul>
      \(atlas.pictures.isEmpty ? "<p class=\"lead\">Nothing is found.</p>\n" : "")<ul class="pictures">

      """)
    let greatest = atlas.pictures.compactMap { $0.inspection.tokens.first?.weight }.max() ?? 1
    var bytes = 0
    for picture in atlas.pictures {
      var found = files?.find(picture.imagePath)
      if case .embedded(let address) = found {
        if bytes + address.utf8.count > Self.largestPage {
          found = .missing("the page is full")
        } else {
          bytes += address.utf8.count
          embedded += 1
        }
      }
      if case .missing(let reason) = found { missing[reason, default: 0] += 1 }
      try append(
        AtlasCard(picture: picture, file: found, greatestWeight: greatest, documentCount: atlas.documentCount).html)
    }
    try append("</ul>\n</section>\n\(query == nil ? "" : overview)</main>\n\(foot)")
  }

  private var head: String {
    let name = HTMLText.escaped(atlas.path.split(separator: "/").last.map(String.init) ?? atlas.path)
    return """
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="referrer" content="no-referrer">
      <title>Atlas of \(name)</title>
      <style>
      \(AtlasStyle.css)
      </style>
      </head>
      <body>
      <header>
      <p class="mark">Newel atlas</p>
      <h1>\(title(name))</h1>
      <p class="lead">\(lead)</p>
      </header>
      <main>

      """
  }

  private func title(_ name: String) -> String {
    guard let query else { return name }
    return "“\(HTMLText.escaped(query))” in \(name)"
  }

  private var lead: String {
    let shown = NumberText.grouped(atlas.pictures.count)
    let restricted = conditions.isEmpty ? "" : " with \(HTMLText.escaped(conditions.joined(separator: " and ")))"
    let all = Console.count(atlas.galleryCount, "picture")
    if query != nil { return "The best \(shown) of \(all)\(restricted)." }
    if atlas.pictures.count == atlas.galleryCount {
      return "All \(all)\(restricted)."
    }
    return "\(shown) of \(all)\(restricted), chosen at random (seed \(seed))."
  }

  private var foot: String {
    """
    <footer>Made by newel atlas. Bars have one scale on the whole page. A picture is found by its tokens and by nothing else.</footer>
    </body>
    </html>

    """
  }
}
