import Foundation
import TestSupport
import Testing

@testable import NewelCommand

@Suite struct AtlasCommandTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump()
    try dump.makeIndex()
  }

  private func newel(_ arguments: String...) throws -> Answer { try NewelProcess.newel(arguments, in: dump.folder) }

  private func page(_ name: String = "page.html") throws -> String {
    try String(contentsOfFile: dump.path(name), encoding: .utf8)
  }

  /// The smallest file that begins as a PNG does.
  private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 1]

  /// Whether every element that is opened is closed.
  private func isBalanced(_ page: String) -> Bool {
    [
      "html", "head", "body", "main", "header", "footer", "section", "article", "div", "ul", "ol", "li", "p", "span",
      "dl",
      "dt", "dd", "bdi", "svg", "details", "summary", "style",
    ].allSatisfy { name in
      page.components(separatedBy: "</\(name)>").count
        == page.components(separatedBy: "<\(name)>").count + page.components(separatedBy: "<\(name) ").count - 1
    }
  }

  @Test func aPageNeedsNothingButItself() throws {
    let answer = try newel("atlas", "index", "--output", "page.html", "--sample", "7", "--limit", "5")
    #expect(answer.status == 0, "\(answer.error)")
    #expect(answer.output == "page.html: 7 pictures with their words, 0 to be seen\n")
    let page = try page()
    #expect(page.hasPrefix("<!doctype html>\n"))
    #expect(page.contains("default-src 'none'; img-src data:; style-src 'unsafe-inline'"))
    for forbidden in ["http:", "https:", "<script", "javascript:", "@import", "url(", "<link", "src=\""] {
      #expect(!page.contains(forbidden), "\(forbidden)")
    }
    #expect(page.components(separatedBy: "<li class=\"picture bare\">").count == 8)
    #expect(page.contains("7 of 60 pictures, chosen at random (seed 1)."))
    #expect(isBalanced(page))
  }

  @Test func theSameSeedChoosesTheSamePictures() throws {
    func made(_ seed: String) throws -> String {
      #expect(try newel("atlas", "index", "--output", "page.html", "--sample", "5", "--seed", seed).status == 0)
      return try page()
    }
    let first = try made("3")
    #expect(try made("3") == first)
    #expect(try made("4") != first.replacing("seed 3", with: "seed 4"))
  }

  @Test func conditionsAndQueriesChoose() throws {
    #expect(try newel("atlas", "index", "--output", "page.html", "--where", "split=val", "--sample", "100").status == 0)
    var found = try page()
    #expect(found.contains("All 30 pictures with split=val.") && !found.contains(">d2<") && found.contains(">d1<"))
    let answer = try newel(
      "atlas", "index", "--output", "page.html", "--query", "red -shoe xyzzy", "--sample", "3", "--json")
    #expect(answer.status == 0 && answer.error.contains("'xyzzy'"))
    #expect(try answer.json()["unknownWords"] as? [String] == ["xyzzy"])
    found = try page()
    #expect(found.contains("“red -shoe xyzzy” in index") && found.contains("<p class=\"why\">red "))
    let best = try newel("search", "index", "red -shoe", "-k", "1", "--json").json()
    let key = try #require((best["hits"] as? [[String: Any]])?.first?["key"] as? String)
    #expect(
      try #require(found.range(of: "<bdi>\(key)</bdi>")).lowerBound
        > (try #require(found.range(of: "What is found"))).lowerBound)
    #expect(isBalanced(found))
  }

  @Test func whatMetadataSayIsTextAndNothingElse() throws {
    let evil = "<script>alert(1)</script> \\\" onerror='x' & \\u202Ered \\u0007shoe"
    let paths = [
      "good.png", "../secret.png", "/etc/passwd", "link.png", "big.png", "page.svg", "gone.png", "sub/../good.png",
    ]
    let lines = paths.enumerated().map {
      "{\"id\": \"<b>\($0.offset)\", \"caption\": \"\(evil)\", \"image_path\": \"\($0.element)\"}\n"
    }
    try dump.write("evil/metadata/metadata_0.jsonl", lines.joined())
    try dump.write("evil/img_emb/img_emb_0.npy", TinyDump.npy(rows: 8, TinyDump.rows(0..<8)))
    try dump.write("evil/pictures/good.png", Self.png)
    try dump.write("evil/secret.png", Self.png)
    try dump.write("evil/pictures/big.png", Self.png + [UInt8](repeating: 0, count: 3000))
    try dump.write("evil/pictures/page.svg", "<svg onload=\"alert(1)\"/>")
    try FileManager.default.createSymbolicLink(
      atPath: dump.path("evil/pictures/link.png"), withDestinationPath: dump.path("evil/secret.png"))
    #expect(try newel("build", "evil.index", "--images", "evil", "--metadata", "evil", "--head", "head").status == 0)
    let answer = try newel(
      "atlas", "evil.index", "--output", "page.html", "--images", "evil/pictures", "--largest", "2", "--json")
    #expect(answer.status == 0, "\(answer.error)")
    let report = try answer.json()
    #expect(report["embedded"] as? Int == 1)
    let missing = try #require(report["missing"] as? [String: Int])
    #expect(
      missing == [
        "path leads elsewhere": 4, "larger than 2.0 kB": 1, "no PNG, JPEG, GIF or WebP": 1, "no such file": 1,
      ])
    let page = try page()
    #expect(!page.contains("<script") && !page.contains("<b>0") && page.contains("&lt;b&gt;0"))
    #expect(
      page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &quot; onerror=&#39;x&#39; &amp; \u{FFFD}red \u{FFFD}shoe"))
    #expect(!page.unicodeScalars.contains("\u{202E}"))
    #expect(page.components(separatedBy: "src=\"data:image/png;base64,").count == 2)
    #expect(isBalanced(page))
  }

  @Test func whatCannotBeShownIsRefused() throws {
    try dump.write("mine.html", "<!doctype html>\n<p>my own page")
    let cases: [(arguments: [String], part: String)] = [
      (["--output", "mine.html"], "is no page, so it was not replaced"),
      (["--output", "index/page.html"], "inside the index"),
      (["--output", "nowhere/page.html"], "There is no folder 'nowhere'"),
      (["--output", "page.html", "--images", "gone"], "There is no folder 'gone' of pictures"),
      (["--output", "page.html", "--sample", "0"], "must be from 1 to 10,000"),
      (["--output", "page.html", "--limit", "0"], "must be at least 1"),
      (["--output", "page.html", "--where", "split=none"], "No document of 'index' has split=none"),
      (["--output", "page.html", "--query", "xyzzy"], "The vocabulary has none of the query's words"),
    ]
    for (arguments, part) in cases {
      let answer = try NewelProcess.newel(["atlas", "index"] + arguments, in: dump.folder)
      #expect(answer.status == 1 && answer.error.contains(part), "\(arguments): \(answer.error)")
    }
    #expect(!FileManager.default.fileExists(atPath: dump.path("page.html")))
    // An atlas that is there is replaced.
    #expect(try newel("atlas", "index", "--output", "page.html").status == 0)
    #expect(try newel("atlas", "index", "--output", "page.html", "--sample", "1").status == 0)
  }

  @Test func typesOfPicturesAreToldByTheirFirstBytes() {
    #expect(PictureFiles.type(of: Data(Self.png)) == "image/png")
    #expect(PictureFiles.type(of: Data([0xFF, 0xD8, 0xFF, 0xE0])) == "image/jpeg")
    #expect(PictureFiles.type(of: Data("GIF89a".utf8)) == "image/gif")
    #expect(PictureFiles.type(of: Data("RIFF1234WEBP".utf8)) == "image/webp")
    #expect(PictureFiles.type(of: Data("RIFF1234WAVE".utf8)) == nil)
    #expect(PictureFiles.type(of: Data("<svg".utf8)) == nil && PictureFiles.type(of: Data()) == nil)
  }
}
