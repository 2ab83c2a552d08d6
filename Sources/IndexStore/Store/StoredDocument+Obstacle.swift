extension StoredDocument {
  /// Why an index made with `configuration` cannot hold the document; `nil` when it can.
  func obstacle(_ configuration: IndexConfiguration) -> String? {
    if key.isEmpty { return "its key is empty" }
    if key.utf8.count > Self.maximumKeyByteCount {
      return "its key has \(key.utf8.count) bytes, more than \(Self.maximumKeyByteCount)"
    }
    if key.utf8.contains(0) { return "its key contains a zero byte" }
    if metadata.count > Self.maximumMetadataByteCount {
      return "its metadata have \(metadata.count) bytes, more than \(Self.maximumMetadataByteCount)"
    }
    return obstacle(denseRow, configuration.denseDimension, configuration, name: "dense row")
      ?? obstacle(coordinates, configuration.coordinateCount, configuration, name: "row of coordinates")
      ?? hubness.flatMap { $0.magnitude < 1.01 ? nil : "its hubness is \($0) and no mean cosine" }
  }

  private func obstacle(
    _ row: [Float]?, _ dimension: Int?, _ configuration: IndexConfiguration, name: String
  ) -> String? {
    switch (dimension, row) {
    case (nil, nil): nil
    case (nil, .some): "it has a \(name) and the index keeps none"
    case (.some, nil): "it has no \(name) and the index needs one"
    case (let dimension?, let row?): configuration.element.obstacle(row, dimension: dimension, name: name)
    }
  }
}
