"""PISA, through the extension module of the pyterrier-pisa wheel (without PyTerrier): 8-bit impacts, SIMD-BP128 blocks.

Query weights are whole numbers, up to 112 for the heaviest, since the module counts how often a term stands in the query.
Its overhead for Python is about 0.06 ms for a query of 43 tokens.
"""
import ctypes
import glob
import importlib.util
import os
import sys
import sysconfig
from importlib.metadata import version

import numpy as np

from ..truth import invert
from . import Peer, size

LARGEST_QUERY_WEIGHT = 112
BLOCK = 64


def _module():
    for library in glob.glob(os.path.join(sys.prefix, "lib", "libtbb.so.2")):
        ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
    path = glob.glob(os.path.join(sysconfig.get_paths()["platlib"], "pyterrier_pisa", "_pisathon*.so"))[0]
    spec = importlib.util.spec_from_file_location("_pisathon", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Pisa(Peer):
    bisected = True
    packages = (("pyterrier-pisa", False), ("tbb<=2020.3.254", True))
    most_documents = (1_000_000, "preparing its input takes about 6 GB of memory per million documents")
    # All algorithms share one index.
    index = "pisa"

    def __init__(self, name, algorithm):
        self.name, self.algorithm = name, algorithm

    def missing(self):
        try:
            _module()
        except Exception as error:
            return f"its extension module does not load: {error}"

    def version(self):
        return f"pyterrier-pisa {version('pyterrier-pisa')}"

    def build(self, csr, folder, workload):
        module = _module()
        count = len(csr.starts) - 1
        starts, documents, weights = invert(csr)
        impacts, documents = self.impacts(weights).astype(np.uint32), documents.astype(np.uint32)
        with open(f"{folder}/inv.docs", "wb") as docs, open(f"{folder}/inv.freqs", "wb") as freqs, \
                open(f"{folder}/fwd.terms", "w") as names:
            np.array([1, count], np.uint32).tofile(docs)
            for token in np.flatnonzero(np.diff(starts)):
                begin, end = starts[token], starts[token + 1]
                length = np.array([end - begin], np.uint32)
                for file, values in ((docs, documents), (freqs, impacts)):
                    length.tofile(file)
                    values[begin:end].tofile(file)
                names.write(f"t{token:07d}\n")
        with open(f"{folder}/inv.sizes", "wb") as file:
            np.array([count], np.uint32).tofile(file)
            np.bincount(documents, weights=impacts, minlength=count).astype(np.uint32).tofile(file)
        with open(f"{folder}/fwd.documents", "w") as file:
            file.write("".join(f"{number}\n" for number in range(count)))
        module.build_binlex(f"{folder}/fwd.documents", f"{folder}/fwd.doclex")
        module.build_binlex(f"{folder}/fwd.terms", f"{folder}/fwd.termlex")
        self._open(module, folder)

    def _open(self, module, folder):
        context = module.RetrievalContext()
        module.prepare_index(context, folder, "block_simdbp", "quantized", "", block_size=BLOCK, quantize=0)
        return context

    def index_size(self, folder):
        return sum(map(size, glob.glob(f"{folder}/quantized*")))

    def load(self, folder):
        self.module = _module()
        self.context = self._open(self.module, folder)
        self.buffers = {}

    def prepare(self, tokens, weights):
        counts = np.maximum(1, np.rint(weights * (LARGEST_QUERY_WEIGHT / self.query_ceiling)))
        return [(0, {f"t{token:07d}": float(count) for token, count in zip(tokens, counts)})]

    def search(self, query, k):
        if k not in self.buffers:
            self.buffers[k] = (np.empty(k, np.int32), np.empty(k, object), np.empty(k, np.int32), np.empty(k, np.float32))
        numbers, names, ranks, scores = self.buffers[k]
        found = self.module.retrieve(
            self.context, self.algorithm, query, k=k, threads=1, query_weighted=1, pretokenised=1,
            result_qidxs=numbers, result_docnos=names, result_ranks=ranks, result_scores=scores)
        return names, found

    def documents(self, answer):
        names, found = answer
        return [int(name) for name in names[:found]]


PEERS = [Pisa("pisa-maxscore", "maxscore"), Pisa("pisa-bmw", "block_max_wand"), Pisa("pisa-bmm", "block_max_maxscore")]
