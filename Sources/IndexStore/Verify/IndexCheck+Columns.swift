import ByteStorage
import EmbeddingDumps

extension IndexCheck {
  /// At `deep`: the columns file of a segment is what its documents make it.
  mutating func columns(_ segment: SegmentSnapshot) throws(IndexStoreError) {
    guard let file = manifest.file(.columns, segment: segment.number) else { return }
    let writer = ColumnsWriter(named: segment.open.columns.fields.filter(\.isNamed).map(\.name))
    try segment.open.documents.forEach(
      { (_, document) throws(IndexStoreError) in writer.append(metadata: document.metadata) },
      failure: { .storage($0) })
    let envelope = try IndexSnapshot.open(file, folder, fileSystem)
    let columns = segment.open.columns
    let isRight = try storing { () throws(StorageError) in try columns.hasSections(writer.sections(), in: envelope) }
    if !isRight {
      problem(
        file.summary.name,
        "'\(joinedPath(folder, file.summary.name))' does not say of the metadata what the documents of segment "
          + "\(segment.number) say; 'newel repair' makes it anew.")
    }
  }
}
