#!/usr/bin/env python3
"""What ir_measures and scipy say, for the tests to compare with.

oracle.py check                   exit status 0 when both packages are there
oracle.py measures QRELS RUN      lines "query measure value", per query
oracle.py ttest FILE              FILE: one "first second" per line; prints statistic and p-value
"""
import sys

MEASURES = ["nDCG", "nDCG@1", "nDCG@5", "nDCG@10", "AP", "AP@5", "AP@10", "RR", "RR@10", "P@1", "P@5", "P@10",
            "R@1", "R@5", "R@10", "Success@1", "Success@5", "Success@10"]


def main():
    import ir_measures
    from scipy import stats

    command = sys.argv[1]
    if command == "measures":
        qrels = list(ir_measures.read_trec_qrels(sys.argv[2]))
        run = list(ir_measures.read_trec_run(sys.argv[3]))
        measures = [ir_measures.parse_measure(name) for name in MEASURES]
        for value in ir_measures.iter_calc(measures, qrels, run):
            print(value.query_id, value.measure, repr(float(value.value)))
    elif command == "ttest":
        with open(sys.argv[2]) as file:
            pairs = [tuple(map(float, line.split())) for line in file if line.strip()]
        first, second = zip(*pairs)
        result = stats.ttest_rel(first, second)
        print(repr(float(result.statistic)), repr(float(result.pvalue)))
    elif command != "check":
        sys.exit(f"unknown command {command!r}")


main()
