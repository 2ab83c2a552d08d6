"""The exact answers: every document's score in 64-bit floats, for recall."""
import numpy as np
from numba import njit

from .formats import row_count

DEPTH = 1000


@njit(cache=True)
def _invert(starts, indices, data, columns):
    ends = np.zeros(columns + 1, np.int64)
    for column in indices:
        ends[column + 1] += 1
    for column in range(columns):
        ends[column + 1] += ends[column]
    position = ends[:-1].copy()
    documents = np.empty(indices.size, np.int32)
    weights = np.empty(indices.size, data.dtype)
    for row in range(starts.size - 1):
        for entry in range(starts[row], starts[row + 1]):
            at = position[indices[entry]]
            documents[at] = row
            weights[at] = data[entry]
            position[indices[entry]] = at + 1
    return ends, documents, weights


def invert(csr):
    """(starts, documents, weights) by column, documents ascending in each list."""
    return _invert(csr.starts, csr.indices, csr.data, csr.columns)


@njit(cache=True)
def _add_lists(starts, documents, weights, columns, query_weights, scores):
    scores[:] = 0.0
    for number in range(columns.size):
        for at in range(starts[columns[number]], starts[columns[number] + 1]):
            scores[documents[at]] += np.float64(weights[at]) * np.float64(query_weights[number])


def ground_truth(lists, document_count, queries, depth=DEPTH):
    """The best documents of each query and their scores; ties in the order of the documents."""
    starts, documents, weights = lists
    count = row_count(queries)
    best = np.full((count, depth), -1, np.int32)
    best_scores = np.zeros((count, depth))
    scores = np.zeros(document_count)
    for query in range(count):
        span = slice(queries.starts[query], queries.starts[query + 1])
        _add_lists(starts, documents, weights, queries.indices[span], queries.data[span], scores)
        found = min(depth, int((scores > 0).sum()))
        if found == 0:
            continue
        threshold = np.partition(scores, document_count - found)[document_count - found]
        candidates = np.flatnonzero(scores >= threshold)
        candidates = candidates[np.lexsort((candidates, -scores[candidates]))][:found]
        best[query, :found] = candidates
        best_scores[query, :found] = scores[candidates]
    return best, best_scores


def recall(found, best, k):
    """The share of the k best documents among the first k found; one that ties with the last of them may take its place.

    `best`: the (documents, scores) of the query from the ground truth.
    """
    documents, scores = best
    filled = int((documents >= 0).sum())
    wanted = min(k, filled)
    if wanted == 0:
        return 1.0
    accepted = documents[:filled][scores[:filled] >= scores[wanted - 1]]
    return min(wanted, len(np.intersect1d(found[:k], accepted))) / wanted
