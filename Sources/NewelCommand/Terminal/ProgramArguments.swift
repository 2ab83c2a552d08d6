/// The arguments as they were typed, which Swift's own list holds with every wrong byte replaced: a path of it would be another
/// file's.
enum ProgramArguments {
  /// An argument that is no text.
  struct NotUTF8: Error {
    let message: String
  }

  /// The arguments behind the name of the program.
  ///
  /// - Throws: ``NotUTF8`` for the first that is not UTF-8.
  /// - Invariant: the system made `argc` texts that end in a zero byte, and nobody changes them while the program runs.
  static func typed() throws(NotUTF8) -> [String] {
    var texts: [String] = []
    for number in 1..<max(1, Int(CommandLine.argc)) {
      guard let bytes = unsafe CommandLine.unsafeArgv[number] else { break }
      guard let text = unsafe String(validatingCString: bytes) else {
        throw NotUTF8(
          message:
            "Argument \(number) ('\(unsafe String(cString: bytes))', unreadable bytes replaced) is not UTF-8; rename the "
            + "file, or name it by a link.")
      }
      texts.append(text)
    }
    return texts
  }
}
