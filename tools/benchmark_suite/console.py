"""What the benchmark says while it works, and how it gives up."""
import os
import sys
import time

BEGAN = time.monotonic()


class BenchmarkError(Exception):
    """A reason to end with status 1: one sentence."""


def say(text):
    print(f"benchmark [{time.monotonic() - BEGAN:6.0f} s, load {os.getloadavg()[0]:.1f}]: {text}", file=sys.stderr, flush=True)
