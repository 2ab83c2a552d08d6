"""How latency grows with the number of documents: the report of --growth."""
from . import growth_plot, report

ALGORITHMS = "auto,windowed,superblock"


def times(own):
    """{(algorithm, set, k): p50} of one size."""
    return {(algorithm, name, k): cell["microseconds"]["p50"]
            for name in own["sets"] for algorithm, cells in report.newel_cells(own, name).items() for k, cell in cells.items()}


def lines(measured):
    """[((algorithm, set, k), [p50 by size])]: what was measured at every size, in the order of the first."""
    found = [times(own) for _, own in measured]
    return [(key, [by_size[key] for by_size in found]) for key in found[0] if all(key in by_size for by_size in found)]


def latency_table(measured):
    names = [name for name, _ in measured]
    head = ["p50", "queries", "k"] + names + [f"{a} → {b}" for a, b in zip(names, names[1:])]
    return report.table(head, [
        [f"newel {algorithm}", name, str(k)] + [report.microseconds(value) for value in values]
        + [f"×{after / before:.2f}" for before, after in zip(values, values[1:])]
        for (algorithm, name, k), values in sorted(lines(measured), key=lambda line: order(line[0], measured))])


def order(key, measured):
    """By query set, then number of results, then algorithm, each in the order of measurement."""
    algorithm, name, k = key
    keys = [key for key, _ in lines(measured)]
    positions = [list(dict.fromkeys(column)) for column in zip(*keys)]
    return positions[1].index(name), k, positions[0].index(algorithm)


def size_table(measured):
    rows = []
    for name, own in measured:
        statistics, built = own["statistics"], own["built"]
        documents = statistics["documentCount"]
        rows.append([
            name, f"{documents:,}", f"{statistics['meanTokensPerDocument'] * documents / 1e6:,.0f} million",
            f"{statistics['byteCount'] / documents:.0f}", f"{built['rate']:,.0f} documents/s" if built else "reused",
            report.megabytes(built["memory"]) if built else "–", report.megabytes(own["memory"])])
    return report.table(["size", "documents", "postings", "bytes per document", "build", "peak memory of the build",
                         "resident while querying"], rows)


def markdown(measured, plot):
    first = next(iter(measured[0][1]["sets"].values()))
    disagreements = [f"{name}: {sentence}" for name, own in measured for sentence in own["disagreements"]]
    busy = "; ".join(
        f"{name} {own['surroundings'][0]['canary_ms']:.1f}/{own['surroundings'][-1]['canary_ms']:.1f} ms, "
        f"load {own['surroundings'][-1]['load']:.1f}" for name, own in measured)
    return "\n\n".join([
        "## Growth: " + " → ".join(name for name, _ in measured),
        f"{report.machine()}. {first['queryCount']} queries a set; the queries are generated for each size anew. Times are "
        "microseconds of processor time on one core, the median of the passes for each query, then the median (p50) over the "
        "queries; × how much longer the greater size takes.",
        latency_table(measured), f"![Growth]({plot})", size_table(measured),
        "Answers of the algorithms: " + (
            "**they differ**: " + "; ".join(disagreements) if disagreements else "all identical to the bit."),
        f"How busy the machine was (a fixed gather, before/after; lower is quieter): {busy}."]) + "\n"


def svg(measured):
    return growth_plot.svg(
        "Latency of exact top k as the collection grows",
        f"p50 over queries, processor time on one core, both axes logarithmic; {report.machine()}",
        [own["statistics"]["documentCount"] for _, own in measured], lines(measured))
