"""Seismic (PyPI: pyseismic-lsr): approximate; clustered lists cut to their best postings, scores from a forward index.

Searched with query_cut=10 and heap_factor=0.8, and with all of `settings` for recall against time. A list keeps 500 postings
on average (100 up to 200,000 documents), so that recall at k=1000 is limited by what the index holds.
"""
import os
from importlib.metadata import version

import numpy as np

from . import Peer

QUERY_CUTS, HEAP_FACTORS = (3, 5, 8, 12, 20, 100), (1.0, 0.9, 0.8, 0.7, 0.6)


class Seismic(Peer):
    name = "seismic"
    exact = False
    packages = (("pyseismic-lsr", True),)
    most_documents = (1_000_000, "its build takes about a quarter of an hour per million documents")
    query_cut, heap_factor = 10, 0.8
    settings = tuple(f"query_cut={cut} heap_factor={factor}" for cut in QUERY_CUTS for factor in HEAP_FACTORS)

    def set(self, setting):
        values = dict(part.split("=") for part in setting.split())
        self.query_cut, self.heap_factor = int(values["query_cut"]), float(values["heap_factor"])

    def version(self):
        return f"pyseismic-lsr {version('pyseismic-lsr')}"

    def build(self, csr, folder, workload):
        from seismic import SeismicIndexRaw

        count = len(csr.starts) - 1
        path = os.path.join(folder, "documents.bin")
        self._write(csr, path)
        index = SeismicIndexRaw.build(
            path, n_postings=100 if count <= 200_000 else 500, centroid_fraction=0.1, min_cluster_size=2,
            summary_energy=0.4, max_fraction=4.0, doc_cut=15, nknn=0)
        os.remove(path)
        index.save(os.path.join(folder, "index"))

    @staticmethod
    def _write(csr, path):
        """u32 count, then for each document u32 length, u32 columns[length], f32 weights[length]."""
        count, lengths = len(csr.starts) - 1, np.diff(csr.starts)
        words = np.empty(1 + count + 2 * len(csr.indices), np.uint32)
        words[0] = count
        heads = 1 + np.arange(count) + 2 * csr.starts[:-1]
        words[heads] = lengths
        places = np.repeat(heads + 1 - csr.starts[:-1], lengths) + np.arange(len(csr.indices))
        words[places] = csr.indices
        words[places + np.repeat(lengths, lengths)] = csr.data.view(np.uint32)
        words.tofile(path)

    def load(self, folder):
        from seismic import SeismicIndexRaw

        name = next(name for name in os.listdir(folder) if name.startswith("index"))
        self.index = SeismicIndexRaw.load(os.path.join(folder, name))

    def prepare(self, tokens, weights):
        return tokens.astype(np.int32), weights.astype(np.float32)

    def search(self, query, k):
        return self.index.search(query[0], query[1], k, self.query_cut, self.heap_factor, 0, True)

    def documents(self, answer):
        return np.array([document for _, document in answer], np.int64)


PEERS = [Seismic()]
