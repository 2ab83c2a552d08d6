"""BMP, block-max pruning over a block forward index (PyPI: bmp): 8-bit impacts, query weights of 5 bits (at most 32).

Meant to be exact on those weights; lists that lack a document have been seen. A search allocates its 65,537 buckets, which is
counted.
"""
import os
from importlib.metadata import version

import numpy as np

from . import Peer

BLOCK = 32


class Bmp(Peer):
    name = "bmp"
    bisected = True
    packages = (("bmp", True),)
    most_documents = (1_000_000, "its index takes about 4 GB of memory per million documents")

    def version(self):
        return f"bmp {version('bmp')}"

    def build(self, csr, folder, workload):
        from bmp import Indexer

        indexer = Indexer(os.path.join(folder, "index.bmp"), BLOCK, True)
        names = [str(token) for token in range(csr.columns)]
        impacts = self.impacts(csr.data)
        for row in range(len(csr.starts) - 1):
            span = slice(csr.starts[row], csr.starts[row + 1])
            indexer.add_document(str(row), dict(zip([names[t] for t in csr.indices[span].tolist()], impacts[span].tolist())))
        indexer.finish()

    def load(self, folder):
        from bmp import Searcher

        self.searcher = Searcher(os.path.join(folder, "index.bmp"))

    def prepare(self, tokens, weights):
        return {str(token): float(weight) for token, weight in zip(tokens, weights)}

    def search(self, query, k):
        return self.searcher.search(query, k, 1.0, 1.0)

    def documents(self, answer):
        return np.array(answer[0], np.int64)


PEERS = [Bmp()]
