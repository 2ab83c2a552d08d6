"""The report: one Markdown text per workload, from the results of Newel and of the peers. Times are microseconds."""
import os
import platform

# Searches by finer weights, as they are called among the algorithms: by the option that an index is built with.
FLOAT = "auto, real scores"
FINE = "auto, 12-bit weights"
FINER = {"--fine-weights": (FINE, "fine"), "--float-weights": (FLOAT, "float")}

EXPLANATION = """Times are microseconds of processor time on one core, the median of the passes for each query, then the median (p50) over the
queries. Newel is timed from query vector to ordinals and scores; a peer by its own call, conversions of its binding included.
Recall is against exact scores of the real weights: engines with 8-bit weights round them."""


def microseconds(value):
    return f"{value:,.0f}" if value >= 99.5 else f"{value:.1f}"


def megabytes(count):
    return f"{count / 1e6:,.0f} MB"


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return f"{model or platform.processor() or 'unknown processor'}, {os.cpu_count()} cores, {memory / 2**20:.0f} GiB, {platform.system()}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join("---" if n == 0 else "---:" for n in range(len(head))) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def newel_cells(newel, name):
    """{algorithm: {k: cell}} of a query set."""
    found = {}
    for cell in newel["sets"][name]["cells"]:
        found.setdefault(cell["algorithm"], {})[cell["count"]] = cell
    return found


def series(newel, peers):
    """[(engine, kind, {(set, k): (p50, recall)})]: everything that was measured, Newel's algorithms first.

    kind is 'newel', 'exact' or 'approximate'.
    """
    found = {}
    for name in newel["sets"]:
        for algorithm, cells in newel_cells(newel, name).items():
            values = found.setdefault(("newel " + algorithm, "newel"), {})
            for k, cell in cells.items():
                values[name, k] = (cell["microseconds"]["p50"], cell.get("recall"))
    for peer in peers:
        values = found.setdefault((peer["name"], "exact" if peer["exact"] else "approximate"), {})
        for name, cells in peer["sets"].items():
            for k, cell in cells.items():
                values[name, int(k)] = (cell["p50"], cell["recall"])
    return [(engine, kind, values) for (engine, kind), values in found.items()]


def columns_of(measured):
    """(set, k) of all cells, in the order of the first engine."""
    return list(measured[0][2])


def latency_table(measured):
    columns = columns_of(measured)
    rows = []
    for engine, _, values in measured:
        rows.append([engine] + [
            f"{microseconds(values[c][0])} ({values[c][1]:.3f})" if c in values else "–" for c in columns])
    rows += planner_row(measured, columns)
    return table(["p50 (recall)"] + [f"{name} k={k}" for name, k in columns], rows)


def planner_row(measured, columns):
    """How far the engine's own choice is from the best single algorithm of each cell; no row without both."""
    own = {engine: values for engine, kind, values in measured if kind == "newel"}
    auto = own.pop("newel auto", None)
    for finer, _ in FINER.values():
        own.pop("newel " + finer, None)
    if auto is None or not own:
        return []
    return [["*auto / best single*"] + [f"*{auto[c][0] / min(values[c][0] for values in own.values()):.2f}*" for c in columns]]


def reference(measured):
    """Newel's own entry that the peers are compared with: auto, else its first."""
    own = [entry for entry in measured if entry[1] == "newel"]
    return next((entry for entry in own if entry[0] == "newel auto"), own[0])


def ratio_table(measured):
    """Each peer's time as a multiple of Newel's: above 1 Newel is faster."""
    columns = columns_of(measured)
    own = reference(measured)
    rows = []
    for engine, kind, values in measured:
        if kind != "newel":
            rows.append([engine + (" (approximate)" if kind == "approximate" else "")] + [
                f"{values[c][0] / own[2][c][0]:.2f}×" if c in values else "–" for c in columns])
    rows.append(["**fastest exact peer**"] + [fastest(measured, own, c) for c in columns])
    return table([f"time / {own[0]}"] + [f"{name} k={k}" for name, k in columns], rows)


def fastest(measured, own, column):
    exact = [(values[column][0], engine) for engine, kind, values in measured if kind == "exact" and column in values]
    if not exact:
        return "–"
    time, engine = min(exact)
    return f"**{time / own[2][column][0]:.2f}×** {engine}"


# Mean work of a query, as `newel benchmark --json` calls it and the report.
COUNTERS = {"postingsScored": "postings scored", "documentsScored": "documents scored", "blocksChecked": "bounds checked",
            "windowsVisited": "windows visited", "blocksScored": "blocks scored"}


def throughput_table(threads):
    """Queries per second on one and on two threads."""
    rows = []
    for name, found in threads.items():
        one, two = found["rates"]["1"], found["rates"]["2"]
        rows.append([name, f"{found['queries']:,}", f"{one:,.0f}", f"{two:,.0f}", f"{two / one:.2f}×",
                     "identical" if found["same"] else "**they differ**"])
    return table(["queries", "in a batch", "queries/s, 1 thread", "queries/s, 2 threads", "2 threads / 1", "run files"], rows)


def distribution_table(newel, peers):
    rows = []
    for name in newel["sets"]:
        for algorithm, cells in newel_cells(newel, name).items():
            for k, cell in cells.items():
                times = cell["microseconds"]
                rows.append([f"newel {algorithm}", name, str(k)] + [
                    microseconds(times[key]) for key in ("mean", "p50", "p95", "p99")] + [
                    f"{times['spread']:.0%}"] + [f"{cell[key]:,.0f}" if key in cell else "" for key in COUNTERS] + [
                    ", ".join(f"{ran} {count}" for ran, count in sorted(cell["algorithmsRun"].items()) if ran != algorithm)])
    for peer in peers:
        for name, cells in peer["sets"].items():
            for k, cell in cells.items():
                rows.append([peer["name"], name, str(k)] + [
                    microseconds(cell[key]) for key in ("mean", "p50", "p95", "p99")] + [f"{cell['spread']:.0%}"] + [""] * (len(COUNTERS) + 1))
    return table(["engine", "queries", "k", "mean", "p50", "p95", "p99", "spread of passes", *COUNTERS.values(), "ran"],
                 rows)


def size_table(newel, peers):
    statistics, documents = newel["statistics"], newel["statistics"]["documentCount"]
    built = newel["built"]
    by_kind = ", ".join(f"{kind} {count / documents:.0f}" for kind, count in sorted(statistics["bytesByKind"].items()))
    rows = [[
        "newel", f"{statistics['byteCount'] / documents:.0f} ({by_kind})", megabytes(newel["memory"]),
        f"{built['seconds']:.1f} s ({built['rate']:,.0f} documents/s, peak {megabytes(built['memory'])})" if built else "reused"]]
    for peer in peers:
        rows.append([peer["name"], f"{peer['bytes'] / documents:.0f}", megabytes(peer["memory"]),
                     f"{peer['build_seconds']:.1f} s"])
    return table(["engine", "bytes per document", "resident while querying", "build"], rows)


def noise(newel, peers):
    def text(name, around):
        return f"{name} {around[0]['canary_ms']:.1f}/{around[-1]['canary_ms']:.1f} ms, load {around[-1]['load']:.1f}"
    return "; ".join([text("newel", newel["surroundings"])] + [text(p["name"], p["surroundings"]) for p in peers])


def markdown(title, newel, peers, absent, plot):
    from . import approximate
    measured = series(newel, peers)
    statistics = newel["statistics"]
    first = next(iter(newel["sets"].values()))
    parts = [
        f"## {title}: {statistics['documentCount']:,} documents, {statistics['meanTokensPerDocument']:.1f} tokens each",
        f"{machine()}. {first['queryCount']} queries a set, up to {max(cell['passes'] for cell in first['cells'])} passes.", EXPLANATION, latency_table(measured)]
    if peers:
        parts += ["Peers beside Newel in the same run (above 1 Newel is faster):", ratio_table(measured)]
    parts += [f"![Latencies]({os.path.basename(plot)})", size_table(newel, peers)]
    parts.append("Answers of Newel's algorithms: " + (
        "**they differ**: " + "; ".join(newel["disagreements"]) if newel["disagreements"] else "all identical to the bit."))
    if "threads" in newel:
        parts += ["Queries per second of `newel search --batch`, k = 10, wall time from the first query read to the last answer "
                  "written, keys and run file included; the best of some batches:", throughput_table(newel["threads"])]
    parts += approximate.section(newel, peers)
    if absent:
        parts.append("Not measured:\n" + "\n".join(f"- {name}: {reason}" for name, reason in absent))
    parts += [distribution_table(newel, peers),
              "How busy the machine was (a fixed gather, before/after; lower is quieter): " + noise(newel, peers) + "."]
    if peers:
        parts.append("Versions: " + "; ".join(sorted({peer["version"] for peer in peers})) + ".")
    return "\n\n".join(parts) + "\n"
