"""Clocks and statistics: how a peer's queries are timed."""
import os
import time

import numpy as np

from . import truth as exact

PASSES = 3


def canary():
    """Milliseconds of processor time for a fixed gather over 16 MB: how busy the caches and the memory are."""
    random = np.random.default_rng(0)
    cells, places = random.random(1 << 22, np.float32), random.integers(0, 1 << 22, 1 << 20)
    times = []
    for _ in range(7):
        began = time.process_time_ns()
        cells[places].sum()
        times.append((time.process_time_ns() - began) / 1e6)
    return float(np.median(times))


def surroundings():
    return {"canary_ms": round(canary(), 2), "load": os.getloadavg()[0]}


def summary(passes, recalls):
    """The median over the passes for each query, then the distribution over the queries; nanoseconds to microseconds."""
    times = np.median(passes, 0) / 1000
    sums = np.sum(passes, 1)
    return {
        "mean": float(times.mean()), "p50": float(np.median(times)), "p95": float(np.quantile(times, .95)),
        "p99": float(np.quantile(times, .99)), "spread": float((sums.max() - sums.min()) / np.median(sums)),
        "passes": len(passes), "queries": len(times), "recall": float(np.mean(recalls)) if len(recalls) else None,
    }


def measure(peer, queries, k, best, order, budget):
    """Times a peer in this process: up to PASSES passes, at least one, no new one once `budget` seconds are over.

    Preparing a query, as far as a user of the peer would do it once, is not timed; what the peer needs to do for each query is.
    """
    prepared = [peer.prepare(tokens, weights) for tokens, weights in queries]
    for query in prepared[:10]:
        peer.search(query, k)
    passes, recalls = [], []
    began = time.monotonic()
    while len(passes) < PASSES and (not passes or time.monotonic() - began < budget):
        times = []
        for number, query in enumerate(prepared):
            before = time.process_time_ns()
            answer = peer.search(query, k)
            times.append(time.process_time_ns() - before)
            if not passes:
                found = np.asarray(peer.documents(answer), np.int64)
                recalls.append(exact.recall(order[found] if order is not None else found, best[number], k))
        passes.append(times)
    return summary(np.array(passes, float), recalls)
