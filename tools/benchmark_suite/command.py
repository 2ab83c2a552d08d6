"""The command line of tools/benchmark and the order in which things happen."""
import argparse
import json
import os
import re

from .console import BenchmarkError, say

GROWTH_SIZES = [100_000, 1_000_000, 4_000_000]

DESCRIPTION = """Measures Newel, and other engines beside it, on generated or real learned-sparse vectors.

Prints a Markdown report on standard output; a plot and the raw results lie beside the workload. Progress goes to standard
error. Exit status: 0 when all went well, 1 when something could not be done or two of Newel's algorithms gave different
answers, 2 when the command line cannot be understood."""

EXAMPLES = """examples:
  tools/benchmark                               100,000 documents, Newel alone: about a minute
  tools/benchmark --size 1m --peers             with every engine that PyPI offers; the first time an hour
  tools/benchmark --size 1m --peers=taat,pisa   only these
  tools/benchmark --real                        SPLADE, caption and picture vectors of the evaluation data in NEWEL_DATA
  tools/benchmark --growth                      how latency grows from 100,000 over 1 to 4 million documents
  tools/benchmark --size 1m --peers=seismic     recall against time of approximate search

4 million documents need 12 GB of memory and 12 GB of disk.

Timing is as good as the machine is quiet: let nothing else run. The report says how busy it was."""


def size(argument):
    match = re.fullmatch(r"(\d+)([kKmM]?)", argument)
    count = int(match.group(1)) * {"": 1, "k": 1000, "m": 1_000_000}[match.group(2).lower()] if match else 0
    if not 1000 <= count <= 4_000_000:
        raise argparse.ArgumentTypeError(f"'{argument}' is not a number of documents from 1k to 4m")
    return count


def positive(argument):
    if not argument.isdigit() or int(argument) < 1:
        raise argparse.ArgumentTypeError(f"'{argument}' is not a whole number of at least 1")
    return int(argument)


def counts(argument):
    found = [positive(part) for part in argument.split(",")]
    if max(found) > 1000:
        raise argparse.ArgumentTypeError("the exact answers reach to k=1000 only")
    return found


def default_data():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.environ.get("NEWEL_BENCHMARK_DATA") or os.path.join(cache, "newel-benchmark")


def parser():
    options = argparse.ArgumentParser(
        prog="tools/benchmark", description=DESCRIPTION, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--size", type=size, action="append", metavar="N",
                         help="documents of the generated workload: 100k (default), 1m, 4m; may be given several times")
    options.add_argument("--real", action="store_true", help="real vectors instead: needs NEWEL_DATA")
    options.add_argument("--growth", action="store_true",
                         help="compare sizes: those of --size, else 100k, 1m and 4m; auto, windowed and superblock unless "
                              "--algorithms names others")
    options.add_argument("--peers", nargs="?", const="all", metavar="NAMES",
                         help="also measure other engines, all or those whose names begin so, with commas")
    options.add_argument("-k", type=counts, default=[10, 100, 1000], metavar="K,...", help="numbers of results (10,100,1000)")
    options.add_argument("--queries", type=positive, default=200, metavar="N", help="queries of each set (200)")
    options.add_argument("--repeat", type=positive, default=3, metavar="N", help="passes of Newel over the queries (3)")
    options.add_argument("--algorithms", metavar="NAMES", help="Newel's algorithms, with commas (all)")
    options.add_argument("--build-options", default="", metavar="TEXT", help="more options for 'newel build'; with "
                         "--build-options='--fine-weights --float-weights' search by finer weights is measured too")
    options.add_argument("--newel", metavar="PATH", help="a newel command to measure instead of a fresh release build")
    options.add_argument("--reuse-index", action="store_true", help="do not build Newel's index when one is there")
    options.add_argument("--rebuild-peers", action="store_true", help="build the peers' indexes afresh")
    options.add_argument("--peer-timeout", type=positive, default=3600, metavar="S", help="seconds a peer may take (3600)")
    options.add_argument("--core", type=int, default=os.cpu_count() - 1, metavar="N", help="the core to measure on (the last)")
    options.add_argument("--data", default=default_data(), metavar="FOLDER",
                         help="where workloads, indexes and results are kept (NEWEL_BENCHMARK_DATA, else ~/.cache/newel-benchmark)")
    options.add_argument("--generate-only", action="store_true", help="make the workload, print its folder, measure nothing")
    options.add_argument("--self-test", action="store_true", help="check the parts of this script against known answers")
    return options


def check(options):
    """Refuses what makes no sense together."""
    for other in ("real", "peers") if options.growth else ():
        if getattr(options, other):
            raise BenchmarkError(f"--growth measures Newel on generated vectors: it cannot be had with --{other}")
    if options.growth and options.size and len(set(options.size)) < 2:
        raise BenchmarkError("--growth compares sizes: give --size at least twice, or not at all")


def workloads(options, newel):
    from . import real_data, workload
    if options.real:
        return real_data.prepare(options.data, newel)
    sizes = sorted(set(options.size or GROWTH_SIZES)) if options.growth else options.size or [100_000]
    return [workload.generate(count, options.data) for count in sizes]


def write(path, results, drawing, text):
    """Writes the three files of a report and prints it."""
    from .formats import whole_file
    for ending, content in ((".json", json.dumps(results, indent=1)), (".svg", drawing), (".md", text)):
        # A new file takes the place of an old one: nothing is written through a link.
        with whole_file(path + ending) as file:
            file.write(content.encode())
    print(text, flush=True)
    say(f"written: {path}.md, .svg and .json")


def results_folder(options):
    folder = os.path.join(options.data, "results")
    os.makedirs(folder, exist_ok=True)
    return folder


def measure(newel, folder, options):
    """Measures one workload, writes and prints its report; whether all answers agreed."""
    from . import approximate, newel_run, peer_run, plot, report
    name = os.path.basename(folder)
    path = os.path.join(results_folder(options), name)
    run = newel_run.NewelRun(newel, folder, options)
    own = run.measure()
    own["threads"] = run.throughput(own["sets"])
    others, absent = peer_run.measure_peers(folder, options) if options.peers else ([], [])
    if any(peer["sweep"] for peer in others):
        own["curves"] = run.curves([k for k in options.k if k <= approximate.MOST_RESULTS], results_folder(options))
    drawing = plot.svg(
        f"Exact top k over {own['statistics']['documentCount']:,} sparse vectors ({name})",
        f"p50 over queries, processor time on one core, logarithmic; {report.machine()}", report.series(own, others))
    write(path, {"newel": own, "peers": others, "absent": absent}, drawing,
          report.markdown(name, own, others, absent, path + ".svg"))
    return not own["disagreements"] and all(found["same"] for found in own["threads"].values())


def measure_growth(newel, folders, options):
    """Measures all sizes, writes and prints one report of them; whether all answers agreed."""
    from . import growth, newel_run
    options.algorithms = options.algorithms or growth.ALGORITHMS
    measured = [(os.path.basename(folder), newel_run.NewelRun(newel, folder, options).measure()) for folder in folders]
    path = os.path.join(results_folder(options), "growth")
    write(path, measured, growth.svg(measured), growth.markdown(measured, "growth.svg"))
    return not any(own["disagreements"] for _, own in measured)


def main(root, arguments):
    options = parser().parse_args(arguments)
    check(options)
    from . import newel_run
    options.data = os.path.abspath(options.data)
    newel = options.newel
    if newel is None and (options.real or not options.generate_only):
        newel = newel_run.release_build(root)
    folders = workloads(options, newel)
    if options.generate_only:
        print("\n".join(folders))
        return 0
    if options.growth:
        agreed = measure_growth(newel, folders, options)
    else:
        agreed = all([measure(newel, folder, options) for folder in folders])
    if not agreed:
        say("Newel gave different answers to the same queries: see the report")
    return 0 if agreed else 1
