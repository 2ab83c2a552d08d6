import Foundation
import Testing

@Suite struct PublicTypesTests {
  private static let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardizedFileURL

  /// The names of the public types at the top level of the facade's files.
  private func publicTypes() throws -> Set<String> {
    let folder = Self.root.appendingPathComponent("Sources/Newel").path
    var names: Set<String> = []
    for file in try FileManager.default.subpathsOfDirectory(atPath: folder) where file.hasSuffix(".swift") {
      let text = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
      for line in text.split(separator: "\n") {
        let words = line.split { !$0.isLetter && !$0.isNumber }
        guard line.hasPrefix("public "), let kind = words.dropFirst().first(where: { $0 != "final" }),
          ["struct", "class", "enum", "protocol", "actor", "typealias"].contains(kind),
          let place = words.firstIndex(of: kind), place + 1 < words.count
        else { continue }
        names.insert(String(words[place + 1]))
      }
    }
    return names
  }

  @Test func theMapNamesEveryPublicTypeOfTheFacade() throws {
    let map = try String(
      contentsOf: Self.root.appendingPathComponent("ARCHITECTURE.md"), encoding: .utf8)
    let paragraph = try #require(map.range(of: "**Newel — ")).lowerBound
    let end = try #require(map.range(of: "**Evaluation — ")).lowerBound
    let named = Set(
      map[paragraph..<end].split(separator: "`").enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) })
    let types = try publicTypes()
    #expect(types.count > 15)
    #expect(types.subtracting(named).isEmpty, "not on the map: \(types.subtracting(named).sorted())")
  }
}
