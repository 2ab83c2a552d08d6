import Foundation
import TestSupport
import Testing

/// The commands that change an index.
@Suite struct ChangeCommandTests {
  let dump: TinyDump

  init() throws {
    dump = try TinyDump(count: 40)
    try dump.makeIndex()
  }

  private func newel(_ arguments: String...) throws -> Answer { try NewelProcess.newel(arguments, in: dump.folder) }

  private func line(_ number: Int, key: String? = nil) -> String {
    let row = TinyDump.rows(number..<number + 1).map { "\($0)" }.joined(separator: ",")
    return
      "{\"key\": \"\(key ?? "d\(number)")\", \"embedding\": [\(row)], \"metadata\": \(TinyDump.metadata(number..<number + 1)[0])}"
  }

  @Test func documentsAreAddedReplacedChangedAndDeleted() throws {
    try dump.write("new.jsonl", [line(40), line(41), line(41), line(3)].joined(separator: "\n") + "\n")
    let refused = try newel("add", "index", "--documents", "new.jsonl")
    #expect(refused.isRefusal && refused.error.contains("Line 3 of 'new.jsonl'"))
    let added = try newel("add", "index", "--documents", "new.jsonl", "--replace", "--json").json()
    #expect(added["added"] as? Int == 4 && added["replaced"] as? Int == 2 && added["documents"] as? Int == 42)
    try dump.write("patch.jsonl", "{\"key\": \"d3\", \"patch\": {\"split\": \"new\", \"zeal\": null}}\n")
    #expect(try newel("update", "index", "--metadata", "patch.jsonl").status == 0)
    let got = try newel("get", "index", "d3", "--json").json()
    let metadata = try #require(got["metadata"] as? [String: Any])
    #expect(metadata["split"] as? String == "new" && metadata["zeal"] == nil && got["ordinal"] as? Int ?? 0 > 40)
    let deleted = try newel("delete", "index", "d1", "d2", "nobody")
    #expect(deleted.status == 0 && deleted.output == "index: 2 documents deleted, 40 left\n")
    #expect(deleted.error == "newel: No document has the key 'nobody'.\n")
    let conditional = try newel("delete", "index", "--where", "split=new", "--json").json()
    #expect(conditional["deleted"] as? Int == 1 && conditional["documents"] as? Int == 39)
    #expect(try newel("get", "index", "d3").isRefusal)
    #expect(try newel("verify", "index", "--deep").status == 0)
    #expect(try newel("delete", "index").status == 2)
    #expect(try newel("delete", "index", "d5", "--where", "split=val").status == 2)
  }

  @Test func watchedLinesAreAcknowledgedWhenTheyAreDurable() throws {
    let lines = [
      line(50), "{\"delete\": \"d0\"}", "{\"delete\": \"nobody\"}", "no JSON",
      "{\"key\": \"d5\", \"patch\": {\"a\": 1}}",
      "{\"key\": \"x\", \"embedding\": [1]}", "{\"key\": \"x\", \"colour\": 1}", "", line(51),
    ]
    try dump.write("lines.jsonl", lines.joined(separator: "\n") + "\n")
    let answer = try newel("watch", "index", "--documents", "lines.jsonl", "--group", "2")
    #expect(answer.status == 1)
    var durable: [Int] = []
    var errors: [Int: String] = [:]
    for text in answer.output.split(separator: "\n") {
      let one = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      let number = try #require(one["line"] as? Int)
      if one["durable"] as? Bool == true { durable.append(number) } else { errors[number] = one["error"] as? String }
      #expect((one["unknownKey"] as? Bool == true) == (number == 3))
    }
    #expect(durable == [1, 2, 3, 5, 9] && errors.keys.sorted() == [4, 6, 7])
    #expect(errors[6]?.contains("has 1 numbers") == true && errors[7]?.contains("\"colour\"") == true)
    let keys = try newel("get", "index", "d50", "d51", "d5", "--json")
    #expect(keys.status == 0 && keys.output.contains("\"a\":1"))
    #expect(try newel("get", "index", "d0").isRefusal)
    #expect(try newel("verify", "index", "--deep").status == 0)
  }

  @Test func aBuildReplacesWhenItIsAskedTo() throws {
    let again = try newel("build", "index", "--images", "dump", "--metadata", "dump")
    #expect(again.isRefusal)
    let replaced = try newel("build", "index", "--images", "dump", "--metadata", "dump", "--replace", "--json").json()
    #expect(replaced["documentsReplaced"] as? Int == 40 && replaced["documentsInAll"] as? Int == 40)
    #expect(try newel("verify", "index", "--deep").status == 0)
  }

  @Test func segmentsMoveFromOneIndexToAnother() throws {
    let more = try TinyDump(count: 10, first: 100)
    #expect(
      try newel("build", "other", "--images", more.dump, "--metadata", more.dump, "--head", "head").status == 0)
    #expect(try newel("export-segment", "other", "--output", "part.segment").status == 0)
    #expect(try newel("export-segment", "other", "--output", "part.segment").isRefusal)
    let joined = try newel("attach", "index", "part.segment", "--json").json()
    #expect(joined["added"] as? Int == 10 && joined["documents"] as? Int == 50)
    #expect(try newel("attach", "index", "part.segment").isRefusal)
    #expect(try newel("attach", "index", "head").isRefusal)
    #expect(try newel("get", "index", "d105").status == 0)
    #expect(try newel("verify", "index", "--deep").status == 0)
  }

  @Test func fieldsAndTheirValuesAreListed() throws {
    let list = try newel("fields", "index")
    #expect(list.status == 0 && list.output.contains("split") && list.output.contains("caption"))
    #expect(try newel("delete", "index", "d0", "d2").status == 0)
    let split = try newel("fields", "index", "split", "--json").json()
    let values = try #require(split["values"] as? [[String: Any]])
    #expect(values.map { $0["value"] as? String } == ["val", "train"])
    #expect(values.map { $0["documentCount"] as? Int } == [20, 18])
    #expect(try newel("fields", "index", "splt").isRefusal)
  }

  @Test func aLostCatalogIsRepaired() throws {
    #expect(try newel("repair", "index").output.contains("nothing was done"))
    try FileManager.default.removeItem(atPath: dump.path("index/catalog.sqlite"))
    let lost = try newel("search", "index", "red")
    #expect(lost.isRefusal && lost.error.contains("'newel repair'"))
    #expect(try newel("repair", "index", "--json").json()["documents"] as? Int == 40)
    #expect(try newel("search", "index", "red").status == 0)
  }

  @Test func aCommitThatTheCatalogLostIsReadFromItsRecordAndPutBack() throws {
    let names = ["catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm", "catalog.checksum"]
    for name in names { try FileManager.default.copyItem(atPath: dump.path("index/" + name), toPath: dump.path(name)) }
    #expect(try newel("delete", "index", "d1", "d2").status == 0)
    for name in names {
      try FileManager.default.removeItem(atPath: dump.path("index/" + name))
      try FileManager.default.moveItem(atPath: dump.path(name), toPath: dump.path("index/" + name))
    }
    let answer = try newel("search", "index", "red", "--json")
    #expect(answer.status == 0 && answer.error.contains("lost the last commit"))
    #expect(try answer.json()["documentCount"] as? Int == 38)
    #expect(try newel("delete", "index", "d3").output == "index: 1 document deleted, 37 left\n")
    let after = try newel("search", "index", "red")
    #expect(after.status == 0 && after.error.isEmpty)
    #expect(try newel("verify", "index", "--deep").status == 0)
  }

  /// Lines through a pipe that stays open: each is acknowledged without waiting for others.
  @Test(.timeLimit(.minutes(1))) func linesOfAPipeAreAcknowledgedAsTheyCome() throws {
    let process = Process()
    process.executableURL = NewelProcess.program
    process.arguments = ["watch", dump.path("index"), "--wait", "0.01"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    for number in 50..<53 {
      try input.fileHandleForWriting.write(contentsOf: Data((line(number) + "\n").utf8))
      let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      #expect(answer.contains("\"key\":\"d\(number)\"") && answer.contains("\"durable\":true"))
      #expect(try newel("get", "index", "d\(number)").status == 0)
    }
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func whatIsNotThereIsRefusedInOneSentence() throws {
    #expect(try newel("add", "nowhere", "--documents", "x").isRefusal)
    #expect(try newel("add", "index", "--documents", "missing.jsonl").isRefusal)
    #expect(try newel("watch", "nowhere").isRefusal)
    try dump.write("bad.jsonl", "{\"key\": \"d3\", \"patch\": []}\n")
    #expect(try newel("update", "index", "--metadata", "bad.jsonl").isRefusal)
    #expect(try newel("delete", "index", "--where", "splt=val").isRefusal)
  }
}
