import Glibc

/// Memory between two pages that may not be touched: a read or write one byte outside it ends the process.
final class GuardedPages {
  let base: UnsafeMutableRawPointer
  let byteCount: Int
  private let mapping: UnsafeMutableRawPointer
  private static let page = 4096

  init(byteCount least: Int) {
    byteCount = (least + Self.page - 1) / Self.page * Self.page
    let whole = byteCount + 2 * Self.page
    mapping = mmap(nil, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    precondition(mapping != MAP_FAILED, "there is no memory for the test")
    base = mapping + Self.page
    precondition(mprotect(base, byteCount, PROT_READ | PROT_WRITE) == 0, "the pages cannot be opened")
  }

  deinit { munmap(mapping, byteCount + 2 * Self.page) }

  /// Where `size` bytes lie in one of three places: against the last page, against the first, or between them, a few
  /// multiples of `unit` away from the last.
  func offset(of size: Int, unit: Int, choice: UInt64) -> Int {
    let last = byteCount - size
    return switch choice % 3 {
    case 0: last
    case 1: 0
    default: max(0, last - unit * (1 + Int(choice / 3 % 67)))
    }
  }

  /// The part of this memory that reaches 64 bytes beyond `size` bytes at `offset`, as far as there is any.
  func surroundings(of size: Int, at offset: Int) -> Range<Int> {
    max(0, offset - 64)..<min(byteCount, offset + size + 64)
  }
}
