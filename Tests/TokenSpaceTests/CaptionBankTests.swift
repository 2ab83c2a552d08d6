import Glibc
import LinearAlgebra
import Testing

@testable import TokenSpace

@Suite struct CaptionBankTests {
  /// Twelve captions over five tokens.
  private static func bank(meanAnswer: Float = 1, meanLength: Float = 1) -> CaptionBank {
    var captions: [[UInt32]] = []
    for number in 0..<12 {
      let second = (number + 1 + number / 5) % 5
      captions.append([UInt32(number % 5), UInt32(second)])
    }
    var starts: [UInt32] = [0]
    for caption in captions { starts.append((starts.last ?? 0) + UInt32(caption.count)) }
    return CaptionBank(
      starts: starts, tokens: captions.flatMap { $0 }, meanAnswer: meanAnswer, meanLength: meanLength,
      vocabularyCount: 5)
  }

  private static let weights: [Float] = [1, 2, 0.5, 1.5, 1]

  @Test("A vector is multiplied by the roots of its answer and its length")
  func formula() {
    let bank = Self.bank(meanAnswer: 2, meanLength: 1.5)
    let vector = [TokenWeight(token: 1, weight: 1.2), TokenWeight(token: 3, weight: 0.7)]
    var scores: [Float] = []
    for caption in 0..<bank.count {
      let tokens = bank.tokens[Int(bank.starts[caption])..<Int(bank.starts[caption + 1])]
      scores.append(
        tokens.reduce(Float(0)) { sum, token in
          sum + Self.weights[Int(token)] * (vector.first { $0.token == token }?.weight ?? 0)
        })
    }
    let answer = scores.sorted(by: >).prefix(10).reduce(0, +) / 10
    let length = (1.2 * 1.2 + 0.7 * 0.7 as Float).squareRoot()
    let expected = powf(answer / 2, -0.5) * powf(length / 1.5, -0.15)
    var balanced = [vector]
    bank.balance(&balanced, queryWeights: Self.weights)
    #expect(abs(balanced[0][0].weight / 1.2 - expected) < 1e-5)
    #expect(abs(balanced[0][1].weight / 0.7 - expected) < 1e-5)
    #expect(balanced[0].map(\.token) == [1, 3])
  }

  @Test("A vector that answers nothing stays as it is, and no factor is extreme")
  func limits() {
    var vectors = [[TokenWeight(token: 1, weight: 1e-6)], [TokenWeight(token: 1, weight: 1e6)], []]
    Self.bank().balance(&vectors, queryWeights: [0, 0, 0, 0, 0])
    #expect(vectors[0][0].weight == 1e-6 && vectors[2].isEmpty)
    Self.bank().balance(&vectors, queryWeights: Self.weights)
    #expect(vectors[0][0].weight == 4e-6 && vectors[1][0].weight == 0.25e6)
  }

  @Test("Measured on vectors, their mean answer and mean length are its own")
  func measuring() {
    let vectors = (0..<5).map { [TokenWeight(token: UInt32($0), weight: 1)] }
    let bank = Self.bank().measured(on: vectors, queryWeights: Self.weights)
    #expect(bank.meanLength == 1 && bank.meanAnswer > 0)
    #expect(Self.bank().measured(on: [], queryWeights: Self.weights) == Self.bank())
  }

  @Test("What is no bank is refused with the tensor at fault")
  func faults() {
    func fault(_ starts: [UInt32], _ tokens: [UInt32], _ answer: Float = 1, _ length: Float = 1) -> String? {
      CaptionBank(starts: starts, tokens: tokens, meanAnswer: answer, meanLength: length, vocabularyCount: 5)
        .fault(vocabularyCount: 5)?.section
    }
    #expect(fault([0, 1, 2], [4, 0]) == nil)
    #expect(fault([], []) == "bank_starts" && fault([0], []) == "bank_starts")
    #expect(fault([1, 2], [0, 1]) == "bank_starts" && fault([0, 3], [0, 1]) == "bank_starts")
    #expect(fault([0, 9, 2], [0, 1]) == "bank_starts" && fault([0, 2], [0, 5]) == "bank_tokens")
    #expect(fault([0, 2], [0, .max]) == "bank_tokens")
    #expect(fault([0, 2], [0, 1], 0) == "metadata" && fault([0, 2], [0, 1], 1, .nan) == "metadata")
  }
}
