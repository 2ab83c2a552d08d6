"""tools/benchmark --self-test: the parts that give numbers, against answers worked out by hand or by brute force."""
import os
import tempfile
import xml.dom.minidom

import numpy as np

from . import command, document_order, formats, measuring, newel_run, plot, real_data, report, truth, workload
from .formats import Csr
from .peer_process import ceiling_of, query_sets


def same(what, found, expected):
    if found != expected:
        raise AssertionError(f"{what}: expected {expected}, found {found}")


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
    a, b = (workload.documents(1000, mixture) for _ in range(2))
    same("documents", bool((a.indices == b.indices).all() and (a.data == b.data).all()), True)
    if not 100 < len(a.indices) / 1000 < 140:
        raise AssertionError(f"{len(a.indices) / 1000} tokens a document")
    lengths = [len(workload.queries(kind, 1000, mixture, count=200).indices) / 200 for kind in range(3)]
    for length, (low, high) in zip(lengths, ((2.5, 4.5), (7, 9), (38, 48))):
        if not low < length < high:
            raise AssertionError(f"{length} tokens a query instead of {low} to {high}")
    same("ascending columns", all((np.diff(columns) > 0).all() for columns, _ in formats.rows(a)), True)
    same("names", [workload.name_of(n) for n in (1500, 100_000, 1_000_000)], ["1500", "100k", "1M"])


def statistics_take_the_median_of_the_passes():
    cell = measuring.summary(np.array([[1000, 2000, 3000], [9000, 2000, 3000], [1000, 2000, 99000]], float), [1, .5, .75])
    same("p50 and mean", (cell["p50"], cell["mean"], cell["recall"]), (2.0, 2.0, .75))
    same("ceilings", (ceiling_of(np.array([1., 254.])), ceiling_of(np.array([.5, 3.25])), ceiling_of(np.array([1., 1.]))), (255.0, 3.25, 1.0))


def the_command_line_is_understood():
    parse = command.parser().parse_args
    same("size", parse(["--size", "1m", "--size", "100k"]).size, [1_000_000, 100_000])
    same("peers", [parse(a).peers for a in ([], ["--peers"], ["--peers=taat,pisa"])], [None, "all", "taat,pisa"])
    same("counts", parse(["-k", "5,10"]).k, [5, 10])
    with tempfile.TemporaryDirectory() as folder:
        for name in ("q_expanded.csr", "q_expanded.gt", "q_keyword.csr", "docs.csr"):
            open(os.path.join(folder, name), "w").close()
        same("query sets", query_sets(folder), ["keyword", "expanded"])


def a_command_is_charged_for_its_own_memory_only():
    ballast = np.ones(40_000_000, np.uint8)
    output, seconds, memory, status = newel_run.run(["sh", "-c", "echo done; exit 3"])
    same("output and status", (output, status, len(ballast)), ("done\n", 3, 40_000_000))
    if not 100_000 < memory < 40_000_000:
        raise AssertionError(f"sh took {memory} bytes")


def reports_compare_with_the_fastest_exact_peer():
    measured = [("newel auto", "newel", {("keyword", 10): (50.0, 1.0)}), ("a", "exact", {("keyword", 10): (200.0, .99)}),
                ("b", "exact", {("keyword", 10): (100.0, .98)}), ("c", "approximate", {("keyword", 10): (10.0, .9)})]
    lines = report.ratio_table(measured).splitlines()
    same("ratios", lines[2:], ["| a | 4.00× |", "| b | 2.00× |", "| c (approximate) | 0.20× |",
                               "| **fastest exact peer** | **2.00×** b |"])
    same("no planner to judge", report.planner_row(measured, [("keyword", 10)]), [])
    judged = report.planner_row(measured + [("newel wand", "newel", {("keyword", 10): (40.0, 1.0)})], [("keyword", 10)])
    same("planner", judged, [["*auto / best single*", "*1.25*"]])
    drawn = plot.svg("<title> & more", "sub", measured)
    xml.dom.minidom.parseString(drawn)
    same("bars", drawn.count("rx='1.5'"), 4)
    same("ticks", [plot.tick_label(v) for v in (1.0, 100.0, 1e3, 1e5, 1e6)], ["1 µs", "100 µs", "1 ms", "100 ms", "1,000 ms"])
    same("durations", [plot.duration(v) for v in (1.26, 81.4, 999.6, 1290, 23400)],
         ["1.3 µs", "81 µs", "1.00 ms", "1.29 ms", "23.4 ms"])


TESTS = (files_come_back_as_they_were, the_truth_is_what_brute_force_finds, an_order_is_a_permutation_that_brings_like_to_like,
         the_workload_is_the_same_each_time, statistics_take_the_median_of_the_passes, the_command_line_is_understood,
         a_command_is_charged_for_its_own_memory_only,
         reports_compare_with_the_fastest_exact_peer)


def run():
    failed = 0
    for test in TESTS:
        try:
            test()
        except AssertionError as error:
            failed += 1
            print(f"benchmark --self-test: {test.__name__}: {error}")
    print(f"benchmark --self-test: {len(TESTS) - failed} passed, {failed} failed")
    return 1 if failed else 0
