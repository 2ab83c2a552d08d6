"""The Python environment of the benchmark, .venv-benchmark in the checkout, and the packages in it.

Runs under any Python 3 without packages; everything else of the suite runs inside the environment.
"""
import os
import shutil
import subprocess
import sys

from .console import BenchmarkError, say

FOLDER = ".venv-benchmark"
NEEDED = ["numpy>=1.24,<3", "numba>=0.60"]
MARK = "NEWEL_BENCHMARK_INSIDE"


def python_of(root):
    return os.path.join(root, FOLDER, "bin", "python3")


def enter(root, arguments):
    """Makes the environment when it is not there and continues this very command inside it."""
    python = python_of(root)
    if os.environ.get(MARK) == python:
        return
    if not works(python, "import numpy, numba"):
        say(f"making the Python environment {FOLDER} with {' and '.join(NEEDED)}")
        shutil.rmtree(os.path.join(root, FOLDER), ignore_errors=True)
        if subprocess.run([sys.executable, "-m", "venv", os.path.join(root, FOLDER)], stdout=sys.stderr).returncode:
            raise BenchmarkError("python3 cannot make a virtual environment; on Debian: apt-get install python3-venv")
        reason = install(python, *NEEDED)
        if reason:
            raise BenchmarkError(f"pip could not install {' and '.join(NEEDED)}: {reason}")
    os.execve(python, [python, *arguments], {**os.environ, MARK: python})


def works(python, code):
    return os.path.exists(python) and subprocess.run(
        [python, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def install(python, *packages, options=()):
    """Installs packages; None when all went well, otherwise the reason in one line."""
    answer = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *options, *packages],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if answer.returncode == 0:
        return None
    errors = [line for line in answer.stdout.splitlines() if line.startswith("ERROR")]
    return (errors or answer.stdout.splitlines() or ["pip failed"])[-1].strip()
