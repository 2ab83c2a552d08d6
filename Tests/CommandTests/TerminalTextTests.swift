import Testing

@testable import NewelCommand

@Suite struct TerminalTextTests {
  @Test func numbersAreGroupedByThousands() {
    #expect(NumberText.grouped(0) == "0")
    #expect(NumberText.grouped(999) == "999")
    #expect(NumberText.grouped(1000) == "1,000")
    #expect(NumberText.grouped(-1_234_567) == "-1,234,567")
    #expect(NumberText.grouped(.min) == "-9,223,372,036,854,775,808")
  }

  @Test func decimalsAreRoundedAndPadded() {
    #expect(NumberText.fixed(1234.567, decimals: 1) == "1,234.6")
    #expect(NumberText.fixed(-0.04, decimals: 1) == "0.0")
    #expect(NumberText.fixed(-2.05, decimals: 2) == "-2.05")
    #expect(NumberText.fixed(0.999, decimals: 2) == "1.00")
    #expect(NumberText.fixed(.infinity, decimals: 2) == "∞")
    #expect(NumberText.fixed(3, decimals: 0) == "3")
  }

  @Test func sizesAndRatesAndTimesReadWell() {
    #expect(
      [0, 999, 1000, 1234, 999_949, 999_999, 45_678_901].map(NumberText.bytes)
        == ["0 B", "999 B", "1.0 kB", "1.2 kB", "999.9 kB", "1.0 MB", "45.7 MB"])
    #expect(NumberText.bytes(.max) == "9.2 EB")
    #expect(
      [0, 0.4567, 3.44, 9.96, 45.4, 99.4, 8123, 99_700].map(NumberText.rate)
        == ["0", "0.46", "3.4", "10", "45", "99", "8,100", "100,000"])
    #expect(
      [0.43, 3.64, 59.97, 65, 7380, 0].map(NumberText.elapsed)
        == ["0.43 s", "3.6 s", "1 min 00 s", "1 min 05 s", "2 h 03 min", "0.00 s"])
    #expect([0.2, 1.6, 59.7, 3599.6].map(NumberText.remaining) == ["0 s", "2 s", "1 min 00 s", "1 h 00 min"])
    #expect(NumberText.remaining(.infinity) == "a long time")
  }

  @Test func widthsAreThoseOfATerminal() {
    #expect(DisplayWidth.columns(of: "shoe") == 4)
    #expect(DisplayWidth.columns(of: "e\u{301}té") == 3)
    #expect(DisplayWidth.columns(of: "赤い靴") == 6)
    #expect(DisplayWidth.columns(of: "👟") == 2)
    #expect(DisplayWidth.columns(of: "👨‍👩‍👧") == 2)
    #expect(DisplayWidth.columns(of: "❤️") == 2)
    #expect(DisplayWidth.columns(of: "█▏…") == 3)
  }

  @Test func aTextIsCutAtCharactersAndNeverTooLong() {
    #expect(DisplayWidth.truncated("red shoe", to: 8, style: .unicode) == "red shoe")
    #expect(DisplayWidth.truncated("red shoe", to: 5, style: .unicode) == "red …")
    #expect(DisplayWidth.truncated("red shoe", to: 5, style: .ascii) == "re...")
    #expect(DisplayWidth.truncated("赤い靴", to: 4, style: .unicode) == "赤…")
    #expect(DisplayWidth.truncated("red shoe", to: 2, style: .ascii) == "..")
    #expect(DisplayWidth.truncated("red shoe", to: 0, style: .unicode) == "")
  }

  @Test func controlCharactersOfMetadataDoNotReachTheTerminal() {
    #expect(
      DisplayWidth.printable("a\u{1B}[2Jb\r\nc\td\u{202E}e\u{9B}f") == "a [2Jb c d e f")
    #expect(DisplayWidth.printable("plain é 👟") == "plain é 👟")
  }

  @Test func barsGrowByEighths() {
    let chart = BarChart(maximum: 2, width: 4, style: .unicode)
    #expect(chart.bar(for: 2) == "████")
    #expect(chart.bar(for: 1) == "██")
    #expect(chart.bar(for: 1.0625) == "██▏")
    #expect(chart.bar(for: 1e-9) == "▏")
    #expect(chart.bar(for: 99) == "████")
    for nothing in [0, -1, Double.nan] { #expect(chart.bar(for: nothing).isEmpty) }
    let lengths = (0...64).map { DisplayWidth.columns(of: chart.bar(for: Double($0) / 32)) }
    #expect(lengths == lengths.sorted())
    #expect(BarChart(maximum: 0, width: 4, style: .unicode).bar(for: 1).isEmpty)
    #expect(BarChart(maximum: 2, width: 4, style: .ascii).bar(for: 1.1) == "##")
    #expect(BarChart(maximum: 2, width: 4, style: .ascii).bar(for: 0.01) == "#")
  }

  @Test func theStyleFollowsTheEnvironment() {
    #expect(TerminalStyle.detect(environment: ["LANG": "en_US.UTF-8"]) == .unicode)
    #expect(TerminalStyle.detect(environment: ["LANG": "C.utf8", "LC_ALL": ""]) == .unicode)
    #expect(TerminalStyle.detect(environment: ["LANG": "en_US.UTF-8", "LC_ALL": "C"]) == .ascii)
    #expect(TerminalStyle.detect(environment: ["LANG": "en_US.UTF-8", "NO_COLOR": "1"]) == .ascii)
    #expect(TerminalStyle.detect(environment: ["LANG": "en_US.UTF-8", "TERM": "dumb"]) == .ascii)
    #expect(TerminalStyle.detect(environment: [:]) == .ascii)
  }
}
