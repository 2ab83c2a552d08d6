import FoundationEssentials

/// Which characters the terminal of the user can show.
enum TerminalStyle: Sendable, Equatable {
  /// Block characters and the ellipsis.
  case unicode

  /// ASCII only, for old terminals and for those who ask for plain output.
  case ascii

  /// The style that the environment of this process asks for.
  static let current = detect(environment: ProcessInfo.processInfo.environment)

  /// ASCII when the locale is not UTF-8, when NO_COLOR is set (to anything but nothing), or when TERM is "dumb".
  static func detect(environment: [String: String]) -> TerminalStyle {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if value("NO_COLOR") != nil || value("TERM") == "dumb" { return .ascii }
    // The first of the three that is set decides, as in setlocale(3).
    let locale = (value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") ?? "").lowercased()
    return locale.contains("utf-8") || locale.contains("utf8") ? .unicode : .ascii
  }
}
