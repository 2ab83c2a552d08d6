internal import ByteStorage

/// How much of the documents goes into head lists: the heaviest postings of each, term by term, for approximate search.
public struct HeadListOptions: Sendable, Equatable {
  /// The share of a document's impacts that its heaviest postings must reach, above 0 and at most 1 (then all are in).
  public let mass: Double
  /// Most postings of a term, the heaviest ones; nil for all.
  public let cap: Int?

  /// - Throws: ``InvertedIndexError/invalidHeadLists(mass:cap:)``.
  public init(mass: Double, cap: Int? = nil) throws(InvertedIndexError) {
    guard mass > 0, mass <= 1, cap.map({ (1...Int(UInt32.max)).contains($0) }) ?? true else {
      throw .invalidHeadLists(mass: mass, cap: cap)
    }
    self.mass = mass
    self.cap = cap
  }
}

/// Makes head lists from the vectors of a segment and writes them (FORMAT.md §7.2.4).
///
/// - Source: keeping the heavy part of each document, as in SINDI (Li et al. 2025, arXiv:2509.08395) and Seismic (Bruch et al.
///   2024, arXiv:2404.18812).
struct HeadListSerializer {
  private let options: HeadListOptions
  private let chunkCount: Int
  /// Tokens with a head list, ascending, and where each begins among all head postings.
  private var tokens: [UInt32] = []
  private var starts: [UInt32] = []
  /// `[terms × chunks]`: postings of the term up to the end of each chunk.
  private var ends: [UInt32] = []
  /// `[vocabulary]`: the largest impact that is not in the list.
  private var tails: [UInt8]
  private var documents: [UInt32]
  private var impacts: [UInt8]

  init(_ vectors: ForwardVectors, vocabularyCount: Int, options: HeadListOptions) {
    self.options = options
    chunkCount = SegmentLayout.cells(vectors.documentCount, SegmentLayout.chunkShift)
    tails = [UInt8](repeating: 0, count: vocabularyCount)

    var isHead = [Bool](repeating: false, count: vectors.postingCount)
    for document in 0..<vectors.documentCount {
      Self.chooseHeads(of: vectors, vectors.range(of: document), mass: options.mass, &isHead)
    }
    // Term by term, documents ascending.
    var next = [Int](repeating: 0, count: vocabularyCount + 1)
    for (number, token) in vectors.tokens.enumerated() where isHead[number] { next[Int(token) + 1] += 1 }
    for token in 0..<vocabularyCount { next[token + 1] += next[token] }
    let firsts = next
    documents = [UInt32](repeating: 0, count: firsts[vocabularyCount])
    impacts = [UInt8](repeating: 0, count: firsts[vocabularyCount])
    for document in 0..<vectors.documentCount {
      for number in vectors.range(of: document) {
        let token = Int(vectors.tokens[number])
        guard isHead[number] else {
          tails[token] = max(tails[token], vectors.impacts[number])
          continue
        }
        documents[next[token]] = UInt32(document)
        impacts[next[token]] = vectors.impacts[number]
        next[token] += 1
      }
    }
    makeTerms(firsts)
  }

  /// Marks the heaviest postings of a document until they hold `mass` of its impacts; equal impacts by ascending token.
  private static func chooseHeads(
    of vectors: ForwardVectors, _ range: Range<Int>, mass: Double, _ isHead: inout [Bool]
  ) {
    // How many postings each impact has: the heaviest are found without sorting.
    var counts = [Int](repeating: 0, count: 256)
    var total = 0
    for number in range {
      counts[Int(vectors.impacts[number])] += 1
      total += Int(vectors.impacts[number])
    }
    let wanted = mass * Double(total)
    var sum = 0
    var least = 255
    while least > 0, Double(sum + counts[least] * least) < wanted {
      sum += counts[least] * least
      least -= 1
    }
    for number in range {
      let impact = Int(vectors.impacts[number])
      if impact > least {
        isHead[number] = true
      } else if impact == least, Double(sum) < wanted {
        isHead[number] = true
        sum += impact
      }
    }
  }

  /// Cuts lists to the cap, and finds where each one and each of its chunks begins.
  private mutating func makeTerms(_ firsts: [Int]) {
    var place = 0
    for token in 0..<(firsts.count - 1) {
      var range = firsts[token]..<firsts[token + 1]
      if range.isEmpty { continue }
      var kept = Array(range)
      if let cap = options.cap, kept.count > cap {
        kept.sort { (impacts[$0], $1) > (impacts[$1], $0) }
        tails[token] = max(tails[token], impacts[kept[cap]])
        kept.removeLast(kept.count - cap)
        kept.sort()
      }
      range = place..<place + kept.count
      tokens.append(UInt32(token))
      starts.append(UInt32(place))
      var rowEnds = [UInt32](repeating: 0, count: chunkCount)
      for number in kept {
        documents[place] = documents[number]
        impacts[place] = impacts[number]
        rowEnds[Int(documents[place]) >> SegmentLayout.chunkShift] += 1
        place += 1
      }
      for chunk in 1..<max(1, chunkCount) { rowEnds[chunk] += rowEnds[chunk - 1] }
      ends += rowEnds
    }
    documents.removeLast(documents.count - place)
    impacts.removeLast(impacts.count - place)
  }

  func write(to writer: EnvelopeWriter) throws(StorageError) {
    var summary = ByteWriter()
    summary.f64(options.mass)
    summary.u64(UInt64(impacts.count))
    summary.u32(UInt32(options.cap ?? 0))
    summary.u32(UInt32(tokens.count))
    try writer.write(.headSummary, summary.bytes)

    var records: [UInt32] = []
    records.reserveCapacity(2 * tokens.count)
    for (token, start) in zip(tokens, starts) { records += [token, start] }
    try writer.write(.headTerms, records)
    try writer.write(.headEnds, ends)
    try writer.write(.headTails, tails)

    try writer.begin(.headPostings)
    for slot in tokens.indices {
      var start = Int(starts[slot])
      let first = start
      for chunk in 0..<chunkCount {
        let end = first + Int(ends[slot * chunkCount + chunk])
        guard start < end else { continue }
        try writer.append(documents[start..<end].map { UInt16(truncatingIfNeeded: $0) })
        try writer.append(Array(impacts[start..<end]))
        start = end
      }
    }
    writer.end()
  }
}

extension HeadListSerializer {
  /// Checks lists that were read from a file against those that these vectors give.
  ///
  /// - Throws: the first difference as `inconsistent`.
  func verify(_ heads: HeadIndex) throws(InvertedIndexError) {
    var slot = 0
    for token in tails.indices.map({ UInt32($0) }) {
      guard try heads.tail(of: token) == tails[Int(token)] else { throw heads.inconsistent("HTAL", token) }
      let list = try heads.list(of: token)
      guard slot < tokens.count, tokens[slot] == token else {
        if list != nil { throw heads.inconsistent("HTRM", token) }
        continue
      }
      guard let list else { throw heads.inconsistent("HTRM", token) }
      var number = Int(starts[slot])
      for chunk in 0..<chunkCount {
        for posting in list.postings(ofChunk: chunk) {
          guard number < documents.count, posting.document == UInt16(truncatingIfNeeded: documents[number]),
            posting.impact == impacts[number]
          else { throw heads.inconsistent("HPST", token) }
          number += 1
        }
        guard number == Int(starts[slot]) + Int(ends[slot * chunkCount + chunk]) else {
          throw heads.inconsistent("HEND", token)
        }
      }
      slot += 1
    }
  }
}
