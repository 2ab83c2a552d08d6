"""Recursive graph bisection: an order of the documents in which pruning works well, for the peers that need one.

Source: Dhulipala et al. 2016, "Compressing graphs and indexes with recursive graph bisection". Documents that share tokens
come to lie next to each other: at each level of the recursion the two halves exchange documents as long as that lowers the
estimated cost of the gaps in the lists.
"""
import os

import numpy as np
from numba import njit, prange

from .console import say
from .formats import Csr, read_csr, row_count, whole_file

ITERATIONS = 12
LEAF = 16
THREADS = 2


@njit(cache=True)
def _bisect(order, low, high, starts, indices, left, right, gain_left, gain_right, touched, log2, gain):
    middle = (low + high) // 2
    left_count, right_count = middle - low, high - middle
    count = 0
    for place in range(low, high):
        document = order[place]
        for entry in range(starts[document], starts[document + 1]):
            token = indices[entry]
            if left[token] + right[token] == 0:
                touched[count] = token
                count += 1
            if place < middle:
                left[token] += 1
            else:
                right[token] += 1
    for _ in range(ITERATIONS):
        log_left, log_right = log2[left_count], log2[right_count]
        for number in range(count):
            token = touched[number]
            x, y = left[token], right[token]
            now = x * (log_left - log2[x + 1]) + y * (log_right - log2[y + 1])
            gain_left[token] = gain_right[token] = 0.0
            if x > 0:
                gain_left[token] = now - ((x - 1) * (log_left - log2[x]) + (y + 1) * (log_right - log2[y + 2]))
            if y > 0:
                gain_right[token] = now - ((x + 1) * (log_left - log2[x + 2]) + (y - 1) * (log_right - log2[y]))
        for place in range(low, high):
            document = order[place]
            total = np.float32(0)
            gains = gain_left if place < middle else gain_right
            for entry in range(starts[document], starts[document + 1]):
                total += gains[indices[entry]]
            gain[place] = total
        from_left = np.argsort(-gain[low:middle])
        from_right = np.argsort(-gain[middle:high])
        swaps = 0
        for number in range(min(left_count, right_count)):
            a, b = low + from_left[number], middle + from_right[number]
            if gain[a] + gain[b] <= 0:
                break
            x, y = order[a], order[b]
            for entry in range(starts[x], starts[x + 1]):
                left[indices[entry]] -= 1
                right[indices[entry]] += 1
            for entry in range(starts[y], starts[y + 1]):
                left[indices[entry]] += 1
                right[indices[entry]] -= 1
            order[a], order[b] = y, x
            swaps += 1
        if swaps * 200 < left_count:
            break
    for number in range(count):
        left[touched[number]] = 0
        right[touched[number]] = 0


@njit(parallel=True, cache=True)
def _level(order, lows, highs, starts, indices, columns, log2):
    gain = np.zeros(order.size, np.float32)
    for worker in prange(THREADS):
        left = np.zeros(columns, np.int32)
        right = np.zeros(columns, np.int32)
        gain_left = np.zeros(columns, np.float32)
        gain_right = np.zeros(columns, np.float32)
        touched = np.zeros(columns, np.int32)
        for part in range(worker, lows.size, THREADS):
            _bisect(order, lows[part], highs[part], starts, indices, left, right, gain_left, gain_right, touched, log2, gain)


def bisected(csr):
    """The order: its i-th entry is the document that comes i-th."""
    count = row_count(csr)
    order = np.arange(count, dtype=np.int32)
    log2 = np.log2(np.maximum(np.arange(count + 4), 1)).astype(np.float32)
    parts = [(0, count)]
    while max(high - low for low, high in parts) > LEAF:
        lows, highs = (np.array(side) for side in zip(*parts))
        _level(order, lows, highs, csr.starts, csr.indices, csr.columns, log2)
        parts = [half for low, high in parts for half in ((low, (low + high) // 2), ((low + high) // 2, high)) if half[1] > half[0]]
    return order


def order_of(folder):
    """The order of a workload's documents, made when it is not there: bp.i32."""
    path = os.path.join(folder, "bp.i32")
    if not os.path.exists(path):
        say("ordering the documents by recursive graph bisection, for the peers")
        order = bisected(read_csr(os.path.join(folder, "docs.csr")))
        with whole_file(path) as file:
            order.tofile(file)
    return np.fromfile(path, np.int32)


def reordered(csr, order):
    """The rows in the given order."""
    lengths = np.diff(csr.starts)[order]
    starts = np.zeros(len(order) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    source = np.arange(starts[-1]) + np.repeat(csr.starts[:-1][order] - starts[:-1], lengths)
    return Csr(starts, csr.indices[source], csr.data[source], csr.columns)
