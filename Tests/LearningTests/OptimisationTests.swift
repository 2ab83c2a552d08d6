import Learning
import LinearAlgebra
import Testing

@Suite struct OptimisationTests {
  @Test("three steps of AdamW give the numbers of PyTorch 2")
  func adamW() {
    var set = ParameterSet<Double>()
    set.add("x", group: "x", DoubleMatrix(rows: 1, columns: 3, values: [1, -2, 3]))
    let expected: [[Double]] = [
      [0.899000002, -1.898000001, 2.997], [0.8048830404754623, -1.9327123534710748, 2.91959036973369],
      [0.8536919543445125, -1.9827037223718642, 2.852775048389401],
    ]
    for (gradient, values) in zip([[0.5, -1, 0], [0.25, 2, 1e-3], [-3, 1, 4]], expected) {
      set[0].gradient.values = gradient
      AdamW(weightDecay: 0.01).step(&set, rates: ["x": 0.1])
      for (found, value) in zip(set[0].values.values, values) { #expect(abs(found - value) < 1e-9) }
    }
  }

  @Test("the kernel's steps are those of the plain loops, on one portion and on several", arguments: [50, 70_001])
  func kernel(count: Int) {
    var random = SplitMix64(seed: 4)
    let start = (0..<count).map { _ in Float(random.normal()) }
    var (narrow, wide) = (ParameterSet<Float>(), ParameterSet<Double>())
    narrow.add("x", group: "x", Matrix(rows: 1, columns: count, values: start))
    wide.add("x", group: "x", DoubleMatrix(rows: 1, columns: count, values: start.map { Double($0) }))
    for _ in 0..<3 {
      let gradient = (0..<count).map { _ in Float(random.normal()) }
      narrow[0].gradient.values = gradient
      wide[0].gradient.values = gradient.map { Double($0) }
      AdamW().step(&narrow, rates: ["x": 0.01], averageDecay: 0.9, gradientScale: 0.5)
      AdamW().step(&wide, rates: ["x": 0.01], averageDecay: 0.9, gradientScale: 0.5)
    }
    let values = zip(narrow[0].values.values, wide[0].values.values)
    let means = zip(narrow[0].averagedValues.values, wide[0].averagedValues.values)
    #expect(values.allSatisfy { abs(Double($0) - $1) < 2e-6 })
    #expect(means.allSatisfy { abs(Double($0) - $1) < 2e-6 })
  }

  @Test("one cycle has the rates and momenta of PyTorch's")
  func oneCycle() {
    let cycle = OneCycle(stepCount: 10)
    let rates = [
      0.04, 0.52, 1, 0.9504846320134737, 0.8117456539497631, 0.6112620219362893, 0.38874197806371075,
      0.18825834605023697, 0.049519367986526286, 4e-06,
    ]
    let momenta = [
      0.95, 0.9, 0.85, 0.854951556604879, 0.8688255099070633, 0.8888739533021842, 0.9111260466978157,
      0.9311744900929366, 0.945048443395121, 0.95,
    ]
    for step in 0..<10 {
      #expect(abs(cycle.rate(at: step) - rates[step]) < 1e-12)
      #expect(abs(cycle.momentum(at: step) - momenta[step]) < 1e-12)
    }
    #expect(cycle.rate(at: 100) == cycle.rate(at: 9))
    #expect(OneCycle(stepCount: 1).rate(at: 0).isFinite)
  }

  @Test("a cosine rises straight and falls to nothing")
  func cosine() {
    let decay = CosineDecay(stepCount: 10, warmUp: 2)
    #expect([0, 1, 2, 6, 10].map { decay.rate(at: $0) } == [0.5, 1, 1, 0.5, 0])
  }

  @Test("a gradient that is wrong in one place is found")
  func wrongGradient() {
    // The function is Σ x³ at 1, 2, 3.
    func value(_ place: Int, _ difference: Double) -> Double {
      [1.0, 2, 3].enumerated().reduce(0) { sum, element in
        let x = element.element + (element.offset == place ? difference : 0)
        return sum + x * x * x
      }
    }
    #expect(GradientCheck([3, 12, 27], value: value).relativeError < 1e-8)
    let wrong = GradientCheck([3, 12.1, 27], value: value)
    #expect(wrong.relativeError > 1e-3 && wrong.worstPlace == 1)
  }
}
