import ByteStorage
import Foundation
import LinearAlgebra
import Testing

@testable import EmbeddingDumps

/// A Python with the packages a test needs.
enum Python {
  /// `NEWEL_PYTHON` in the environment, or `python3`.
  static let command = ProcessInfo.processInfo.environment["NEWEL_PYTHON"] ?? "python3"

  /// Runs a program; the exit status with what it wrote.
  static func run(_ arguments: [String]) -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [command] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    guard (try? process.run()) != nil else { return (-1, "") }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  static let hasSciPy = run(["-c", "import numpy, scipy.sparse"]).status == 0
  static let hasPyArrow = run(["-c", "import pyarrow.parquet"]).status == 0
  static let isThere = run(["-c", "1"]).status == 0
}

@Suite(.enabled(if: Python.hasSciPy, "needs python3 with numpy and scipy"))
struct NumPyAgreementTests {
  @Test func filesWrittenByNumPyAndSciPyAreReadTheSame() throws {
    let folder = TemporaryFolder()
    let script = """
      import sys, numpy as np, scipy.sparse as sp
      out = sys.argv[1]
      a = (np.arange(70, dtype=np.float64).reshape(10, 7) - 30) / 8
      for t in ('f2', 'f4', 'f8'):
          for e in '<>':
              x = a.astype(e + t)
              np.save(f'{out}/{t}{"l" if e == "<" else "b"}C.npy', x)
              np.save(f'{out}/{t}{"l" if e == "<" else "b"}F.npy', np.asfortranarray(x))
      for v in ((1, 0), (2, 0), (3, 0)):
          with open(f'{out}/v{v[0]}.npy', 'wb') as f:
              np.lib.format.write_array(f, a.astype('f4'), version=v)
      np.savez(f'{out}/s.npz', a=a.astype('f2'), labels=np.arange(10))
      np.savez_compressed(f'{out}/c.npz', a=a.astype('f4'), big=np.zeros((2000, 3), 'f4'))
      np.save(f'{out}/o.npy', np.array([{}, 1], dtype=object), allow_pickle=True)
      np.save(f'{out}/r.npy', np.zeros(3, dtype=[('x', 'f4'), ('y', 'i4')]))
      rng = np.random.default_rng(1)
      d = rng.integers(0, 9, (20, 30)) * (rng.random((20, 30)) < .2)
      np.save(f'{out}/dense.npy', d.astype('f4'))
      sp.save_npz(f'{out}/csr.npz', sp.csr_matrix(d.astype('f4')))
      sp.save_npz(f'{out}/csr_stored.npz', sp.csr_matrix(d.astype('f8')), compressed=False)
      sp.save_npz(f'{out}/csr_array.npz', sp.csr_array(d.astype('i8')))
      sp.save_npz(f'{out}/coo.npz', sp.coo_matrix(d.astype('f4')))
      """
    let made = Python.run(["-c", script, folder.path])
    try #require(made.status == 0, "\(made.output)")
    let expected = (0..<70).map { (Float($0) - 30) / 8 }
    func values(_ name: String) throws -> [Float] {
      try allRows(try NpyArray.open(folder.path + "/" + name, fileSystem: disk))
    }
    for type in ["f2", "f4", "f8"] {
      for order in ["lC", "lF", "bC", "bF"] {
        #expect(try values("\(type)\(order).npy") == expected, "\(type)\(order)")
      }
    }
    for name in ["v1.npy", "v2.npy", "v3.npy", "s.npz", "s.npz#a", "c.npz#a"] {
      #expect(try values(name) == expected, "\(name)")
    }
    #expect(try values("c.npz#big") == [Float](repeating: 0, count: 6000))
    #expect(thrown { _ = try values("o.npy") }?.description.contains("pickle") == true)
    #expect(thrown { _ = try values("r.npy") }?.description.contains("structured") == true)
    let dense = try values("dense.npy")
    for name in ["csr.npz", "csr_stored.npz", "csr_array.npz"] {
      let matrix = try CSRMatrix.open(folder.path + "/" + name, fileSystem: disk)
      var found = [Float](repeating: 0, count: 600)
      for row in 0..<matrix.rows { for entry in try matrix.row(row) { found[row * 30 + entry.column] = entry.weight } }
      #expect(found == dense, "\(name)")
    }
    #expect(
      thrown { _ = try CSRMatrix.open(folder.path + "/coo.npz", fileSystem: disk) }?.description.contains("'coo'")
        == true)
  }

  @Test func filesWrittenHereAreReadByNumPy() throws {
    let folder = TemporaryFolder()
    let path = try folder.write(
      "x.npy", NpyWriter.encode(.init(rows: 2, columns: 2, values: [1, 2.5, -3, 4]), as: .float16))
    let read = Python.run(["-c", "import sys, numpy as np; a = np.load(sys.argv[1]); print(a.dtype, a.tolist())", path])
    #expect(read.output == "float16 [[1.0, 2.5], [-3.0, 4.0]]\n")
  }

  @Test func pythonReadsTheJSONThatIsWritten() throws {
    let folder = TemporaryFolder()
    let lines = (0..<300 as Range<UInt64>).map { seed -> [UInt8] in
      var random = SplitMix64(seed: seed)
      return RandomJSON.value(depth: 0, using: &random).serialized()
    }
    let path = try folder.write("x.jsonl", lines.flatMap { $0 + [0x0A] })
    let script = """
      import sys, json
      for line in open(sys.argv[1], newline='\\n', encoding='utf-8'):
          print(json.dumps(json.loads(line), ensure_ascii=True))
      """
    let read = Python.run(["-c", script, path])
    try #require(read.status == 0, "\(read.output)")
    let back = try read.output.split(separator: "\n").map { try JSONValue.parse(Array($0.utf8)) }
    #expect(back == (try lines.map { try JSONValue.parse($0) }))
  }
}
