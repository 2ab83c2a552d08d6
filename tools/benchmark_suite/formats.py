"""Files of the workload.

.csr  (big-ann benchmarks): i64 rows, columns, entries; i64 starts[rows + 1]; i32 columns[entries]; f32 weights[entries]
.gt   (ground truth): i32 queries, depth; i32 documents[queries][depth], -1 where a list ends; f64 scores[queries][depth]

Everything is little-endian.
"""
from collections import namedtuple
import os

import numpy as np

# starts: where each row begins in indices and data; columns: how many columns there are.
Csr = namedtuple("Csr", "starts indices data columns")


def row_count(csr):
    return len(csr.starts) - 1


def rows(csr, limit=None):
    """(columns, weights) of each row."""
    count = row_count(csr) if limit is None else min(limit, row_count(csr))
    for row in range(count):
        span = slice(csr.starts[row], csr.starts[row + 1])
        yield csr.indices[span], csr.data[span]


def write_csr(path, csr):
    with whole_file(path) as file:
        np.array([row_count(csr), csr.columns, len(csr.indices)], np.int64).tofile(file)
        csr.starts.astype(np.int64, copy=False).tofile(file)
        csr.indices.astype(np.int32, copy=False).tofile(file)
        csr.data.astype(np.float32, copy=False).tofile(file)


def places(path):
    """The header and where the arrays lie: columns, and (type, length, offset) of starts, columns and weights."""
    rows, columns, entries = (int(x) for x in np.fromfile(path, np.int64, 3))
    at = 24 + 8 * (rows + 1)
    return columns, ((np.int64, rows + 1, 24), (np.int32, entries, at), (np.float32, entries, at + 4 * entries))


def parts(path):
    """starts, columns and weights as they lie in the file, without reading them."""
    return [np.memmap(path, kind, "r", offset, length) for kind, length, offset in places(path)[1]]


def read_csr(path):
    columns, arrays = places(path)
    return Csr(*(np.fromfile(path, kind, length, offset=offset) for kind, length, offset in arrays), columns)


def write_truth(path, documents, scores):
    with whole_file(path) as file:
        np.array(documents.shape, np.int32).tofile(file)
        documents.astype(np.int32).tofile(file)
        scores.astype(np.float64).tofile(file)


def read_truth(path):
    """(documents, score) of each query, best first, -1 where a list ends."""
    queries, depth = (int(x) for x in np.fromfile(path, np.int32, 2))
    count = queries * depth
    documents = np.fromfile(path, np.int32, count, offset=8).reshape(queries, depth)
    return list(zip(documents, np.fromfile(path, np.float64, count, offset=8 + 4 * count).reshape(queries, depth)))


class whole_file:
    """Opens a file for writing under another name and gives it its own when all is written: no half files stay behind."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.file = open(self.path + ".part", "wb")
        return self.file

    def __exit__(self, kind, error, trace):
        self.file.close()
        if kind is None:
            os.replace(self.path + ".part", self.path)
        else:
            os.remove(self.path + ".part")
