"""The process of one peer: builds it, or measures it on the core it was pinned to. Prints one JSON object.

  python -m benchmark_suite.peer_process build|measure NAME WORKLOAD FOLDER [QUERIES K,K,...]
"""
import json
import os
import sys
import time

import numpy as np

from . import measuring, peers
from .approximate import MOST_RESULTS
from .document_order import reordered
from .formats import read_csr, read_truth, rows

# Seconds after which no new pass over a query set begins; likewise for one of many settings.
BUDGET, SWEEP_BUDGET = 20, 2


def query_sets(workload):
    """Names of the workload's query sets, shortest queries first as far as the names are known."""
    known = ["keyword", "inffree", "caption", "title", "splade", "expanded"]
    found = [name[2:-4] for name in os.listdir(workload) if name.startswith("q_") and name.endswith(".csr")]
    return sorted(found, key=lambda name: (known.index(name) if name in known else len(known), name))


def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def ceiling_of(weights):
    """The weight that becomes 255: whole numbers up to 255 stay as they are."""
    largest = float(weights.max())
    return 255.0 if largest <= 255 and largest > 1 and np.array_equal(weights, np.rint(weights)) else largest


def build(peer, workload, folder):
    csr = read_csr(os.path.join(workload, "docs.csr"))
    peer.ceiling = ceiling_of(csr.data)
    if peer.order is not None:
        csr = reordered(csr, peer.order)
    began = time.monotonic()
    peer.build(csr, folder, workload)
    seconds = time.monotonic() - began
    bytes_of = peer.index_size(folder) if hasattr(peer, "index_size") else peers.size(folder)
    return {"build_seconds": seconds, "bytes": bytes_of, "version": peer.version()}


def measure(peer, workload, folder, limit, ks):
    results, before = {}, resident()
    queries = {name: read_csr(os.path.join(workload, f"q_{name}.csr")) for name in query_sets(workload)}
    peer.query_ceiling = max(float(csr.data.max()) for csr in queries.values())
    peer.load(folder)
    around = [measuring.surroundings()]
    for name, csr in queries.items():
        asked = list(rows(csr, limit))
        best = read_truth(os.path.join(workload, f"q_{name}.gt"))
        if hasattr(peer, "measure_set"):
            cells = peer.measure_set(os.path.join(workload, f"q_{name}.csr"), asked, ks, best)
        else:
            cells = {k: measuring.measure(peer, asked, k, best, peer.order, BUDGET) for k in ks}
        results[name] = {str(k): cell for k, cell in cells.items()}
    memory = getattr(peer, "resident", None) or resident() - before
    answer = {"sets": results, "memory": memory, "sweep": sweep(peer, workload, queries, limit, ks)}
    return {**answer, "surroundings": around + [measuring.surroundings()]}


def sweep(peer, workload, queries, limit, ks):
    """Each of the peer's settings with each query set: {set: {k: [summary with the setting]}}; empty for a peer without any."""
    found = {}
    for name, csr in queries.items() if peer.settings else ():
        asked = list(rows(csr, limit))
        best = read_truth(os.path.join(workload, f"q_{name}.gt"))
        for k in (k for k in ks if k <= MOST_RESULTS):
            cells = found.setdefault(name, {}).setdefault(str(k), [])
            for setting in peer.settings:
                peer.set(setting)
                cells.append({**measuring.measure(peer, asked, k, best, peer.order, SWEEP_BUDGET), "setting": setting})
    return found


def main():
    job, name, workload, folder = sys.argv[1:5]
    peer = peers.find(name)
    if peer.bisected:
        peer.order = np.fromfile(os.path.join(workload, "bp.i32"), np.int32)
    if job == "build":
        answer = build(peer, workload, folder)
    else:
        answer = measure(peer, workload, folder, int(sys.argv[5]), [int(k) for k in sys.argv[6].split(",")])
    # Libraries may have printed too: the answer is the last line.
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
