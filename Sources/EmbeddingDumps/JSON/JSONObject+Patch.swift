extension JSONObject {
  /// The object after a merge patch (RFC 7396): members of the patch take the place of those there, objects are merged member by
  /// member, and null removes a member.
  ///
  /// - Complexity: O(members of both, squared): objects of metadata are small. Depth is that of the patch.
  public func merging(patch: JSONObject) -> JSONObject {
    var merged = self
    for member in patch.members {
      switch member.value {
      case .null: merged[member.key] = nil
      case .object(let inner):
        let before = merged[member.key]?.objectValue ?? JSONObject()
        merged[member.key] = .object(before.merging(patch: inner))
      default: merged[member.key] = member.value
      }
    }
    return merged
  }
}
