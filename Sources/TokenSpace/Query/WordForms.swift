/// The singular of a plural and the plural of a singular, by the rules of English spelling.
///
/// Candidates only: whoever asks checks which of them a vocabulary has. Rules of one direction would miss vocabularies that
/// know a word in its plural only, which are common: they come from captions.
package enum WordForms {
  /// Other forms of `word`, the likelier first, without `word` itself; empty for short words and other scripts.
  package static func candidates(_ word: String) -> [String] {
    let letters = Array(word.utf8)
    guard letters.count >= 3, letters.allSatisfy({ $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") }) else {
      return []
    }
    var forms: [String] = []
    if let form = irregular[word] { forms.append(form) }
    forms += singulars(of: word) + plurals(of: word)
    var seen: Set = [word]
    return forms.filter { seen.insert($0).inserted }
  }

  private static func singulars(of word: String) -> [String] {
    // `glass`, `bus` and `tennis` are no plurals.
    guard word.count >= 4, word.hasSuffix("s"), !["ss", "us", "is"].contains(where: word.hasSuffix) else { return [] }
    var forms = [String(word.dropLast())]
    if ["ses", "xes", "zes", "ches", "shes", "oes"].contains(where: word.hasSuffix) {
      forms.append(String(word.dropLast(2)))
    }
    if word.hasSuffix("ies"), word.count >= 5 { forms.append(word.dropLast(3) + "y") }
    if word.hasSuffix("ves"), word.count >= 5 { forms += [word.dropLast(3) + "f", word.dropLast(3) + "fe"] }
    return forms
  }

  private static func plurals(of word: String) -> [String] {
    var forms: [String] = []
    if ["s", "x", "z", "ch", "sh", "o"].contains(where: word.hasSuffix) { forms.append(word + "es") }
    if word.hasSuffix("y") { forms.append(word.dropLast() + "ies") }
    if word.hasSuffix("fe") { forms.append(word.dropLast(2) + "ves") }
    if word.hasSuffix("f") { forms.append(word.dropLast() + "ves") }
    if !word.hasSuffix("s") { forms.append(word + "s") }
    return forms
  }

  private static let irregular: [String: String] = {
    let pairs = [
      ("man", "men"), ("woman", "women"), ("child", "children"), ("person", "people"), ("foot", "feet"),
      ("tooth", "teeth"), ("goose", "geese"), ("mouse", "mice"), ("ox", "oxen"),
    ]
    return Dictionary(uniqueKeysWithValues: pairs + pairs.map { ($1, $0) })
  }()
}
