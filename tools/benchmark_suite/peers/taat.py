"""Baseline: term-at-a-time accumulation over an uncompressed inverted index, compiled by numba.

taat-f32 has weights and accumulators of 32-bit floats; taat-u8 has 8-bit impacts and 16-bit accumulators, with query weights
scaled so that no sum can overflow.
"""
import os

import numba
import numpy as np
from numba import njit

from ..truth import invert
from . import Peer


@njit
def _scan(starts, documents, weights, scores, columns, query_weights):
    for number in range(columns.size):
        factor = query_weights[number]
        for at in range(starts[columns[number]], starts[columns[number] + 1]):
            scores[documents[at]] += scores.dtype.type(weights[at] * factor)


@njit
def _top(scores, k):
    """The k best by a heap, block by block of 256, clearing the scores on the way."""
    heap = np.zeros(k, np.float32)
    found = np.full(k, -1, np.int32)
    threshold = np.float32(0)
    for begin in range(0, scores.size, 256):
        end = min(begin + 256, scores.size)
        largest = scores[begin]
        for document in range(begin + 1, end):
            largest = max(largest, scores[document])
        if largest > threshold:
            for document in range(begin, end):
                if scores[document] > threshold:
                    score, parent = np.float32(scores[document]), 0
                    while True:
                        child = 2 * parent + 1
                        if child >= k:
                            break
                        if child + 1 < k and heap[child + 1] < heap[child]:
                            child += 1
                        if heap[child] >= score:
                            break
                        heap[parent], found[parent] = heap[child], found[child]
                        parent = child
                    heap[parent], found[parent] = score, document
                    threshold = heap[0]
        scores[begin:end] = 0
    return found, heap


class Taat(Peer):
    def __init__(self, name, bits):
        self.name, self.bits = name, bits

    def version(self):
        return f"numba {numba.__version__}"

    def build(self, csr, folder, workload):
        starts, documents, weights = invert(csr)
        if self.bits == 8:
            weights = self.impacts(weights).astype(np.uint8)
        for name, values in (("starts", starts), ("documents", documents), ("weights", weights)):
            np.save(os.path.join(folder, name + ".npy"), values)
        np.save(os.path.join(folder, "count.npy"), len(csr.starts) - 1)

    def load(self, folder):
        self.starts, self.lists, self.weights, count = (
            np.load(os.path.join(folder, name + ".npy")) for name in ("starts", "documents", "weights", "count"))
        self.scores = np.zeros(int(count), np.uint16 if self.bits == 8 else np.float32)

    def prepare(self, tokens, weights):
        if self.bits == 32:
            return tokens, weights
        # A score is at most 255 times the sum of the query's weights.
        scale = min(255 / weights.max(), 65535 / 255 / weights.sum())
        return tokens, np.maximum(1, np.floor(weights * scale)).astype(np.uint16)

    def search(self, query, k):
        _scan(self.starts, self.lists, self.weights, self.scores, *query)
        found, scores = _top(self.scores, k)
        return found[np.argsort(-scores, kind="stable")]

    def documents(self, answer):
        return answer[answer >= 0]


PEERS = [Taat("taat-f32", 32), Taat("taat-u8", 8)]
