import ByteStorage
import Foundation
import Testing
import TokenSpace

@Suite struct VocabularyTests {
  @Test("Tokens are numbered in their order and found by their bytes")
  func numbering() throws {
    let vocabulary = try Vocabulary(["red", "é", "e\u{301}", "shoe"])
    #expect(vocabulary.count == 4)
    #expect(vocabulary.id(of: "shoe") == 3)
    #expect(vocabulary.id(of: "\u{E9}") == 1)
    #expect(vocabulary.id(of: "e\u{301}") == 2)
    #expect(vocabulary.id(of: "Shoe") == nil)
    #expect(vocabulary.id(of: "") == nil)
    for (number, token) in vocabulary.tokens.enumerated() { #expect(vocabulary.id(of: token) == UInt32(number)) }
  }

  @Test("The fingerprint depends on every token, the order and the borders")
  func fingerprint() throws {
    let prints = try [["a", "b"], ["b", "a"], ["ab"], ["a", "b", "c"], ["a", "B"]].map {
      try Vocabulary($0).fingerprint
    }
    #expect(Set(prints).count == prints.count)
    #expect(prints.allSatisfy { $0.utf8.count == 16 })
    #expect(try Vocabulary(["a", "b"]).fingerprint == prints[0])
  }

  @Test("A vocabulary file may have a byte order mark and CR LF")
  func parsing() throws {
    let plain = try Vocabulary.parse(Array("red\nshoe\n".utf8), source: "v.txt")
    #expect(plain.tokens == ["red", "shoe"])
    #expect(try Vocabulary.parse(Array("\u{FEFF}red\r\nshoe".utf8), source: "v.txt") == plain)
  }

  @Test("Bad vocabulary files are refused with the line")
  func badFiles() {
    func parse(_ text: [UInt8]) throws -> Vocabulary { try Vocabulary.parse(text, source: "v.txt") }
    #expect(throws: TokenSpaceError.emptyVocabulary(source: "v.txt")) { try parse([]) }
    #expect(throws: TokenSpaceError.emptyToken(source: "v.txt", line: 2)) { try parse(Array("a\n\nb".utf8)) }
    #expect(throws: TokenSpaceError.duplicateToken(source: "v.txt", token: "a", line: 3, firstLine: 1)) {
      try parse(Array("a\nb\na\n".utf8))
    }
    #expect(throws: TokenSpaceError.notUTF8(source: "v.txt", line: 2)) { try parse([97, 10, 0xFF]) }
    #expect(throws: TokenSpaceError.lineBreakInToken(source: "v.txt", line: 1)) { try parse([97, 13, 98]) }
  }

  @Test("A vocabulary is read from a file")
  func loading() throws {
    let dump = try TemporaryDump()
    let path = dump.folder + "/vocab.txt"
    try Data("red\nshoe\n".utf8).write(to: URL(fileURLWithPath: path))
    let vocabulary = try Vocabulary.load(path, fileSystem: PosixFileSystem())
    #expect(vocabulary.tokens == ["red", "shoe"])
    guard case .words = VocabularySource.file(vocabulary) else {
      Issue.record("plain words are no pieces")
      return
    }
    #expect(throws: TokenSpaceError.storage(.notFound(path: path + "x"))) {
      try Vocabulary.load(path + "x", fileSystem: PosixFileSystem())
    }
  }

  @Test("Captions give the frequent words, most frequent first, whatever the order of the captions")
  func fromCaptions() throws {
    let captions = ["a red shoe", "red red shoe", "the blue shoe", "photo of a hat", "red hat and two"]
    func build(_ captions: [String]) throws -> Vocabulary {
      var builder = VocabularyBuilder()
      for caption in captions { builder.add(Set(Tokenizer.word.tokens(in: caption))) }
      return try builder.finish(minimumDocumentFrequency: 2)
    }
    #expect(try build(captions).tokens == ["red", "shoe", "hat"])
    #expect(try build(captions.reversed()) == build(captions))
    var builder = VocabularyBuilder()
    builder.add(["x"])
    #expect(throws: TokenSpaceError.noFrequentToken(documents: 1, minimum: 2)) {
      try builder.finish(minimumDocumentFrequency: 2)
    }
    builder.add(["x", "y"])
    #expect(try builder.finish(minimumDocumentFrequency: 1, maximumCount: 1).tokens == ["x"])
  }

  @Test("Stop words are function words and the picture itself, not colours, numbers or places")
  func stopWords() {
    for word in ["a", "of", "the", "image", "photo", "picture"] { #expect(StopWords.english.contains(word)) }
    for word in ["red", "two", "one", "left", "under", "behind", "above"] { #expect(!StopWords.english.contains(word)) }
  }
}
