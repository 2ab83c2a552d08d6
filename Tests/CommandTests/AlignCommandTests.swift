import Foundation
import TestSupport
import Testing

/// Alignments at the command line.
@Suite struct AlignCommandTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump(count: 120)
    try dump.write("dump/text_emb/text_emb_0.npy", TinyDump.npy(rows: 120, Self.texts(120)))
  }

  /// Rows of texts of other dimensions: mixtures of the pictures' numbers.
  private static func texts(_ count: Int, each: Int = 1) -> [Float] {
    let rows = TinyDump.rows(0..<count)
    var texts: [Float] = []
    for row in 0..<count * each {
      for column in 0..<6 {
        var sum = 0.01 * Float(row % each)
        for place in 0..<8 { sum += rows[8 * (row / each) + place] * Float((column * 5 + place * 3) % 7 - 3) }
        texts.append(sum)
      }
    }
    return texts
  }

  private func align(_ more: String...) throws -> Answer {
    try NewelProcess.newel(["align", "--images", "dump", "--output", "map"] + more, in: dump.folder)
  }

  @Test(arguments: [
    "auto", "procrustes", "ridge", "cca", "whitened", "asif", "contrastive", "gmlp", "class-ridge", "sm", "scm",
  ])
  func everyMethodBringsTextsAndWordsToTheirPictures(method: String) throws {
    let small = ["contrastive", "gmlp"].contains(method) ? ["--epochs", "2", "--dimension", "6"] : []
    let answer = try NewelProcess.newel(
      [
        "align", "--images", "dump", "--texts", "dump", "--metadata", "dump", "--method", method, "--label-field",
        "split", "--output", "map", "--json", "--seed", "3",
      ] + small, in: dump.folder)
    #expect(answer.status == 0, "\(answer.error)")
    let report = try answer.json()
    #expect(report["imageDimension"] as? Int == 8 && report["textDimension"] as? Int == 6)
    let validation = try #require(report["validation"] as? [String: Any])
    let pictures = try #require(validation["pictures"] as? Int)
    #expect((report["pairs"] as? Int ?? 0) + pictures == 120 && pictures > 2)
    if !["sm", "scm", "class-ridge"].contains(method) {
      let there = try #require(validation["textToImage"] as? [String: Any])
      #expect(there["recallAt5"] as? Double ?? 0 > 0.5, "\(there)")
      #expect(report["words"] as? Int == 10)
      let words = try #require(validation["wordsToImage"] as? [String: Any])
      #expect(words["recallAt10"] as? Double ?? 0 > 0.5, "\(words)")
    }
    let first = try #require(FileManager.default.contents(atPath: dump.path("map")))
    #expect(String(decoding: first.prefix(20_000), as: UTF8.self).contains("text_emb_0.npy"))
    #expect(!String(decoding: first.prefix(20_000), as: UTF8.self).contains(dump.folder))
  }

  @Test func captionsAloneAreEnough() throws {
    for method in ["ridge", "contrastive"] {
      let small = method == "contrastive" ? ["--epochs", "2", "--dimension", "6"] : []
      let answer = try NewelProcess.newel(
        [
          "align", "--images", "dump", "--metadata", "dump", "--method", method, "--output", method, "--where",
          "split=train", "--validate-where", "split=val",
        ] + small, in: dump.folder)
      #expect(answer.status == 0 && answer.output.contains("60 held-out pictures"), "\(answer.error)")
      #expect(answer.output.contains("words → pictures") && !answer.output.contains("texts →"))
    }
    // The same again gives the same bytes, and replaces the old file.
    let before = FileManager.default.contents(atPath: dump.path("ridge"))
    let again = try NewelProcess.newel(
      "align", "--images", "dump", "--metadata", "dump", "--method", "ridge", "--output", "ridge", "--where",
      "split=train", "--validate-where", "split=val", in: dump.folder)
    #expect(again.status == 0 && FileManager.default.contents(atPath: dump.path("ridge")) == before)
  }

  @Test func severalTextsMayBelongToAPictureAndAHeadMayGiveTheWords() throws {
    try dump.write("three.npy", TinyDump.npy(rows: 360, Self.texts(120, each: 3)))
    let three = try align("--texts", "three.npy", "--json").json()
    let pictures = try #require(three["pictures"] as? Int)
    #expect(three["pairs"] as? Int == 3 * pictures && three["words"] == nil)
    let trained = try NewelProcess.newel(
      "train", "--images", "dump", "--metadata", "dump", "--minimum-document-frequency", "1", "--output", "head",
      in: dump.folder)
    #expect(trained.status == 0)
    let words = try align("--metadata", "dump", "--head", "head", "--json").json()
    #expect(words["words"] as? Int == 10)
    try dump.write("words.txt", "red\nblue\nnever\n")
    #expect(try align("--metadata", "dump", "--vocabulary", "words.txt", "--json").json()["words"] as? Int == 3)
  }

  @Test func whatDoesNotFitIsRefusedInOneSentence() throws {
    var zero = Self.texts(120)
    for column in 0..<6 { zero[6 * 7 + column] = 0 }
    try dump.write("zero.npy", TinyDump.npy(rows: 120, zero))
    var broken = Self.texts(120)
    broken[6 * 9] = .nan
    try dump.write("nan.npy", TinyDump.npy(rows: 120, broken))
    try dump.write("short.npy", TinyDump.npy(rows: 119, Self.texts(119)))
    try dump.write("same.npy", TinyDump.npy(rows: 120, [Float](repeating: 1, count: 720)))
    var flat = Self.texts(120)
    for row in 0..<120 { flat[6 * row + 2] = 1 }
    try dump.write("flat.npy", TinyDump.npy(rows: 120, flat))
    try dump.write("few.npy", TinyDump.npy(rows: 4, TinyDump.rows(0..<4)))
    try dump.write("fewtexts.npy", TinyDump.npy(rows: 4, Self.texts(4)))
    try dump.write("notes.txt", "mine\n")
    let captioned = ["align", "--images", "dump", "--metadata", "dump", "--output", "x"]
    let texts = ["align", "--images", "dump", "--output", "x", "--texts"]
    let few = ["align", "--images", "few.npy", "--texts", "fewtexts.npy", "--output", "x", "--method"]
    for (arguments, reason) in [
      (texts + ["short.npy"], "119 rows of texts and 'dump' 120 of pictures"),
      (texts + ["zero.npy", "--validate-where", "id=d1", "--metadata", "dump"], "row 7 is all zeros"),
      (texts + ["nan.npy"], "nan.npy"), (texts + ["same.npy"], "are equal"), (texts + ["none.npy"], "none.npy"),
      (
        texts + ["flat.npy", "--method", "least-squares", "--from", "texts", "--preparation", "standardised"],
        "Column 2 of the texts is the same in all rows"
      ),
      (few + ["least-squares"], "at least 8 pairs"),
      (texts + ["dump", "--preparation", "boiled"], "no preparation 'boiled'"),
      (texts + ["dump", "--penalty", "-1"], "penalty"),
      (texts + ["dump", "--method", "contrastive", "--epochs", "0"], "epochs"),
      (texts + ["dump", "--method", "asif", "--keep", "0"], "anchors kept"),
      (captioned + ["--where", "split=test"], "No row of 'dump'"),
      (captioned + ["--caption-field", "said"], "caption in 'said'"),
      (captioned + ["--texts", "dump", "--method", "sm", "--label-field", "kind"], "'kind'"),
      (captioned + ["--texts", "dump", "--method", "sm", "--label-field", "split", "--where", "split=val"], "1 class"),
      (captioned + ["--vocabulary", "notes.txt"], "no caption has any"),
      (captioned + ["--head", "notes.txt"], "notes.txt"),
      (captioned + ["--minimum-document-frequency", "0"], "at least 1"),
      (["align", "--images", "dump", "--texts", "dump", "--output", "notes.txt"], "is no alignment file"),
      (["align", "--images", "dump", "--texts", "dump", "--output", "dump"], "is a folder"),
      (["align", "--images", "zero.npy", "--texts", "nan.npy", "--output", "nan.npy"], "this run reads"),
    ] {
      let answer = try NewelProcess.newel(arguments, in: dump.folder)
      #expect(answer.isRefusal && answer.error.contains(reason), "\(arguments): \(answer.status) \(answer.error)")
    }
    #expect(!FileManager.default.fileExists(atPath: dump.path("x")))
    // Fewer pairs than dimensions are a matter of the penalty, which is said.
    let warned = try NewelProcess.newel(few + ["ridge"], in: dump.folder)
    #expect(warned.status == 0 && warned.error.contains("4 pictures for rows of 8 numbers"), "\(warned.error)")
    #expect(warned.error.contains("too few rows to hold any out"))
  }

  @Test(arguments: [
    ["--images", "dump"], ["--images", "dump", "--texts", "dump", "--where", "split=train"],
    ["--images", "dump", "--texts", "dump", "--method", "sm"],
    ["--images", "dump", "--texts", "dump", "--method", "ridge", "--epochs", "3"],
    ["--images", "dump", "--texts", "dump", "--method", "cca", "--keep", "3"],
    ["--images", "dump", "--metadata", "dump", "--no-words", "--head", "h", "--texts", "dump"],
    ["--images", "dump", "--metadata", "dump", "--vocabulary", "v", "--head", "h"],
  ])
  func optionsThatDoNotGoTogetherAreUsageErrors(arguments: [String]) throws {
    let answer = try NewelProcess.newel(["align", "--output", "x"] + arguments, in: dump.folder)
    #expect(answer.status == 2, "\(answer.error)")
  }

  @Test func anAlignmentIsMeasuredWithoutAnIndex() throws {
    let fitted = try align(
      "--texts", "dump", "--metadata", "dump", "--where", "split=train", "--validate-where", "split=val", "--json"
    ).json()
    let base = [
      "evaluate", "--alignment", "map", "--images", "dump", "--texts", "dump", "--metadata", "dump", "--where",
      "split=val",
    ]
    let report = try NewelProcess.newel(base + ["--json"], in: dump.folder).json()
    #expect(report["pictures"] as? Int == 60 && report["classes"] == nil)
    let systems = try #require(report["systems"] as? [[String: Any]])
    #expect(systems.map { $0["queries"] as? String } == ["texts", "words"])
    // What the fit measured on the same rows is the same.
    let validation = try #require(fitted["validation"] as? [String: Any])
    for (system, names) in zip(systems, [("textToImage", "imageToText"), ("wordsToImage", "imageToWords")]) {
      for (name, place) in [(names.0, "toImage"), (names.1, "fromImage")] {
        let before = try #require(validation[name] as? [String: Any])
        let now = try #require((system[place] as? [String: Any])?["direction"] as? [String: Any])
        for key in ["recallAt1", "recallAt5", "recallAt10", "medianRank", "queries", "gallery"] {
          #expect(before[key] as? Double == now[key] as? Double, "\(name) \(key)")
        }
      }
    }
    let text = try NewelProcess.newel(base + ["--label-field", "split", "--cutoff", "5"], in: dump.folder)
    #expect(text.status == 0, "\(text.error)")
    for part in ["texts → pictures", "pictures → words", "60 pictures with split=val", "mAP@5", "mAP@all"] {
      #expect(text.output.contains(part), "\(text.output)")
    }
    let labels = try NewelProcess.newel(base.dropLast(2) + ["--label-field", "caption", "--json"], in: dump.folder)
      .json()
    let named = try #require((labels["classNames"] as? [String: Any])?["precision"] as? [String: Any])
    #expect(named["all"] as? Double ?? 0 > 0.3, "\(named)")

    // Another gallery, of the same rows here: only classes tell what is relevant, and they tell the same.
    let within = Array(base.dropLast()) + ["split=train", "--label-field", "caption"]
    let across = within + ["--gallery-where", "split=train"]
    let (own, other) = (
      try NewelProcess.newel(within + ["--json"], in: dump.folder).json(),
      try NewelProcess.newel(across + ["--json"], in: dump.folder).json()
    )
    func first(_ report: [String: Any], _ place: String) throws -> [String: Any] {
      try #require((report["systems"] as? [[String: Any]])?.first?[place] as? [String: Any])
    }
    for place in ["toImage", "fromImage"] {
      let (measured, expected) = (try first(other, place), try first(own, place))
      let precision = try #require((measured["classes"] as? [String: Any])?["all"] as? Double)
      #expect(measured["direction"] == nil && expected["direction"] != nil && precision > 0)
      #expect(precision == (expected["classes"] as? [String: Any])?["all"] as? Double)
    }
    #expect(other["galleryPictures"] as? Int == 60 && other["galleryConditions"] as? [String] == ["split=train"])
    let shown = try NewelProcess.newel(across, in: dump.folder).output
    #expect(shown.contains("gallery: 60 pictures with split=train") && !shown.contains("R@10"), "\(shown)")

    try dump.write("narrow.npy", TinyDump.npy(rows: 120, Self.texts(60)))
    for (arguments, reason) in [
      (["--images", "dump", "--texts", "narrow.npy"], "these have 3"),
      (["--images", "narrow.npy", "--texts", "dump"], "these have 3"),
      (["--images", "dump", "--metadata", "dump", "--where", "split=test"], "No row"),
      (["--images", "dump", "--texts", "none"], "none"),
    ] {
      let answer = try NewelProcess.newel(["evaluate", "--alignment", "map"] + arguments, in: dump.folder)
      #expect(answer.isRefusal && answer.error.contains(reason), "\(arguments): \(answer.error)")
    }
    for arguments in [
      ["evaluate", "--alignment", "map"], ["evaluate", "--alignment", "map", "--images", "dump"],
      ["evaluate", "index", "--alignment", "map", "--images", "dump", "--texts", "dump"],
      ["evaluate", "index", "--captions", "--images", "dump"],
      ["evaluate", "--alignment", "map", "--images", "dump", "--texts", "dump", "--label-field", "split"],
      base + ["--gallery-where", "split=train"], ["evaluate", "index", "--captions", "--gallery-where", "split=train"],
    ] { #expect(try NewelProcess.newel(arguments, in: dump.folder).status == 2, "\(arguments)") }
    let head = try NewelProcess.newel(
      "evaluate", "--alignment", "dump/img_emb/img_emb_0.npy", "--images", "dump", "--texts", "dump", in: dump.folder)
    #expect(head.isRefusal && head.error.contains("is no alignment"))
  }
}
