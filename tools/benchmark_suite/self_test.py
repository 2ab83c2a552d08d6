"""tools/benchmark --self-test: the parts that give numbers, against answers worked out by hand or by brute force.

Needs no packages: what computes with NumPy is left out where it is missing, and Numba is never used, since compiling takes
longer than all the tests.
"""
import importlib.util
import sys
import types
import xml.dom.minidom

from . import approximate, command, growth, plot, report
from .console import BenchmarkError


def same(what, found, expected):
    if found != expected:
        raise AssertionError(f"{what}: expected {expected}, found {found}")


def the_command_line_is_understood():
    parse = command.parser().parse_args
    same("size", parse(["--size", "1m", "--size", "100k"]).size, [1_000_000, 100_000])
    same("peers", [parse(a).peers for a in ([], ["--peers"], ["--peers=taat,pisa"])], [None, "all", "taat,pisa"])
    same("counts", parse(["-k", "5,10"]).k, [5, 10])
    for arguments in (["--growth", "--real"], ["--growth", "--peers"], ["--growth", "--size", "1m"]):
        try:
            command.check(parse(arguments))
        except BenchmarkError:
            continue
        raise AssertionError(f"{arguments} was not refused")
    command.check(parse(["--growth"]))


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


def cell(algorithm, k, p50, recall=None):
    times = dict.fromkeys(("mean", "p50", "p95", "p99"), p50)
    return {"algorithm": algorithm, "count": k, "microseconds": {**times, "spread": 0}, "recall": recall, "passes": 3,
            "postingsScored": 5, "documentsScored": 4, "blocksChecked": 64, "windowsVisited": 2, "blocksScored": 3,
            "algorithmsRun": {"windowed": 7}}


def newel(count, *cells):
    statistics = {"documentCount": count, "byteCount": 300 * count, "meanTokensPerDocument": 100.0, "bytesByKind": {"postings": 300 * count}}
    return {"statistics": statistics, "built": {"seconds": 2.0, "rate": count / 2, "memory": 5e6}, "memory": 1e6,
            "disagreements": [], "surroundings": [{"canary_ms": 1.0, "load": 0.5}],
            "sets": {"keyword": {"queryCount": 7, "cells": list(cells)}}}


def a_report_has_counters_and_throughput():
    own = newel(1000, cell("auto", 10, 20.0, 1.0))
    own["threads"] = {"keyword": {"queries": 700, "rates": {"1": 10_000.0, "2": 19_000.0}, "same": True}}
    lines = report.markdown("100k", own, [], [], "a.svg").splitlines()
    same("throughput", "| keyword | 700 | 10,000 | 19,000 | 1.90× | identical |" in lines, True)
    same("counters", "| newel auto | keyword | 10 | 20.0 | 20.0 | 20.0 | 20.0 | 0% | 5 | 4 | 64 | 2 | 3 | windowed 7 |" in lines, True)


def growth_is_the_factor_between_sizes():
    measured = [("100k", newel(100_000, cell("auto", 10, 10.0), cell("wand", 10, 20.0))),
                ("1M", newel(1_000_000, cell("auto", 10, 15.0), cell("wand", 10, 200.0)))]
    lines = growth.latency_table(measured).splitlines()
    same("factors", lines[2:], ["| newel auto | keyword | 10 | 10.0 | 15.0 | ×1.50 |", "| newel wand | keyword | 10 | 20.0 | 200 | ×10.00 |"])
    same("sizes", growth.size_table(measured).splitlines()[3], "| 1M | 1,000,000 | 100 million | 300 | 500,000 documents/s | 5 MB | 1 MB |")
    drawn = growth.svg(measured)
    xml.dom.minidom.parseString(drawn)
    same("curves and points", (drawn.count("<polyline"), drawn.count("<circle")), (2, 4))


def approximate_search_is_compared_at_equal_recall():
    own = newel(10, cell("auto", 10, 50.0, 0.985), cell(report.FINE, 10, 60.0, 0.999))
    own["statistics"].update(fineWeightBytes=500, floatWeightBytes=1000, byteCount=9000,
                             bytesByKind={"postings": 3500, "forward": 4000, "documents": 1500})
    peer = {"name": "a", "bytes": 9000, "sweep": {"keyword": {"10": [
        {"p50": 30.0, "recall": 0.9, "setting": "x=1"}, {"p50": 80.0, "recall": 0.96, "setting": "x=2"},
        {"p50": 90.0, "recall": 0.99, "setting": "x=3"}]}}}
    lines = approximate.section(own, [peer])[1].splitlines()
    same("levels", lines[2:], [
        "| recall ≥ 0.95: newel auto | 300 | 750 | 50.0 (0.985) |",
        "| recall ≥ 0.95: newel auto, 12-bit weights | 350 | 800 | 60.0 (0.999) |",
        "| recall ≥ 0.95: a | 900 | 900 | 80.0 (0.960; x=2) |",
        "| **recall ≥ 0.95: fastest peer / fastest Newel** |  |  | **1.60×** |",
        "| recall ≥ 0.99: newel auto | 300 | 750 | not reached (best 0.985) |",
        "| recall ≥ 0.99: newel auto, 12-bit weights | 350 | 800 | 60.0 (0.999) |",
        "| recall ≥ 0.99: a | 900 | 900 | 90.0 (0.990; x=3) |",
        "| **recall ≥ 0.99: fastest peer / fastest Newel** |  |  | **1.50×** |"])
    same("bytes with real scores", approximate.newel_bytes(own["statistics"], f"newel {report.FLOAT}"), ["700", "850"])
    point = {"microseconds": {"p50": 40.0}, "recall": 0.995, "setting": "100 candidates"}
    own["curves"] = {"keyword": {"10": {"lines": [{"mode": "head lists, 5 tokens", "points": [point]}]}}}
    same("a curve", approximate.newel_points(own)["newel head lists"],
         {("keyword", 10): [(40.0, 0.995, "5 tokens, 100 candidates")]})


PLAIN = (the_command_line_is_understood, reports_compare_with_the_fastest_exact_peer, a_report_has_counters_and_throughput,
         growth_is_the_factor_between_sizes, approximate_search_is_compared_at_equal_recall)


def without_compiling():
    """Puts something in the place of Numba that runs its functions as they are written."""
    stand_in = types.ModuleType("numba")
    stand_in.njit = lambda function=None, **_: function if function else lambda inner: inner
    stand_in.prange, stand_in.set_num_threads = range, lambda _: None
    sys.modules["numba"] = stand_in


def run():
    tests, left_out = PLAIN, ""
    if importlib.util.find_spec("numpy") is None:
        left_out = f"; skipped: what computes with NumPy, which {sys.executable} does not have"
    else:
        without_compiling()
        from . import self_test_numbers
        tests += self_test_numbers.TESTS
    failed = 0
    for test in tests:
        try:
            test()
        except AssertionError as error:
            failed += 1
            print(f"benchmark --self-test: {test.__name__}: {error}")
    print(f"benchmark --self-test: {len(tests) - failed} passed, {failed} failed{left_out}")
    return 1 if failed else 0
