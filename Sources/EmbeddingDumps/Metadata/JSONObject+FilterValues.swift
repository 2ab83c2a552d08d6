extension JSONObject {
  /// Calls `body` with every value that a ``MetadataFilter`` can find here, and the name of the field it finds it under.
  ///
  /// Values are scalars: the elements of an array come one by one, also those of arrays in it, and objects in arrays not at
  /// all. A member of an inner object has the name `outer.inner`. Where several members answer to one name, because some have a
  /// dot in theirs, only the one that a filter takes comes.
  ///
  /// - Complexity: O(size of the object).
  public func forEachFilterValue<E: Error>(
    _ body: (_ field: String, _ value: JSONValue) throws(E) -> Void
  ) throws(E) {
    if hasDottedName {
      var reached: [[UInt8]: Reached] = [:]
      reach("", [], &reached)
      for (_, found) in reached { try JSONObject.scalars(of: found.value, named: found.name, body) }
    } else {
      try walk("", body)
    }
  }

  /// What a name leads to.
  private struct Reached {
    let name: String
    /// Bytes of each member's name on the way.
    let way: [Int]
    let value: JSONValue

    /// Whether a filter tries this way before the other one to the same name: the whole name first, then its parts up to a
    /// dot, the shortest first.
    func isTried(before other: Reached) -> Bool {
      var rest = name.utf8.count
      for (mine, others) in zip(way, other.way) {
        if mine != others { return mine == rest || (others != rest && mine < others) }
        rest -= mine + 1
      }
      return false
    }
  }

  private var hasDottedName: Bool {
    members.contains { member in
      if member.key.utf8.contains(UInt8(ascii: ".")) { return true }
      if case .object(let inner) = member.value { return inner.hasDottedName }
      return false
    }
  }

  private func reach(_ prefix: String, _ way: [Int], _ reached: inout [[UInt8]: Reached]) {
    for member in members {
      let found = Reached(name: prefix + member.key, way: way + [member.key.utf8.count], value: member.value)
      let key = Array(found.name.utf8)
      if reached[key].map({ found.isTried(before: $0) }) ?? true { reached[key] = found }
      if case .object(let inner) = member.value { inner.reach(found.name + ".", found.way, &reached) }
    }
  }

  private func walk<E: Error>(_ prefix: String, _ body: (String, JSONValue) throws(E) -> Void) throws(E) {
    for member in members {
      let name = prefix.isEmpty ? member.key : prefix + member.key
      if case .object(let inner) = member.value {
        try inner.walk(name + ".", body)
      } else {
        try JSONObject.scalars(of: member.value, named: name, body)
      }
    }
  }

  private static func scalars<E: Error>(
    of value: JSONValue, named name: String, _ body: (String, JSONValue) throws(E) -> Void
  ) throws(E) {
    switch value {
    case .array(let elements): for element in elements { try scalars(of: element, named: name, body) }
    case .object: break
    default: try body(name, value)
    }
  }
}
