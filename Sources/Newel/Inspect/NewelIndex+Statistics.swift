internal import Alignment
internal import ByteStorage
internal import IndexStore
internal import InvertedIndex
internal import TokenSpace

extension NewelIndex {
  /// Sizes and settings of the index.
  ///
  /// - Complexity: O(vocabulary · segments).
  public func statistics(mostFrequent: Int = 10) throws(NewelError) -> IndexStatistics {
    let frequencies = (0..<UInt32(vocabulary.count)).map { documentFrequency(of: $0) }
    let used = frequencies.indices.filter { frequencies[$0] > 0 }
    let frequent = used.sorted { (frequencies[$0], $1) > (frequencies[$1], $0) }.prefix(mostFrequent)
    // Of documents that are not deleted, like everything here but bytes and segments.
    let postings = frequencies.reduce(0, +)
    var bytes: [String: Int] = [:]
    for file in snapshot.files { bytes["\(file.kind)", default: 0] += file.byteCount }
    let configuration = snapshot.configuration
    let map = try alignment()
    let fields: [FilterFieldInfo]
    do {
      fields = try snapshot.filterFields()
      bytes["catalog"] = try PosixFileSystem().fileSize(joinedPath(path, "catalog.sqlite")) ?? 0
    } catch {
      throw NewelError(wrapping: error)
    }
    return IndexStatistics(
      path: path, generation: snapshot.generation, documentCount: documentCount, postingCount: postings,
      meanTokensPerDocument: documentCount == 0 ? 0 : Double(postings) / Double(documentCount),
      vocabularyCount: vocabulary.count, usedTokens: used.count,
      mostFrequentTokens: frequent.map {
        IndexStatistics.TokenCount(token: name(of: UInt32($0)), documentFrequency: frequencies[$0])
      },
      segments: snapshot.segments.map {
        IndexStatistics.SegmentStatistics(
          name: "\($0.number)", documentCount: $0.index.documentCount, postingCount: $0.index.postingCount,
          order: $0.index.ordering.rawValue)
      },
      ceiling: Double(snapshot.configuration.ceiling), head: snapshot.configuration.settings["head"],
      tokenizer: encoder.tokenizer.name, denseDimension: snapshot.configuration.denseDimension,
      denseType: configuration.denseDimension == nil && map == nil ? nil : configuration.element.rawValue,
      alignment: map?.method, coordinateCount: configuration.coordinateCount,
      floatWeightBytes: snapshot.configuration.keepsFloatWeights
        ? segments.reduce(0) { $0 + $1.index.fineImpactByteCount } : nil,
      fineWeightBytes: snapshot.configuration.keepsFineWeights
        ? segments.reduce(0) { $0 + $1.index.refinementByteCount } : nil,
      headMass: snapshot.configuration.headMass, headCap: snapshot.configuration.headCap,
      headListBytes: snapshot.configuration.headMass == nil
        ? nil : segments.reduce(0) { $0 + $1.index.headListByteCount },
      bytesByKind: bytes, byteCount: bytes.values.reduce(0, +),
      filterFields: fields.map { IndexStatistics.FilterField(name: $0.name, valueCount: $0.valueCount) })
  }

  /// How thoroughly ``verify(_:level:)`` looks.
  public enum VerificationLevel: String, Sendable, CaseIterable {
    /// Headers, lengths, and that every file the catalog lists is there.
    case quick
    /// Every checksum.
    case full
    /// Everything decoded and compared: postings, bounds, documents, keys, vocabulary, head.
    case deep
  }

  /// Proves an index, or says what is wrong with it.
  ///
  /// - Throws: ``NewelError`` when the index cannot even be opened; problems found are in the report.
  public static func verify(
    _ path: String, level: VerificationLevel = .quick, progress: ProgressHandler? = nil
  ) throws(NewelError) -> VerificationReport {
    let chosen: VerifyLevel =
      switch level {
      case .quick: .quick
      case .full: .full
      case .deep: .deep
      }
    do {
      let report = try IndexVerifier.verify(path, level: chosen, fileSystem: PosixFileSystem()) { _, done, total in
        try? progress?(JobProgress(stage: "verifying", done: done, total: total, unit: "bytes"))
      }
      var problems = report.problems.map(\.description)
      if level == .deep {
        for obstacle in obstaclesOfQueries(path) where !problems.contains(obstacle) { problems.append(obstacle) }
      }
      return VerificationReport(
        path: path, level: level.rawValue, filesChecked: report.filesChecked, bytesChecked: report.bytesChecked,
        problems: problems, notes: report.notes)
    } catch {
      throw NewelError(wrapping: error)
    }
  }

  /// What keeps vocabulary, head and alignment from being used.
  private static func obstaclesOfQueries(_ path: String) -> [String] {
    let uses: [(IndexSnapshot) throws -> Void] = [{ _ = try StoredWords($0) }, { _ = try StoredAlignment.read($0) }]
    return uses.compactMap { use in
      do {
        try use(try IndexSnapshot.open(path, fileSystem: PosixFileSystem()))
        return nil
      } catch {
        return NewelError(wrapping: error).message
      }
    }
  }
}
