import ByteStorage
import Evaluation
import Foundation
import LinearAlgebra
import Testing

@testable import EmbeddingDumps

/// Where the tests find real data.
enum Surroundings {
  /// Whether the tests are built with optimisation, without which some data sets take minutes.
  static let isRelease: Bool = {
    #if DEBUG
      false
    #else
      true
    #endif
  }()

  static let data = ProcessInfo.processInfo.environment["NEWEL_DATA"]

  /// Whether there is a file below the data.
  static func has(_ path: String) -> Bool {
    data.map { FileManager.default.fileExists(atPath: $0 + "/" + path) } ?? false
  }

  /// The rows of a `.npy` file below the data.
  static func rows(_ path: String) throws -> Matrix {
    let array = try NpyArray.open(try #require(data) + "/" + path, fileSystem: PosixFileSystem())
    var values: [Float] = []
    try array.rows(0..<array.rows, into: &values)
    return Matrix(rows: array.rows, columns: array.columns, values: values)
  }

  /// The whole numbers of a one-dimensional `.npy` file of 4 or 8 bytes each.
  static func labels(_ path: String) throws -> [Int] {
    let file = try PosixFileSystem().map(try #require(data) + "/" + path)
    let header = try NpyHeader.read(file, 0..<file.byteCount, path: path)
    var reader = try ByteReader(file, header.dataOffset..<file.byteCount)
    let count = try #require(header.shape.first)
    if header.type.byteCount == 8 { return try reader.u64Array(count).map { Int(Int64(bitPattern: $0)) } }
    return try reader.u32Array(count).map { Int(Int32(bitPattern: $0)) }
  }

  /// A member of an archive whose last dimension is the columns and whose others are the rows.
  static func member(_ name: String, of path: String) throws -> Matrix {
    let archive = try NpzArchive.open(try #require(data) + "/" + path, fileSystem: PosixFileSystem())
    let member = try archive.member(name)
    let header = try NpyHeader.read(member.file, member.range, path: path)
    try #require(header.type == .float(byteCount: 4) && !header.isFortranOrder)
    let columns = try #require(header.shape.last)
    let rows = header.shape.dropLast().reduce(1, *)
    var reader = try ByteReader(member.file, member.range.lowerBound + header.dataOffset..<member.range.upperBound)
    return Matrix(rows: rows, columns: columns, values: try reader.f32Array(rows * columns))
  }
}

/// Rows of normal noise.
func noise(_ rows: Int, _ columns: Int, _ random: inout SplitMix64) -> Matrix {
  Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in Float(random.normal()) })
}

/// `[columns × columns]`, or fewer rows: orthonormal rows.
func orthonormalRows(_ rows: Int, _ columns: Int, _ random: inout SplitMix64) throws -> DoubleMatrix {
  let wide = try LAPACK.widened(noise(rows, columns, &random))
  return try LAPACK.singularDecomposition(wide).rightTransposed
}

/// `a · bᵀ`.
func product(_ a: Matrix, _ b: Matrix) throws -> Matrix {
  var c = Matrix(rows: a.rows, columns: b.rows)
  try BLAS.sgemm(a, b, transposeB: true, into: &c)
  return c
}

/// The rows with these numbers.
func rows(_ a: Matrix, _ numbers: [Int]) -> Matrix {
  Matrix(rows: numbers.count, columns: a.columns, values: numbers.flatMap { a.row($0) })
}

/// The largest difference of two matrices.
func distance(_ a: Matrix, _ b: Matrix) -> Float {
  zip(a.values, b.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// R@1, R@5 and R@10 in percent.
func recalls(_ ranks: [Int]) -> [Double] {
  [1, 5, 10].map { depth in 100 * Double(ranks.count { $0 <= depth }) / Double(ranks.count) }
}
