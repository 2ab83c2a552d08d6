"""Builds the index with `newel build` and measures it with `newel benchmark`."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from .console import BenchmarkError, say
from . import throughput
from .peer_process import BUDGET, query_sets
from .peer_run import on_core
from .report import FINER


def release_build(root):
    """Builds the command and returns its path."""
    say("building newel (release)")
    command = ["swift", "build", "-c", "release", "--product", "newel", "--package-path", root]
    if subprocess.run(command, stdout=sys.stderr).returncode:
        raise BenchmarkError("the release build failed; its messages are above")
    folder = subprocess.run([*command, "--show-bin-path"], stdout=subprocess.PIPE, text=True).stdout.strip()
    return os.path.join(folder, "newel")


# Runs a command and writes the greatest resident memory it had, in KiB, into a file. A process begins its count with the
# memory of the one that started it, and this script may be large: a small one has to stand between.
STARTER = """import os, sys
process = os.spawnvp(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(process, 0)
with open(sys.argv[1], "w") as file: file.write(str(used.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))"""


def run(command):
    """Runs a command; (standard output, seconds, greatest resident bytes, exit status)."""
    with tempfile.NamedTemporaryFile("r") as memory:
        began = time.monotonic()
        done = subprocess.run([sys.executable, "-S", "-E", "-c", STARTER, memory.name, *command], stdout=subprocess.PIPE, text=True)
        seconds = time.monotonic() - began
        return done.stdout, seconds, int(memory.read() or 0) * 1024, done.returncode


def answer(command, what):
    output, seconds, memory, status = run(command)
    if status != 0:
        raise BenchmarkError(f"{what} failed with exit status {status}: {' '.join(command)}")
    return json.loads(output), seconds, memory


class NewelRun:
    def __init__(self, newel, workload, options):
        self.newel, self.workload, self.options = newel, workload, options
        self.index = os.path.join(options.data, "newel", os.path.basename(workload))

    def build(self):
        """Builds the index afresh; {seconds, documents a second, peak memory}."""
        if self.options.reuse_index and os.path.exists(self.index):
            say(f"taking the index that is there: {self.index}")
            return None
        shutil.rmtree(self.index, ignore_errors=True)
        os.makedirs(os.path.dirname(self.index), exist_ok=True)
        say(f"newel build {self.index}")
        report, seconds, memory = answer(
            [self.newel, "build", self.index, "--sparse", os.path.join(self.workload, "docs.csr"), "--json",
             *self.options.build_options.split()], "newel build")
        return {"seconds": seconds, "rate": report["documentsAdded"] / seconds, "memory": memory}

    def benchmark(self, name, counts, *more):
        """What `newel benchmark` reports of a query set, and the greatest resident memory it had."""
        queries = os.path.join(self.workload, f"q_{name}")
        command = [
            *on_core(self.options.core), self.newel, "benchmark", self.index, "--queries", queries + ".csr",
            "--truth", queries + ".gt", "-k", ",".join(map(str, counts)), "--limit-queries", str(self.options.queries),
            "--repeat", str(self.options.repeat), "--budget", str(BUDGET), "--json", "--quiet", *more]
        output, _, memory, status = run(command)
        if not output.strip():
            raise BenchmarkError(f"newel benchmark failed with exit status {status}: {' '.join(command)}")
        return json.loads(output), memory

    def measure(self):
        """The results in the form of a peer's, with one entry per algorithm."""
        built = self.build()
        statistics, _, _ = answer([self.newel, "stats", self.index, "--json"], "newel stats")
        sets, peak, disagreements = {}, 0, []
        before = self.surroundings()
        for name in query_sets(self.workload):
            say(f"newel: measuring {name}")
            algorithms = ["--algorithms", self.options.algorithms] if self.options.algorithms else []
            sets[name], memory = self.benchmark(name, self.options.k, *algorithms)
            disagreements += [f"{name}: {sentence}" for sentence in sets[name]["disagreements"]]
            peak = max(peak, memory)
            for option, (label, exactness) in FINER.items():
                if option in self.options.build_options.split():
                    finer, _ = self.benchmark(name, self.options.k, "--exact", exactness, "--algorithms", "auto")
                    sets[name]["cells"] += [{**cell, "algorithm": label} for cell in finer["cells"]]
        return {
            "built": built, "statistics": statistics, "sets": sets, "memory": peak, "disagreements": disagreements,
            "surroundings": [before, self.surroundings()],
        }

    def curves(self, counts, folder):
        """Recall against latency of Newel's approximate searches, {set: {k: curve}}; the drawings go into the folder."""
        if "--curve" not in subprocess.run([self.newel, "benchmark", "--help"], stdout=subprocess.PIPE, text=True).stdout:
            return {}
        found = {}
        for name in query_sets(self.workload):
            for k in counts:
                say(f"newel: measuring the curve of {name} at k={k}")
                drawing = os.path.join(folder, f"{os.path.basename(self.workload)}-{name}-{k}.svg")
                found.setdefault(name, {})[k], _ = self.benchmark(name, [k], "--curve", drawing)
        return found

    def surroundings(self):
        output, _, _, _ = run([*on_core(self.options.core), sys.executable, "-c",
                               "import sys, json; sys.path.insert(0, sys.argv[1]); from benchmark_suite import measuring; "
                               "print(json.dumps(measuring.surroundings()))",
                               os.path.dirname(os.path.dirname(os.path.abspath(__file__)))])
        return json.loads(output)

    def throughput(self, sets):
        """Queries per second on several threads for each of the measured query sets."""
        found = {}
        for name, measured in sets.items():
            say(f"newel: queries per second, {name}")
            found[name] = throughput.measure(
                self.newel, self.index, os.path.join(self.workload, f"q_{name}.csr"), self.options.queries,
                measured["cells"][0]["microseconds"]["mean"])
        return found
