internal import Glibc

/// The processor time of the calling thread, which leaves out the time that others had the core.
enum ThreadClock {
  /// Nanoseconds of processor time since the thread began. One call is a system call, some hundred nanoseconds.
  static func nanoseconds() -> Int64 { time(of: CLOCK_THREAD_CPUTIME_ID) }

  /// Nanoseconds of processor time of all threads since the program began.
  static func processNanoseconds() -> Int64 { time(of: CLOCK_PROCESS_CPUTIME_ID) }

  /// - Invariant: the kernel writes one `timespec`, which lives on the stack until the call returns. Both clocks exist on
  ///   every Linux, so that the call cannot fail.
  private static func time(of clock: clockid_t) -> Int64 {
    var time = timespec()
    guard unsafe clock_gettime(clock, &time) == 0 else { return 0 }
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
