"""Queries per second of `newel search --batch`, which searches with several threads."""
import filecmp
import os
import re
import subprocess
import tempfile

import numpy as np

from .console import BenchmarkError, say
from .formats import Csr, read_csr, row_count, write_csr

THREADS = (1, 2)
COUNT = 10
# How long one thread should be busy with a batch, and the most queries of one.
SECONDS, LONGEST = 2.0, 100_000
REPEATS = 3


def tiled(csr, limit, copies):
    """The first `limit` rows, `copies` times over."""
    limit = min(limit, row_count(csr))
    end = csr.starts[limit]
    lengths = np.tile(np.diff(csr.starts[:limit + 1]), copies)
    starts = np.zeros(limit * copies + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    return Csr(starts, np.tile(csr.indices[:end], copies), np.tile(csr.data[:end], copies), csr.columns)


def rate(text):
    """Queries per second, as the command reports them on standard error; None when it does not."""
    found = re.findall(r"([\d.,]+) queries/s", text)
    return float(found[-1].replace(",", "")) if found else None


def run(newel, index, batch, threads, output):
    command = [newel, "search", index, "--batch", batch, "-k", str(COUNT), "--threads", str(threads), "--run", output]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    found = rate(done.stderr)
    if done.returncode != 0 or not found:
        raise BenchmarkError(f"newel search --batch failed with exit status {done.returncode}: {' '.join(command)}")
    return found


def measure(newel, index, queries, limit, microseconds):
    """The best of some batches over one query set: {queries, rates by number of threads, same}.

    `microseconds` is about how long one query takes. `same` says whether the run files of all batches were equal.
    """
    csr = read_csr(queries)
    asked = max(1, min(limit, row_count(csr)))
    copies = max(1, int(min(LONGEST, SECONDS * 1e6 / (microseconds + 20)) // asked))
    rates, same = dict.fromkeys(map(str, THREADS), 0.0), True
    with tempfile.TemporaryDirectory(dir=os.path.dirname(index)) as folder:
        batch, first, other = (os.path.join(folder, name) for name in ("batch.csr", "first.run", "other.run"))
        write_csr(batch, tiled(csr, asked, copies))
        for number in range(REPEATS):
            # In turns, so that a change in the machine's load meets all.
            for threads in THREADS:
                output = other if os.path.exists(first) else first
                rates[str(threads)] = max(rates[str(threads)], run(newel, index, batch, threads, output))
                same = same and (output is first or filecmp.cmp(first, other, shallow=False))
    if not same:
        say(f"search --batch gives other answers with other numbers of threads: {queries}")
    return {"queries": asked * copies, "rates": rates, "same": same}
