"""The self-tests that compute with NumPy; self_test runs them."""
import os
import tempfile

import numpy as np

from . import document_order, formats, measuring, newel_run, real_data, throughput, truth, workload
from .formats import Csr
from .peer_process import ceiling_of, query_sets
from .self_test import same

# Numbers that wrap around are meant to: compiled code does not mention it.
np.seterr(over="ignore")


def small():
    """Documents {0:1, 2:2}, {1:3}, {0:5, 1:1}."""
    return Csr(np.array([0, 2, 3, 5]), np.array([0, 2, 1, 0, 1], np.int32), np.array([1, 2, 3, 5, 1], np.float32), 3)


def files_come_back_as_they_were():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.csr")
        formats.write_csr(path, small())
        back = formats.read_csr(path)
        same("csr", [x.tolist() for x in back[:3]] + [back.columns], [x.tolist() for x in small()[:3]] + [3])
        same("nothing half-written is left", os.listdir(folder), ["a.csr"])
        lists = np.array([[2, 0], [1, -1]], np.int32)
        formats.write_truth(path, lists, np.zeros((2, 2)))
        same("truth", [row.tolist() for row, _ in formats.read_truth(path)], lists.tolist())


def the_truth_is_what_brute_force_finds():
    random = np.random.default_rng(5)
    dense = random.random((200, 30)) * (random.random((200, 30)) < 0.3)
    csr = real_data.csr_of([{c: float(v) for c, v in enumerate(row) if v} for row in dense], {c: c for c in range(30)})
    queries = real_data.csr_of([{c: float(c % 3 + 1) for c in random.choice(30, 4, False)} for _ in range(20)], {c: c for c in range(30)})
    best, _ = truth.ground_truth(truth.invert(csr), 200, queries, depth=10)
    for number, (columns, weights) in enumerate(formats.rows(queries)):
        scores = dense.astype(np.float32).astype(float)[:, columns] @ weights.astype(float)
        expected = sorted((row for row in range(200) if scores[row] > 0), key=lambda row: (-scores[row], row))[:10]
        same(f"truth of query {number}", best[number][best[number] >= 0].tolist(), expected)
    listed = np.array([4, 5, 3, 9, -1]), np.array([7., 6., 5., 5., 0.])
    same("recall", truth.recall(np.array([4, 8, 3]), listed, 3), 2 / 3)
    same("recall with a tie", truth.recall(np.array([4, 5, 9]), listed, 3), 1.0)
    same("recall with more ties than places", truth.recall(np.array([3, 9, 4]), listed, 1), 0.0)
    same("recall of a list that is shorter than k", truth.recall(np.array([9, 3, 5, 4]), listed, 5), 1.0)


def an_order_is_a_permutation_that_brings_like_to_like():
    # Two kinds of documents with no token in common, at random. (In strict alternation no exchange would gain anything.)
    kind = np.random.default_rng(3).integers(0, 2, 256)
    vectors = [{kind[n] * 10 + t: 1.0 for t in range(10)} for n in range(256)]
    csr = real_data.csr_of(vectors, {c: c for c in range(20)})
    order = document_order.bisected(csr)
    same("permutation", sorted(order.tolist()), list(range(256)))
    kinds = kind[order].tolist()
    changes = sum(a != b for a, b in zip(kinds, kinds[1:]))
    if changes > 20:  # about 128 at random
        raise AssertionError(f"the kinds lie apart: {changes} changes")
    moved = document_order.reordered(small(), np.array([2, 0, 1]))
    same("rows moved", [row[0].tolist() for row in formats.rows(moved)], [[0, 1], [0, 2], [1]])


def the_workload_is_the_same_each_time():
    mixture = workload.Mixture(workload.SEED)
    a, b = (workload.documents(150, mixture) for _ in range(2))
    same("documents", bool((a.indices == b.indices).all() and (a.data == b.data).all()), True)
    if not 100 < len(a.indices) / 150 < 140:
        raise AssertionError(f"{len(a.indices) / 150} tokens a document")
    lengths = [len(workload.queries(kind, 1000, mixture, count=80).indices) / 80 for kind in range(3)]
    for length, (low, high) in zip(lengths, ((2.5, 4.5), (7, 9), (38, 48))):
        if not low < length < high:
            raise AssertionError(f"{length} tokens a query instead of {low} to {high}")
    same("ascending columns", all((np.diff(columns) > 0).all() for columns, _ in formats.rows(a)), True)
    same("names", [workload.name_of(n) for n in (1500, 100_000, 1_000_000)], ["1500", "100k", "1M"])
    same("queries of a great workload", [workload.query_count(n) for n in (1_000_000, 4_000_000)], [500, 250])
    # The first queries of a set do not depend on how many there are.
    few, many = (workload.queries(0, 1000, mixture, count=n) for n in (5, 10))
    same("first queries", few.indices.tolist(), many.indices[:len(few.indices)].tolist())


def gaps_of_short_documents_are_closed():
    tokens, weights = np.arange(10, dtype=np.int32), np.arange(10, dtype=np.float32) / 2
    workload._close_gaps(np.array([0, 3, 7, 10]), np.array([0, 2, 6, 8]), tokens, weights)
    same("closed", tokens[:8].tolist(), [0, 1, 3, 4, 5, 6, 7, 8])
    same("weights alike", (weights[:8] * 2).tolist(), tokens[:8].tolist())


def a_file_of_four_million_documents_is_read_from_the_right_places():
    """475 million postings, of which only the ends are written: the rest of the file is a hole."""
    entries, rows = 475_000_000, 2
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.csr")
        with open(path, "wb") as file:
            np.array([rows, 30_522, entries, 0, entries - 1, entries], np.int64).tofile(file)
            for array, value in ((0, np.int32(7)), (1, np.float32(2.5))):
                file.seek(48 + 4 * entries * (array + 1) - 4)
                np.array([value]).tofile(file)
        same("bytes", os.path.getsize(path), 48 + 8 * entries)
        starts, indices, data = formats.parts(path)
        same("last entry", (starts.tolist(), int(indices[-1]), float(data[-1])), ([0, entries - 1, entries], 7, 2.5))
        same("entries", (len(indices), len(data)), (entries, entries))


def statistics_take_the_median_of_the_passes():
    cell = measuring.summary(np.array([[1000, 2000, 3000], [9000, 2000, 3000], [1000, 2000, 99000]], float), [1, .5, .75])
    same("p50 and mean", (cell["p50"], cell["mean"], cell["recall"]), (2.0, 2.0, .75))
    same("ceilings", (ceiling_of(np.array([1., 254.])), ceiling_of(np.array([.5, 3.25])), ceiling_of(np.array([1., 1.]))), (255.0, 3.25, 1.0))


def query_sets_are_found_shortest_first():
    with tempfile.TemporaryDirectory() as folder:
        for name in ("q_expanded.csr", "q_expanded.gt", "q_keyword.csr", "docs.csr"):
            open(os.path.join(folder, name), "w").close()
        same("query sets", query_sets(folder), ["keyword", "expanded"])


def batches_repeat_the_queries():
    found = throughput.tiled(small(), 2, 2)
    same("rows", [row[0].tolist() for row in formats.rows(found)], [[0, 2], [1], [0, 2], [1]])
    same("weights", found.data.tolist(), [1, 2, 3, 1, 2, 3])
    same("rates", [throughput.rate(t) for t in ("60 queries in 2.00 s with 2 threads, 12,345.6 queries/s", "?")], [12345.6, None])


def a_command_is_charged_for_its_own_memory_only():
    ballast = np.ones(40_000_000, np.uint8)
    output, seconds, memory, status = newel_run.run(["sh", "-c", "echo done; exit 3"])
    same("output and status", (output, status, len(ballast)), ("done\n", 3, 40_000_000))
    if not 100_000 < memory < 40_000_000:
        raise AssertionError(f"sh took {memory} bytes")


TESTS = (files_come_back_as_they_were, the_truth_is_what_brute_force_finds, an_order_is_a_permutation_that_brings_like_to_like,
         the_workload_is_the_same_each_time, gaps_of_short_documents_are_closed,
         a_file_of_four_million_documents_is_read_from_the_right_places, statistics_take_the_median_of_the_passes,
         query_sets_are_found_shortest_first, batches_repeat_the_queries, a_command_is_charged_for_its_own_memory_only)
