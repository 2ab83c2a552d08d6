"""Installs, builds and measures the peers, each step in a process of its own."""
import json
import os
import shutil
import subprocess
import sys

from . import peers
from .console import say
from .document_order import order_of
from .environment import install

ONE_THREAD = {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


def on_core(core):
    """The beginning of a command line that keeps the rest to one core."""
    return ["taskset", "-c", str(core)] if shutil.which("taskset") else []


def last_line(text):
    return (text.strip().splitlines() or [""])[-1]


class Absent(Exception):
    """Why a peer has no results: one line."""


def run_process(options, job, peer, workload, folder, *more):
    """Runs peer_process and returns its answer."""
    command = [sys.executable, "-m", "benchmark_suite.peer_process", job, peer.name, workload, folder, *more]
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}
    if job == "measure":
        command = on_core(options.core) + command
        environment.update(ONE_THREAD)
    try:
        answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                timeout=options.peer_timeout)
    except subprocess.TimeoutExpired:
        raise Absent(f"its {job} took more than {options.peer_timeout} s (--peer-timeout)") from None
    if answer.returncode != 0:
        raise Absent(f"its {job} failed: {last_line(answer.stderr) or f'exit status {answer.returncode}'}")
    return json.loads(last_line(answer.stdout))


def install_packages(peer, done):
    """Installs what a peer needs; `done` remembers what was tried: requirement -> reason or None."""
    for requirement, with_dependencies in peer.packages:
        if requirement not in done:
            say(f"installing {requirement}")
            done[requirement] = install(sys.executable, requirement, options=() if with_dependencies else ("--no-deps",))
        if done[requirement]:
            raise Absent(f"pip could not install {requirement}: {done[requirement]}")


def result_of(peer, workload, options, done):
    count = int.from_bytes(open(os.path.join(workload, "docs.csr"), "rb").read(8), "little")
    if peer.most_documents and count > peer.most_documents[0]:
        raise Absent(f"not measured above {peer.most_documents[0]:,} documents: {peer.most_documents[1]}")
    install_packages(peer, done)
    reason = peer.missing()
    if reason:
        raise Absent(reason)
    if peer.bisected:
        order_of(workload)
    folder = os.path.join(options.data, "peers", os.path.basename(workload), getattr(peer, "index", peer.name))
    note = os.path.join(folder, "built.json")
    if options.rebuild_peers and folder not in done or not os.path.exists(note):
        say(f"{peer.name}: building")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        built = run_process(options, "build", peer, workload, folder)
        with open(note, "w") as file:
            json.dump(built, file)
    done[folder] = None
    with open(note) as file:
        built = json.load(file)
    say(f"{peer.name}: measuring")
    measured = run_process(options, "measure", peer, workload, folder, str(options.queries), ",".join(map(str, options.k)))
    return {"name": peer.name, "exact": peer.exact, **built, **measured}


def measure_peers(workload, options):
    """(results, absent): what was measured, and the peers that were not with the reason."""
    results, absent, done = [], [], {}
    for peer in peers.all_peers():
        if options.peers != "all" and not any(peer.name.startswith(wanted) for wanted in options.peers.split(",")):
            continue
        try:
            results.append(result_of(peer, workload, options, done))
        except Absent as reason:
            say(f"{peer.name}: {reason}")
            absent.append((peer.name, str(reason)))
    return results, absent
