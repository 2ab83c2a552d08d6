/// Numbers as people read them. Always with a comma between thousands and a point before decimals, whatever the locale,
/// so that the same command prints the same text everywhere.
enum NumberText {
  /// 1234567 → "1,234,567".
  static func grouped(_ value: Int) -> String {
    var digits = Array(String(value.magnitude).utf8)
    var position = digits.count - 3
    while position > 0 {
      digits.insert(UInt8(ascii: ","), at: position)
      position -= 3
    }
    return (value < 0 ? "-" : "") + String(decoding: digits, as: UTF8.self)
  }

  /// A value with a fixed number of decimals, thousands grouped: (1234.567, 1) → "1,234.6". Rounds half away from zero.
  static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "-∞" : "∞" }
    var scale = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (value.magnitude * Double(scale)).rounded()
    guard scaled < 1e18 else { return "\(value)" }
    let whole = Int(scaled)
    var text = grouped(whole / scale)
    if decimals > 0 {
      let fraction = String(whole % scale)
      text += "." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }
    return value < 0 && whole > 0 ? "-" + text : text
  }

  /// A share in percent, without the sign: 0.1234 → "12.3".
  static func percent(_ share: Double) -> String { fixed(100 * share, decimals: 1) }

  /// A size in bytes, in units of 1,000: 0 → "0 B", 1234 → "1.2 kB", 45678901 → "45.7 MB".
  static func bytes(_ count: Int) -> String {
    var value = Double(count)
    var unit = 0
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    // 999,950 would be shown as 1,000.0 kB.
    while abs(value) >= (unit == 0 ? 1000 : 999.95), unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return fixed(value, decimals: unit == 0 ? 0 : 1) + " " + units[unit]
  }

  /// A number of things per second, with two digits that matter: 8123 → "8,100", 0.4567 → "0.46".
  static func rate(_ perSecond: Double) -> String {
    guard perSecond.isFinite, perSecond > 0 else { return "0" }
    if perSecond < 1 { return fixed(perSecond, decimals: 2) }
    if perSecond < 9.95 { return fixed(perSecond, decimals: 1) }
    var step = 1.0
    while perSecond / step >= 99.5 { step *= 10 }
    return fixed((perSecond / step).rounded() * step, decimals: 0)
  }

  /// A time that has passed: "0.43 s", "3.6 s", "1 min 05 s", "2 h 03 min".
  static func elapsed(_ seconds: Double) -> String {
    if seconds < 1 { return fixed(seconds, decimals: 2) + " s" }
    if seconds < 59.95 { return fixed(seconds, decimals: 1) + " s" }
    return remaining(seconds)
  }

  /// A time still to come, which nobody knows to a tenth: "2 s", "1 min 05 s", "2 h 03 min".
  static func remaining(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "a long time" }
    let whole = Int(max(0, seconds).rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
    return "\(grouped(whole / 3600)) h \(twoDigits(whole % 3600 / 60)) min"
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
