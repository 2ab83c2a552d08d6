import Learning
import LinearAlgebra
import Testing

@Suite struct ParameterSetTests {
  /// A set with two groups after a few steps on made-up gradients.
  private func trained(steps: Int, from start: ParameterSet<Float>? = nil, first: Int = 0) -> ParameterSet<Float> {
    var set = start ?? fresh()
    for step in first..<first + steps {
      var random = SplitMix64(seed: UInt64(step))
      for index in set.indices {
        for place in set[index].gradient.values.indices { set[index].gradient.values[place] = Float(random.normal()) }
      }
      AdamW().step(&set, rates: ["one": 0.1, "two": step < 2 ? 0.01 : 0.02], averageDecay: 0.9)
    }
    return set
  }

  private func fresh() -> ParameterSet<Float> {
    var set = ParameterSet<Float>()
    var random = SplitMix64(seed: 1)
    set.add("weights", group: "one", .uniform(rows: 3, columns: 5, bound: 1, random: &random))
    set.add("bias", group: "two", .uniform(rows: 1, columns: 7, bound: 1, random: &random), decays: false)
    set.add("frozen", group: "three", .uniform(rows: 2, columns: 2, bound: 1, random: &random))
    return set
  }

  private func restored(_ bytes: [UInt8]) throws -> ParameterSet<Float> {
    var set = fresh()
    try set.restore(from: RawSpan(_elements: bytes.span))
    return set
  }

  @Test("training that is saved and resumed gives the same bytes")
  func resume() throws {
    let straight = trained(steps: 5)
    let resumed = trained(steps: 3, from: try restored(trained(steps: 2).encoded()), first: 2)
    #expect(resumed.encoded() == straight.encoded())
    #expect(straight.encoded() != trained(steps: 4).encoded())
    #expect(try restored(fresh().encoded()).encoded() == fresh().encoded())
  }

  @Test("groups without a learning rate stay as they are and keep no moments")
  func frozen() throws {
    let (set, start) = (trained(steps: 3), fresh())
    #expect(set[2].values == start[2].values)
    #expect(set[2].stepCount == 0)
    #expect(set[2].averagedValues == start[2].values)
    #expect(set[0].stepCount == 3)
    #expect(set[0].averagedValues != set[0].values)
  }

  @Test("every changed byte and every cut is an error, and nothing changes")
  func damage() throws {
    let bytes = trained(steps: 1).encoded()
    var set = fresh()
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] ^= 0x10
      #expect(throws: LearningError.self) { try set.restore(from: RawSpan(_elements: damaged.span)) }
    }
    for count in 0..<bytes.count {
      let cut = Array(bytes[..<count])
      #expect(throws: LearningError.self) { try set.restore(from: RawSpan(_elements: cut.span)) }
    }
    #expect(set.encoded() == fresh().encoded())
  }

  @Test("forged lengths behind a right checksum are an error")
  func forged() throws {
    let bytes = trained(steps: 1).encoded()
    for place in 8..<60 {
      for value: UInt8 in [0, 1, 0x7F, 0xFF] {
        var forged = Array(bytes.dropLast(4))
        guard forged[place] != value else { continue }
        forged[place] = value
        let sum = ArrayBytes.checksum(RawSpan(_elements: forged.span))
        forged += (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32(8 * $0)) }
        // A changed step count or number is a legal file; all others are refused.
        if let set = try? restored(forged) { #expect(set.encoded() == forged, "place \(place)") }
      }
    }
  }

  @Test("numbers that are not finite, and another model, are errors")
  func otherModel() throws {
    var broken = fresh()
    broken[0].values[1, 1] = .infinity
    #expect(throws: LearningError.damagedParameters(reason: "it holds numbers that are not finite")) {
      try restored(broken.encoded())
    }
    var other = ParameterSet<Float>()
    other.add("weights", group: "one", Matrix(rows: 3, columns: 4))
    other.add("bias", group: "two", Matrix(rows: 1, columns: 7))
    other.add("frozen", group: "three", Matrix(rows: 2, columns: 2))
    #expect(throws: LearningError.otherParameters(expected: "weights 3 × 5", found: "weights 3 × 4")) {
      try restored(other.encoded())
    }
  }

  @Test("means are exchanged with the values and adopted by group")
  func averages() throws {
    var set = trained(steps: 3)
    let (values, means) = (set[0].values, set[0].averagedValues)
    set.exchangeAverages()
    #expect(set[0].values == means && set[0].averagedValues == values)
    set.exchangeAverages()
    #expect(set[0].values == values && set[0].averagedValues == means)
    set.adoptAverages(of: "one")
    #expect(set[0].values == means && set[1].values != set[1].averagedValues)
    set.forgetMoments(of: "one")
    #expect(set[0].stepCount == 0 && set[1].stepCount == 3)
  }

  @Test("a gradient's length is that of its groups together")
  func lengths() throws {
    var set = fresh()
    set[0].gradient.values[2] = 3
    set[2].gradient.values[0] = 4
    #expect(set.gradientLength(of: ["one", "three"]) == 5)
    #expect(set.gradientLength(of: ["two"]) == 0)
  }
}
