/// Term-major postings, made from the forward vectors by one counting sort.
struct InvertedLists {
  let documentCount: Int
  private let chunkCount: Int
  /// Tokens with at least one posting, ascending. A term's place here is its *slot*.
  let tokens: [UInt32]
  /// `[slots + 1]`: the number of the first posting of each term.
  let starts: [Int]
  /// `[slots × chunks]`: number of the term's postings up to the end of each chunk of 65,536 documents.
  private let chunkEnds: [UInt32]
  /// Each posting's document within its chunk, and its impact, term-major.
  let documents: [UInt16]
  let impacts: [UInt8]
  let hasRefinements: Bool
  /// Each posting's refinement; empty without.
  private let refinements: [UInt8]

  /// - Parameter order: the document of `vectors` that each place holds; nil for the order of `vectors`.
  init(
    inverting vectors: ForwardVectors, vocabularyCount: Int, order: [UInt32]?, hasRefinements: Bool = false
  ) {
    self.hasRefinements = hasRefinements
    documentCount = vectors.documentCount
    let chunks = SegmentLayout.cells(vectors.documentCount, SegmentLayout.chunkShift)
    chunkCount = chunks

    var frequencies = [Int](repeating: 0, count: vocabularyCount)
    for token in vectors.tokens { frequencies[Int(token)] += 1 }
    var slots = [UInt32](repeating: 0, count: vocabularyCount)
    var present: [UInt32] = []
    var starts: [Int] = [0]
    for (token, frequency) in frequencies.enumerated() where frequency > 0 {
      slots[token] = UInt32(present.count)
      present.append(UInt32(token))
      starts.append(starts[starts.count - 1] + frequency)
    }

    var next = starts
    var ends = [UInt32](repeating: 0, count: present.count * chunks)
    var documents = [UInt16](repeating: 0, count: vectors.postingCount)
    var impacts = [UInt8](repeating: 0, count: vectors.postingCount)
    var refinements = [UInt8](repeating: 0, count: vectors.refinements.count)
    for document in 0..<vectors.documentCount {
      let chunk = document >> SegmentLayout.chunkShift
      for number in vectors.range(of: order.map { Int($0[document]) } ?? document) {
        let slot = Int(slots[Int(vectors.tokens[number])])
        let place = next[slot]
        documents[place] = UInt16(truncatingIfNeeded: document)
        impacts[place] = vectors.impacts[number]
        if hasRefinements { refinements[place] = vectors.refinements[number] }
        next[slot] = place + 1
        ends[slot * chunks + chunk] += 1
      }
    }
    for slot in present.indices {
      for chunk in 1..<max(1, chunks) { ends[slot * chunks + chunk] += ends[slot * chunks + chunk - 1] }
    }
    tokens = present
    self.starts = starts
    chunkEnds = ends
    self.documents = documents
    self.impacts = impacts
    self.refinements = refinements
  }

  /// The refinements of a term's postings; empty without.
  func refinements(ofSlot slot: Int) -> ArraySlice<UInt8> {
    hasRefinements ? refinements[starts[slot]..<starts[slot + 1]] : []
  }

  func documentFrequency(ofSlot slot: Int) -> Int { starts[slot + 1] - starts[slot] }

  /// The whole document numbers of a term, ascending, into `buffer`.
  func expand(slot: Int, into buffer: inout [UInt32]) {
    buffer.removeAll(keepingCapacity: true)
    var number = starts[slot]
    for chunk in 0..<chunkCount {
      let end = starts[slot] + Int(chunkEnds[slot * chunkCount + chunk])
      while number < end {
        buffer.append(UInt32(chunk << SegmentLayout.chunkShift) | UInt32(documents[number]))
        number += 1
      }
    }
  }
}
