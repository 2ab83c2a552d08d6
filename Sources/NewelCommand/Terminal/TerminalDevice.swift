import Glibc

/// Standard output or standard error: whether it is a terminal, how wide it is, and writing to it.
struct TerminalDevice: Sendable {
  static let standardOutput = TerminalDevice(descriptor: STDOUT_FILENO)
  static let standardError = TerminalDevice(descriptor: STDERR_FILENO)

  let descriptor: Int32

  /// Whether a person is likely to look at it, rather than a file or a pipe.
  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// The width of the terminal in columns, asked anew at each call since windows change; nil for a file or a pipe.
  ///
  /// - Invariant: the kernel writes one `winsize`, which lives on the stack until the call returns.
  var columns: Int? {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Writes all of `text`.
  ///
  /// - Returns: nil, or why the rest could not be written (a full disk, a closed descriptor), in the system's words.
  /// - Invariant: `write` reads at most the bytes of the buffer that are left, and the buffer outlives the call.
  @discardableResult
  func write(_ text: String) -> String? {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
      }
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if written == 0 || errno != EINTR {
        return written == 0 ? "nothing more is taken" : Self.reason(errno)
      }
    }
    return nil
  }

  /// - Invariant: `strerror` returns a text that ends in a zero byte and is copied at once.
  private static func reason(_ code: Int32) -> String {
    unsafe String(cString: strerror(code))
  }
}
