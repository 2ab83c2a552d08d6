import Testing

@testable import EmbeddingDumps

@Suite struct DocumentKeyTests {
  private func keys(_ lines: [String], field: String? = nil) throws -> [String] {
    var keys = DocumentKeys(field: field)
    return try lines.enumerated().map { row, line in
      let object = try #require(try JSONValue.parse(Array(line.utf8)).objectValue)
      let record = MetadataRecord(path: "m", line: row + 1, row: row, object: object, bytes: [])
      let key = try keys.key(for: record, row: row)
      return key.isRowNumber ? "#" + key.text : key.text
    }
  }

  @Test func theFirstUsualFieldOfTheFirstRecordIsTakenForAll() throws {
    #expect(try keys([#"{"key":"a","image_path":"x"}"#, #"{"id":"i","key":"b"}"#]) == ["a", "b"])
    #expect(try keys([#"{"id":7,"key":"a"}"#, #"{"id":"b"}"#, #"{"id":1.5}"#]) == ["7", "b", "1.5"])
    #expect(try keys([#"{"id":null,"key":"a"}"#, #"{"key":"b"}"#]) == ["a", "b"])
    #expect(try keys([#"{"id":1,"url":"a"}"#, #"{"id":2,"url":"b"}"#], field: "url") == ["a", "b"])
  }

  @Test func rowsAreNumberedWhenNoRecordHasAKey() throws {
    #expect(
      try keys([#"{"caption":"a"}"#, #"{"id":null}"#, #"{"id":""}"#, #"{"key":[]}"#]) == ["#0", "#1", "#2", "#3"])
  }

  @Test(
    "A record without a usable key among others with one is an error",
    arguments: [#"{}"#, #"{"id":null}"#, #"{"id":""}"#, #"{"id":true}"#, #"{"id":[1]}"#, #"{"key":"a"}"#])
  func mixed(_ bad: String) throws {
    let good = #"{"id":"a"}"#
    let later = try #require(thrown { _ = try keys([good, good, bad]) })
    #expect(later.description.hasPrefix("'m' line 3: the key field 'id' is missing or is neither text nor number"))
    #expect(later.description.contains("--key-field") && later.description.contains("rows numbered"))
    #expect(
      thrown { _ = try keys([good, bad], field: "id") }?.description.hasPrefix("'m' line 2: the key field") == true)
    if bad.contains("key") { return }
    let earlier = try #require(thrown { _ = try keys([bad, bad, good]) })
    #expect(earlier.description.hasPrefix("'m' line 1: there is no key, but 'm' line 3 has one in 'id'"))
  }
}
