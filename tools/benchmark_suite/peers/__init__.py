"""The engines beside which Newel is measured, one module each.

A peer is built from the same vectors in a process of its own and answers the same queries in another, on one core. `exact`
says whether it promises the best documents under its own scores; those with 8-bit weights do so for rounded weights, which
is why their recall against real weights is below 1.
"""
import importlib
import os

import numpy as np


class Peer:
    """One engine with one setting."""

    name = ""
    exact = True
    # Document order: as they come, or by recursive graph bisection.
    bisected = False
    # What pip installs: (requirement, whether with what it depends on).
    packages = ()
    # The most documents it is measured with, and why.
    most_documents = None
    # The order in which the workload's documents are indexed; None as they come. Set before anything else is called.
    order = None
    # The weight that becomes impact 255, and the largest weight of a query. Set likewise.
    ceiling = 3.5
    # What can be set for each search, from least to most work; only approximate peers have it.
    settings = ()
    query_ceiling = 3.5

    def missing(self):
        """Why it cannot run here although its packages are installed; None when it can."""
        return None

    def version(self):
        raise NotImplementedError

    def build(self, csr, folder, workload):
        """Builds the index of `csr`, already in the peer's order, in an empty folder."""
        raise NotImplementedError

    def load(self, folder):
        raise NotImplementedError

    def set(self, setting):
        """Searches with one of the settings from now on."""
        raise NotImplementedError

    def prepare(self, tokens, weights):
        """A query in the form the peer takes."""
        return tokens, weights

    def search(self, query, k):
        raise NotImplementedError

    def documents(self, answer):
        """The documents of an answer, best first, in the order they were indexed."""
        return answer

    def impacts(self, weights):
        """8-bit weights, 1 to 255."""
        return np.clip(np.rint(weights * (255.0 / self.ceiling)), 1, 255).astype(np.int32)


def size(path):
    """Bytes of a file or of everything in a folder."""
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(top, name)) for top, _, names in os.walk(path) for name in names)


# Module and class of every peer, in the order of the report.
MODULES = ("taat", "pisa", "lucene", "bmp", "seismic")


def all_peers():
    return [peer for module in MODULES for peer in importlib.import_module("." + module, __package__).PEERS]


def find(name):
    return next(peer for peer in all_peers() if peer.name == name)
