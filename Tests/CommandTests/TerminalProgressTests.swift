import Synchronization
import Testing

@testable import NewelCommand

@Suite struct TerminalProgressTests {
  /// A clock that is set by hand, and all that was written.
  private final class World: Sendable {
    let now = Mutex(0.0)
    let written = Mutex<[String]>([])

    func reporter(_ style: ProgressReporter.Style, columns: Int? = 100) -> ProgressReporter {
      ProgressReporter(
        style: style,
        surroundings: .init(
          write: { text in self.written.withLock { $0.append(text) } },
          columns: { columns },
          seconds: { self.now.withLock { $0 } }))
    }

    func set(_ seconds: Double) { now.withLock { $0 = seconds } }
    var texts: [String] { written.withLock { $0 } }
  }

  private let half = ProgressLine(label: "Building", done: 12_345, total: 29_000, unit: "rows", elapsed: 1.524)

  @Test func theLineSaysHowMuchHowFastAndHowLong() {
    #expect(
      half.running(columns: nil)
        == "Building  [########............] 42 %  12,345/29,000 rows  8,100 rows/s  2 s left")
    #expect(half.finished == "Building  12,345 rows in 1.5 s (8,100 rows/s)")
  }

  @Test func aNarrowWindowLosesTheLeastImportantFirst() {
    #expect(half.running(columns: 60) == "Building  42 %  12,345/29,000 rows  2 s left")
    #expect(half.running(columns: 30) == "Building  42 %  2 s left")
    #expect(half.running(columns: 15) == "Building  42 %")
    #expect(half.running(columns: 7) == "Buil...")
    for columns in 0...90 { #expect(DisplayWidth.columns(of: half.running(columns: columns)) <= columns) }
  }

  @Test func aStageOfUnknownOrNoLengthHasNoBar() {
    var line = half
    line.total = nil
    #expect(line.running(columns: 80) == "Building  12,345 rows  8,100 rows/s")
    let empty = ProgressLine(label: "Empty", done: 0, total: 0, unit: "rows", elapsed: 0)
    #expect(empty.running(columns: 80) == "Empty  [####################] 100 %  0/0 rows")
    let tooMuch = ProgressLine(label: "More", done: 7, total: 5, unit: "rows", elapsed: 1)
    #expect(tooMuch.running(columns: 80).contains("100 %"))
  }

  @Test func aTerminalIsDrawnAtMostTenTimesASecond() {
    let world = World()
    let reporter = world.reporter(.terminal)
    reporter.begin("Building", total: 1000, unit: "rows")
    for step in 1...1000 {
      world.set(Double(step) / 500)
      reporter.update(to: step)
    }
    reporter.finish()
    #expect((20...22).contains(world.texts.count))
    #expect(world.texts.allSatisfy { $0.hasPrefix("\rBuilding  ") && $0.contains("\u{1B}[K") })
    #expect(world.texts.dropLast().allSatisfy { !$0.contains("\n") })
    #expect(world.texts.last == "\rBuilding  1,000 rows in 2.0 s (500 rows/s)\u{1B}[K\n")
  }

  @Test func aLogGetsALineEveryFiveSecondsAndOneAtTheEnd() {
    let world = World()
    let reporter = world.reporter(.plain)
    for step in 1...12 {
      world.set(Double(step))
      reporter.report("Building", done: step * 100, total: 1200, unit: "rows")
    }
    reporter.report("Writing", done: 3, total: nil, unit: "files")
    reporter.finish()
    reporter.finish()
    #expect(
      world.texts == [
        "Building  [##########..........] 50 %  600/1,200 rows  120 rows/s  5 s left\n",
        "Building  [##################..] 91 %  1,100/1,200 rows  110 rows/s  1 s left\n",
        "Building  1,200 rows in 11.0 s (110 rows/s)\n",
        "Writing  3 files in 0.00 s\n",
      ])
  }

  @Test func quietIsQuiet() {
    let world = World()
    let reporter = world.reporter(.quiet)
    reporter.begin("Building", total: 10, unit: "rows")
    world.set(60)
    reporter.advance(by: 5)
    reporter.finish()
    reporter.interrupt()
    #expect(world.texts.isEmpty)
  }

  @Test func anInterruptedLineIsEndedOnceSoThatAnErrorStandsAlone() {
    let world = World()
    let reporter = world.reporter(.terminal)
    reporter.begin("Building", total: 10, unit: "rows")
    reporter.interrupt()
    reporter.interrupt()
    reporter.finish()
    #expect(world.texts.count == 2)
    #expect(world.texts.last == "\n")
  }

  @Test func manyThreadsMayReportAtOnce() async {
    let world = World()
    let reporter = world.reporter(.terminal)
    reporter.begin("Building", total: 8000, unit: "rows")
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask { for _ in 0..<1000 { reporter.advance(by: 1) } }
      }
    }
    world.set(4)
    reporter.finish()
    #expect(world.texts.last == "\rBuilding  8,000 rows in 4.0 s (2,000 rows/s)\u{1B}[K\n")
  }
}
