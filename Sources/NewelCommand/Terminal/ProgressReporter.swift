import Synchronization

/// Tells on standard error how a long piece of work gets on: stage by stage, each with its count, rate and time left.
///
/// On a terminal one line is redrawn at most ten times a second; in a file or a pipe plain lines come at most every five
/// seconds. Each stage ends in one line with its total time. May be called from any thread.
final class ProgressReporter: Sendable {
  enum Style: Sendable {
    /// One line, drawn again and again.
    case terminal

    /// Whole lines, for logs.
    case plain

    /// Nothing at all.
    case quiet
  }

  /// What the reporter needs of the world, so that tests can give it their own.
  struct Surroundings: Sendable {
    /// Where the text goes.
    var write: @Sendable (String) -> Void

    /// The width of the terminal; nil when unknown.
    var columns: @Sendable () -> Int?

    /// Seconds since some moment in the past; never falls.
    var seconds: @Sendable () -> Double

    /// Standard error and the clock of the machine.
    static var standard: Surroundings {
      let start = ContinuousClock.now
      return Surroundings(
        write: { TerminalDevice.standardError.write($0) },
        columns: { TerminalDevice.standardError.columns },
        seconds: { (ContinuousClock.now - start) / .seconds(1) })
    }
  }

  private struct State {
    var line: ProgressLine?
    var began = 0.0
    var lastReport = 0.0

    /// Whether a drawn line still waits for its newline.
    var isDrawn = false
  }

  private let style: Style
  private let surroundings: Surroundings
  private let state = Mutex(State())

  init(style: Style, surroundings: Surroundings = .standard) {
    self.style = style
    self.surroundings = surroundings
  }

  /// The reporter for a command: silent with `--quiet`, drawn on a terminal, plain lines otherwise.
  static func standard(quiet: Bool) -> ProgressReporter {
    ProgressReporter(style: quiet ? .quiet : TerminalDevice.standardError.isTerminal ? .terminal : .plain)
  }

  /// Begins a stage, and ends the one before it.
  ///
  /// - Parameters:
  ///   - label: what is being done, as a person says it.
  ///   - total: how much there is to do; nil when nobody knows.
  ///   - unit: what is counted, in the plural.
  func begin(_ label: String, total: Int?, unit: String) {
    guard style != .quiet else { return }
    state.withLock { state in
      finish(&state)
      begin(label, total: total, unit: unit, &state)
    }
  }

  /// Reports the stage `label`, which begins with its first report; for callbacks of the form (stage, done, total).
  ///
  /// - Parameter detail: what else there is to say of this moment.
  func report(_ label: String, done: Int, total: Int?, unit: String, detail: String = "") {
    guard style != .quiet else { return }
    state.withLock { state in
      if state.line?.label != DisplayWidth.printable(label) {
        finish(&state)
        begin(label, total: total, unit: unit, &state)
      }
      state.line?.total = total
      state.line?.detail = DisplayWidth.printable(detail)
      update(to: done, &state)
    }
  }

  /// Says how much of the current stage is done in all.
  func update(to done: Int) {
    guard style != .quiet else { return }
    state.withLock { update(to: done, &$0) }
  }

  /// Says that `count` more are done.
  func advance(by count: Int) {
    guard style != .quiet else { return }
    state.withLock { update(to: ($0.line?.done ?? 0) + count, &$0) }
  }

  /// Ends the current stage with one line that says how much was done in what time.
  func finish() {
    guard style != .quiet else { return }
    state.withLock { finish(&$0) }
  }

  /// Writes a line of its own, also when quiet; a drawn progress line makes room and comes back with the next report.
  func note(_ line: String) {
    state.withLock { state in
      surroundings.write((state.isDrawn ? "\r\u{1B}[K" : "") + DisplayWidth.printable(line) + "\n")
      state.isDrawn = false
    }
  }

  /// Leaves the current stage unfinished, so that an error message begins on a line of its own.
  func interrupt() {
    guard style != .quiet else { return }
    state.withLock { state in
      if state.isDrawn { surroundings.write("\n") }
      state = State()
    }
  }

  private func begin(_ label: String, total: Int?, unit: String, _ state: inout State) {
    let now = surroundings.seconds()
    state.line = ProgressLine(
      label: DisplayWidth.printable(label), done: 0, total: total, unit: unit, elapsed: 0)
    state.began = now
    // A terminal shows at once that something goes on; a log waits, since most stages are short.
    state.lastReport = style == .terminal ? -.infinity : now
    report(&state)
  }

  private func update(to done: Int, _ state: inout State) {
    state.line?.done = done
    report(&state)
  }

  /// Writes the line when enough time has passed since the last one.
  private func report(_ state: inout State) {
    let now = surroundings.seconds()
    guard state.line != nil, now - state.lastReport >= (style == .terminal ? 0.1 : 5) else { return }
    state.lastReport = now
    state.line?.elapsed = now - state.began
    guard let line = state.line else { return }
    if style == .terminal {
      // One column is left free: some terminals wrap when the last one is filled.
      draw(line.running(columns: surroundings.columns().map { max(1, $0 - 1) }), ending: "", &state)
    } else {
      surroundings.write(line.running(columns: nil) + "\n")
    }
  }

  private func finish(_ state: inout State) {
    guard var line = state.line else { return }
    line.elapsed = surroundings.seconds() - state.began
    if style == .terminal {
      draw(line.finished, ending: "\n", &state)
    } else {
      surroundings.write(line.finished + "\n")
    }
    state = State()
  }

  /// Replaces the line that is on the screen: back to its beginning, the new text, the rest erased.
  private func draw(_ text: String, ending: String, _ state: inout State) {
    surroundings.write("\r" + text + "\u{1B}[K" + ending)
    state.isDrawn = ending.isEmpty
  }
}
