import Testing

@testable import NewelCommand

@Suite struct TerminalTableTests {
  private func table() -> TextTable {
    var table = TextTable(
      [.init("key"), .init("weight", .right), .init("caption", isFlexible: true)], style: .unicode)
    table.append(["a.png", "1.25", "a red shoe on a wooden floor"])
    table.append(["靴.png", "11", ""])
    return table
  }

  @Test func columnsAreAlignedWithoutTrailingSpaces() {
    #expect(
      table().lines(width: nil) == [
        "key     weight  caption",
        "a.png     1.25  a red shoe on a wooden floor",
        "靴.png      11",
      ])
  }

  @Test func onlyFlexibleColumnsAreCut() {
    let lines = table().lines(width: 30)
    #expect(lines[1] == "a.png     1.25  a red shoe on…")
    #expect(lines.allSatisfy { DisplayWidth.columns(of: $0) <= 30 })
    // Narrower than the columns that may not be cut: the rest keeps what it needs at least.
    #expect(table().lines(width: 3)[1] == "a.png     1.25  a red s…")
  }

  @Test func theWidestOfTwoFlexibleColumnsGivesFirst() {
    var table = TextTable([.init("", isFlexible: true), .init("", isFlexible: true)], style: .unicode)
    table.append([String(repeating: "x", count: 40), "short one"])
    let lines = table.lines(width: 31)
    #expect(lines == [String(repeating: "x", count: 19) + "…  short one"])
  }

  @Test func aRowWithTooFewOrTooManyCellsIsNoAccident() {
    var table = TextTable([.init("a"), .init("b")], style: .ascii)
    table.append(["1"])
    table.append(["1", "2", "3"])
    #expect(table.lines(width: 80) == ["a  b", "1", "1  2"])
    #expect(TextTable([.init("")]).lines(width: 80).isEmpty)
  }

  @Test func aLineBreakInACellDoesNotBreakTheTable() {
    var table = TextTable([.init(""), .init("")], style: .ascii)
    table.append(["two\nlines", "x"])
    #expect(table.lines(width: nil) == ["two lines  x"])
  }
}
