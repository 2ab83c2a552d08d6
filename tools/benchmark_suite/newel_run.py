"""Builds the index with `newel build` and measures it with `newel benchmark`."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from .console import BenchmarkError, say
from .peer_process import BUDGET, query_sets
from .peer_run import on_core


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

    def measure(self):
        """The results in the form of a peer's, with one entry per algorithm."""
        built = self.build()
        statistics, _, _ = answer([self.newel, "stats", self.index, "--json"], "newel stats")
        sets, peak, disagreements = {}, 0, []
        before = self.surroundings()
        for name in query_sets(self.workload):
            say(f"newel: measuring {name}")
            queries = os.path.join(self.workload, f"q_{name}")
            command = [
                *on_core(self.options.core), self.newel, "benchmark", self.index, "--queries", queries + ".csr",
                "--truth", queries + ".gt", "-k", ",".join(map(str, self.options.k)), "--limit-queries",
                str(self.options.queries), "--repeat", str(self.options.repeat), "--budget", str(BUDGET),
                "--json", "--quiet"]
            if self.options.algorithms:
                command += ["--algorithms", self.options.algorithms]
            output, _, memory, status = run(command)
            if not output.strip():
                raise BenchmarkError(f"newel benchmark failed with exit status {status}: {' '.join(command)}")
            sets[name] = json.loads(output)
            disagreements += [f"{name}: {sentence}" for sentence in sets[name]["disagreements"]]
            peak = max(peak, memory)
        return {
            "built": built, "statistics": statistics, "sets": sets, "memory": peak, "disagreements": disagreements,
            "surroundings": [before, self.surroundings()], "threads": self.throughput(),
        }

    def surroundings(self):
        output, _, _, _ = run([*on_core(self.options.core), sys.executable, "-c",
                               "import sys, json; sys.path.insert(0, sys.argv[1]); from benchmark_suite import measuring; "
                               "print(json.dumps(measuring.surroundings()))",
                               os.path.dirname(os.path.dirname(os.path.abspath(__file__)))])
        return json.loads(output)

    def throughput(self):
        """Queries per second on several threads; a sentence when the command cannot do it."""
        helped = subprocess.run([self.newel, "search", "--help"], stdout=subprocess.PIPE, text=True).stdout
        if "--batch" not in helped:
            return "not available: this newel has no 'search --batch'"
        return "not measured: 'search --batch' is there, but this script does not drive it yet"
