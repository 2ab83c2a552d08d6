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
  static func texts(_ count: Int, each: Int = 1) -> [Float] {
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
    "drcl", "masln",
  ])
  func everyMethodBringsTextsAndWordsToTheirPictures(method: String) throws {
    let isTrained = ["contrastive", "gmlp", "drcl", "masln"].contains(method)
    let small = isTrained ? ["--epochs", "2", "--dimension", "6"] : []
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
    for name in ["textToImage", "imageToText"] {
      let classes = try #require((validation[name] as? [String: Any])?["classes"] as? [String: Any])
      #expect(classes["cutoff"] as? Int == 50 && classes["all"] as? Double ?? 0 > 0.3, "\(classes)")
    }
    if !["sm", "scm", "class-ridge", "drcl", "masln"].contains(method) {
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
    broken[6 * 9] = .infinity
    try dump.write("infinite.npy", TinyDump.npy(rows: 120, broken))
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
      (texts + ["nan.npy"], "nan.npy"), (texts + ["infinite.npy"], "infinite.npy"),
      (texts + ["same.npy"], "are equal"), (texts + ["none.npy"], "none.npy"),
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
      (
        captioned + ["--texts", "dump", "--method", "drcl", "--label-field", "split", "--where", "split=val"], "1 class"
      ),
      (captioned + ["--texts", "dump", "--method", "drcl", "--label-field", "split", "--prior", "odd"], "prior 'odd'"),
      (captioned + ["--texts", "dump", "--method", "drcl", "--label-field", "id", "--dimension", "3"], "dimension"),
      (
        captioned + ["--texts", "dump", "--method", "masln", "--label-field", "split", "--correlation-weight", "-1"],
        "correlation weight"
      ),
      (
        captioned + [
          "--texts", "dump", "--method", "masln", "--label-field", "split", "--learning-rate", "1e30",
        ], "diverged"
      ),
      (captioned + ["--method", "drcl", "--label-field", "split"], "needs rows of texts"),
      (captioned + ["--texts", "zero.npy", "--validate-where", "id=d7"], "row 7 is all zeros"),
      (
        captioned + ["--texts", "dump", "--validate-where", "split=nothing"],
        "No row of 'dump' is left to be measured on"
      ),
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
    // Fewer pairs than dimensions are a matter of the penalty, which is said; constant columns are no matter at all.
    for method in ["procrustes", "ridge-both", "cca", "whitened", "asif", "contrastive"] {
      let small = method == "contrastive" ? ["--epochs", "1", "--dimension", "4"] : []
      let answer = try NewelProcess.newel(few + [method] + small, in: dump.folder)
      #expect(answer.status == 0 && answer.error.contains("4 pictures for rows of 8 numbers"), "\(answer.error)")
      let flat = try NewelProcess.newel(
        ["align", "--images", "dump", "--texts", "flat.npy", "--output", "x", "--method", method] + small,
        in: dump.folder)
      #expect(flat.status == 0, "\(method): \(flat.error)")
    }
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
    ["--images", "dump", "--texts", "dump", "--method", "magic"],
    ["--images", "dump", "--texts", "dump", "--metadata", "dump", "--method", "drcl"],
    ["--images", "dump", "--texts", "dump", "--method", "cca", "--hidden", "8"],
    ["--images", "dump", "--texts", "dump", "--method", "ridge", "--adversarial-weight", "1"],
  ])
  func optionsThatDoNotGoTogetherAreUsageErrors(arguments: [String]) throws {
    let answer = try NewelProcess.newel(["align", "--output", "x"] + arguments, in: dump.folder)
    #expect(answer.status == 2, "\(answer.error)")
  }

  @Test func aFitThatFailsLeavesTheOldFileAndNothingBeside() throws {
    #expect(try align("--texts", "dump").status == 0)
    let before = FileManager.default.contents(atPath: dump.path("map"))
    let names = try FileManager.default.contentsOfDirectory(atPath: dump.folder)
    try dump.write("zero.npy", TinyDump.npy(rows: 120, [Float](repeating: 0, count: 720)))
    #expect(try align("--texts", "zero.npy").isRefusal)
    // A value that is fit and cannot be measured: the file is written last of all.
    #expect(try align("--texts", "dump", "--metadata", "dump", "--validate-where", "split=nothing").isRefusal)
    #expect(FileManager.default.contents(atPath: dump.path("map")) == before)
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: dump.folder)) == Set(names + ["zero.npy"]))
  }

  @Test func aTrainingGoesOnFromItsCheckpoint() throws {
    let training = ["--texts", "dump", "--method", "contrastive", "--dimension", "6", "--epochs", "2"]
    func run(_ more: [String]) throws -> Answer {
      try NewelProcess.newel(["align", "--images", "dump", "--output", "map"] + more, in: dump.folder)
    }
    #expect(try run(training + ["--checkpoint", "state"]).status == 0)
    let whole = FileManager.default.contents(atPath: dump.path("map"))
    let resumed = try run(training + ["--resume", "state"])
    #expect(resumed.status == 0 && FileManager.default.contents(atPath: dump.path("map")) == whole, "\(resumed.error)")
    let other = try run(training + ["--resume", "state", "--noise", "0.5"])
    #expect(other.isRefusal && other.error.contains("(noise: 1.0 instead of 0.5)"), "\(other.error)")
    try dump.write("notes.txt", "mine\n")
    for arguments in [["--resume", "notes.txt"], ["--checkpoint", "notes.txt"], ["--resume", "none"]] {
      #expect(try run(training + arguments).isRefusal, "\(arguments)")
    }
    // auto takes a closed form for so few pairs.
    let closed = try run(["--texts", "dump", "--checkpoint", "new"])
    #expect(closed.isRefusal && closed.error.contains("ridge-both keeps no checkpoints"), "\(closed.error)")
    #expect(try run(["--texts", "dump", "--method", "cca", "--checkpoint", "new"]).status == 2)
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

    let other = try NewelProcess.newel(
      base + ["--label-field", "split", "--gallery-where", "split=train", "--json"], in: dump.folder
    ).json()
    let found = try #require((other["systems"] as? [[String: Any]])?.first?["toImage"] as? [String: Any])
    #expect(found["direction"] == nil && found["queries"] as? Int == 60 && found["gallery"] as? Int == 60)
    // No class of those that ask is among those that are found.
    #expect((found["classes"] as? [String: Any])?["all"] as? Double == 0)
    let wide = try NewelProcess.newel(
      base + ["--label-field", "split", "--gallery-where", "id!=d0"], in: dump.folder)
    #expect(wide.status == 0 && wide.output.contains("among rows with id!=d0"), "\(wide.error)")
    #expect(wide.output.contains("119") && !wide.output.contains("R@1"), "\(wide.output)")
    let pooled = try NewelProcess.newel(base + ["--pool-where", "split=train", "--json"], in: dump.folder).json()
    let both = try #require(pooled["systems"] as? [[String: Any]])
    #expect(both.map { $0["localScaling"] as? Bool } == [false, true, false, true] && pooled["pool"] as? Int == 60)
    #expect(report["pool"] == nil)
    let ranks = try both.map { try #require(($0["toImage"] as? [String: Any])?["direction"] as? [String: Any]) }
      .compactMap { $0["meanReciprocalRank"] as? Double }
    #expect(ranks.count == 4 && ranks[0] != ranks[1] && ranks[1] > 0.3, "\(ranks)")
    let shown = try NewelProcess.newel(base + ["--pool-where", "split=train"], in: dump.folder)
    #expect(shown.output.contains("texts, scaled → pictures") && shown.output.contains("60 other pictures"))

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
      [
        "evaluate", "--alignment", "map", "--images", "dump", "--texts", "dump", "--metadata", "dump",
        "--gallery-where",
        "split=val",
      ],
      ["evaluate", "--alignment", "map", "--images", "dump", "--texts", "dump", "--label-field", "split"],
      ["evaluate", "--alignment", "map", "--images", "dump", "--texts", "dump", "--pool-where", "split=train"],
      ["evaluate", "index", "--captions", "--pool-where", "split=train"],
    ] { #expect(try NewelProcess.newel(arguments, in: dump.folder).status == 2, "\(arguments)") }
    let head = try NewelProcess.newel(
      "evaluate", "--alignment", "dump/img_emb/img_emb_0.npy", "--images", "dump", "--texts", "dump", in: dump.folder)
    #expect(head.isRefusal && head.error.contains("is no alignment"))
  }
}
