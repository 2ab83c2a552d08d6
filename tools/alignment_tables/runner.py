"""Runs newel and reads its answers."""
import json
import os
import subprocess
import sys


class Failure(Exception):
    """One sentence for the person at the terminal."""


class Newel:
    """The program, a folder to work in, and which methods are wanted."""

    def __init__(self, program, work, methods):
        self.program, self.work, self.methods = program, work, methods
        self.map = os.path.join(work, "map")

    def chosen(self, lines):
        """The lines of a table, (name, options), that are wanted."""
        return [line for line in lines if self.methods is None or line[1][line[1].index("--method") + 1] in self.methods]

    def run(self, *arguments):
        try:
            answer = subprocess.run([self.program, *arguments, "--json", "--quiet"], capture_output=True, text=True)
        except OSError as error:
            raise Failure(f"'{self.program}' cannot be run ({error.strerror}); build it with 'swift build -c release'.")
        if answer.returncode != 0:
            raise Failure(f"newel {' '.join(arguments)}: {answer.stderr.strip()}")
        return json.loads(answer.stdout)

    def align(self, dump, options, where=("split=train",), validate="split=val", texts=True):
        """Fits an alignment of a dump and returns the report."""
        print(f"  {' '.join(options)} …", file=sys.stderr)
        sides = ["--images", dump, "--metadata", dump] + (["--texts", dump] if texts else [])
        conditions = [part for condition in where for part in ("--where", condition)]
        return self.run("align", *sides, *conditions, "--validate-where", validate, "--output", self.map, *options)

    def evaluate(self, dump, *options):
        """Measures the alignment that was fitted last."""
        return self.run("evaluate", "--alignment", self.map, "--images", dump, "--texts", dump, "--metadata", dump, *options)


def recall(direction):
    """R@1, R@5 and R@10; None without a direction."""
    return [direction[key] for key in ("recallAt1", "recallAt5", "recallAt10")] if direction else None


def times(report):
    """What a fit took: by the clock, and of all cores together."""
    return [report["fittingSeconds"], report["fittingProcessorSeconds"]]


def mean(rows):
    """The mean of each column."""
    return [sum(column) / len(rows) for column in zip(*rows)]
