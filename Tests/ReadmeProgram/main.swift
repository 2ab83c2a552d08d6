import Newel

let arguments = CommandLine.arguments
if arguments.count == 3 {
  let index = try NewelIndex.open(arguments[1])
  for hit in try index.search(SearchRequest(arguments[2], count: 5)).hits {
    print(hit.rank, hit.key, hit.score)
    for part in hit.contributions { print("  ", part.token, part.amount) }
  }
} else {
  print("Usage: \(arguments[0]) INDEX 'red shoe -kids'")
}
