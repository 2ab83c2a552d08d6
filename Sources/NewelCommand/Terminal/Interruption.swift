import Glibc
import Synchronization

/// Ctrl-C during a build: the first asks the build to stop and tidy up, the second ends the process.
///
/// A process that is killed outright leaves the index as it was too; asking lets it remove its unfinished files.
enum Interruption {
  private static let requested = Atomic(false)

  /// Whether somebody asked to stop.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Listens for SIGINT and SIGTERM from now on.
  static func watch() {
    // The flag is made here, since a signal handler must not do it.
    _ = isRequested
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        if Interruption.requested.exchange(true, ordering: .relaxed) { _exit(130) }
      }
    }
  }
}
