// swift-tools-version: 6.2
import PackageDescription

// Every arrow between targets stands here and is checked against the `import` lines by tools/check-layers.
//
// NEWEL_WITHOUT_PACKAGES=1 leaves out the targets that need packages of others (GRDB, ArgumentParser), so that
// the lower layers build and test in seconds.
let withoutPackages = Context.environment["NEWEL_WITHOUT_PACKAGES"] == "1"

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
]
let testSettings: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name)] + dependencies, exclude: exclude,
    swiftSettings: testSettings)
}

var products: [Product] = []
var packages: [Package.Dependency] = []

var targets: [Target] = [
  // Layer 0: C.
  .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
  .target(name: "CSparseKernels"),

  // Layer 1.
  room("ByteStorage", ["CZstd", "CZlib", "CSparseKernels"]),
  room("LinearAlgebra", ["COpenBLAS", "CSparseKernels"]),

  // Layer 2.
  room("InvertedIndex", ["ByteStorage", "LinearAlgebra", "CSparseKernels"]),
  room("EmbeddingDumps", ["ByteStorage", "LinearAlgebra"]),
  room("Learning", ["LinearAlgebra"]),

  // Layer 3, without packages.
  room("TokenSpace", ["EmbeddingDumps", "Learning", "ByteStorage", "LinearAlgebra"]),
  room("Alignment", ["EmbeddingDumps", "Learning", "ByteStorage", "LinearAlgebra"]),

  // Layer 4, without packages.
  room("Evaluation"),

  tests("ByteStorage", []),
  tests("LinearAlgebra", []),
  tests("Learning", ["LinearAlgebra"]),
  tests("InvertedIndex", ["ByteStorage", "LinearAlgebra", "EmbeddingDumps"]),
  tests("EmbeddingDumps", ["ByteStorage", "LinearAlgebra"]),
  tests("TokenSpace", ["EmbeddingDumps", "Learning", "ByteStorage", "LinearAlgebra"], exclude: ["Oracle"]),
  tests("Alignment", ["Evaluation", "EmbeddingDumps", "Learning", "ByteStorage", "LinearAlgebra"]),
  tests("Evaluation", []),
  .testTarget(name: "CSparseKernelsTests", dependencies: ["CSparseKernels"], swiftSettings: testSettings),
]

if !withoutPackages {
  products += [
    .library(name: "Newel", targets: ["Newel"]),
    .library(name: "NewelServer", targets: ["NewelServer"]),
    .executable(name: "newel", targets: ["NewelCommand"]),
  ]
  packages += [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ]
  targets += [
    // Layer 3: the only importer of GRDB.
    room(
      "IndexStore",
      [
        "InvertedIndex", "EmbeddingDumps", "ByteStorage", "LinearAlgebra",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),

    // Layer 4: the facade.
    room(
      "Newel",
      [
        "IndexStore", "TokenSpace", "Alignment", "InvertedIndex", "EmbeddingDumps", "Learning", "ByteStorage",
        "LinearAlgebra",
      ]),

    // Layer 5.
    room("NewelServer", ["Newel"]),

    // Layer 6.
    .executableTarget(
      name: "NewelCommand",
      dependencies: [
        "Newel", "NewelServer", "Evaluation", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    tests("IndexStore", ["InvertedIndex", "EmbeddingDumps", "ByteStorage", "LinearAlgebra"]),
    // What tests of several targets need.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: testSettings),

    tests("Newel", ["Alignment", "IndexStore", "TokenSpace", "LinearAlgebra", "ByteStorage", "TestSupport"]),
    .testTarget(
      name: "CommandTests", dependencies: ["NewelCommand", "Newel", "Evaluation", "TestSupport"],
      exclude: ["Snapshots"],
      swiftSettings: testSettings),

    // The program of the README, which CommandTests runs.
    .executableTarget(
      name: "ReadmeProgram", dependencies: ["Newel"], path: "Tests/ReadmeProgram", swiftSettings: settings),
  ]
}

let package = Package(name: "Newel", products: products, dependencies: packages, targets: targets)
