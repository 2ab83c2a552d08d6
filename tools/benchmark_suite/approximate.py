"""Approximate search at equal recall: of each engine the fastest setting that reaches a level of recall."""
from . import report

LEVELS = (0.95, 0.99)
# Settings are tried up to this number of results.
MOST_RESULTS = 100


def newel_points(newel):
    """{mode: {(set, k): [(microseconds, recall, setting)]}} of Newel: exact search, and the curves where there are some."""
    found = {}
    for name in newel["sets"]:
        for algorithm, cells in report.newel_cells(newel, name).items():
            if algorithm not in ("auto", report.FINE, report.FLOAT):
                continue
            for k, cell in cells.items():
                if cell.get("recall") is not None:
                    found.setdefault(f"newel {algorithm}", {})[name, k] = [(cell["microseconds"]["p50"], cell["recall"], "")]
    for name, curves in newel.get("curves", {}).items():
        for k, curve in curves.items():
            for line in curve["lines"]:
                # Exact searches were measured with the others already.
                if not line["mode"].startswith("exact"):
                    mode = "newel " + line["mode"].split(",")[0]
                    found.setdefault(mode, {}).setdefault((name, int(k)), []).extend(
                        (point["microseconds"]["p50"], point["recall"],
                         ", ".join([*line["mode"].split(", ")[1:], point["setting"]])) for point in line["points"])
    return found


def peer_points(peer):
    """{(set, k): [(microseconds, recall, setting)]} of a peer whose settings were tried."""
    return {(name, int(k)): [(cell["p50"], cell["recall"], cell["setting"]) for cell in cells]
            for name, by_count in peer.get("sweep", {}).items() for k, cells in by_count.items()}


def fastest(points, level):
    """The fastest point with at least that recall; None when there is none."""
    return min((point for point in points if point[1] >= level), default=None)


def text_of(points, level):
    best = fastest(points, level)
    if best is None:
        return f"not reached (best {max(point[1] for point in points):.3f})" if points else "–"
    return f"{report.microseconds(best[0])} ({'; '.join(part for part in (f'{best[1]:.3f}', best[2]) if part)})"


def newel_bytes(statistics, mode):
    """What a search of Newel reads and what the index has without the other options, as text, in bytes per document.

    Postings have the refinements of 12-bit weights in them, forward files the numbers of real scores and the head lists: what
    a mode does not need is not counted, as if the index had been built without it.
    """
    kinds, documents = statistics["bytesByKind"], statistics["documentCount"]
    fine, real, heads = (statistics.get(name) or 0 for name in ("fineWeightBytes", "floatWeightBytes", "headListBytes"))
    postings, vectors = kinds.get("postings", 0) - fine, kinds.get("forward", 0) - real - heads
    others = statistics["byteCount"] - kinds.get("postings", 0) - kinds.get("forward", 0)
    if mode == f"newel {report.FINE}":
        postings += fine
    if mode == f"newel {report.FLOAT}":
        vectors += real
    if mode == "newel head lists":
        vectors += heads
    # Integer and 12-bit scores come from the postings file alone.
    read = postings + (vectors if mode in (f"newel {report.FLOAT}", "newel head lists") else 0)
    return [f"{read / documents:.0f}", f"{(postings + vectors + others) / documents:.0f}"]


def section(newel, peers):
    """The part of the report, as paragraphs; none when no peer's settings were tried."""
    swept = [(peer, peer_points(peer)) for peer in peers if peer.get("sweep")]
    if not swept:
        return []
    own = newel_points(newel)
    columns = sorted({column for _, points in swept for column in points}, key=lambda c: (list(newel["sets"]).index(c[0]), c[1]))
    documents = newel["statistics"]["documentCount"]
    rows = []
    for level in LEVELS:
        for mode, points in own.items():
            rows.append([f"recall ≥ {level}: {mode}", *newel_bytes(newel["statistics"], mode)] + [text_of(points.get(c, []), level) for c in columns])
        for peer, points in swept:
            rows.append([f"recall ≥ {level}: {peer['name']}", *[f"{peer['bytes'] / documents:.0f}"] * 2] + [
                text_of(points.get(c, []), level) for c in columns])
        rows.append([f"**recall ≥ {level}: fastest peer / fastest Newel**", "", ""] + [
            ratio(own, [points for _, points in swept], c, level) for c in columns])
    return ["Approximate search: the fastest setting that reaches the recall, p50 (recall; setting). Newel's exact search "
            "counts where its rounded weights reach it.\n\nBytes per document: what the search reads, and the whole index. Newel's search "
            "by integers or 12-bit weights reads the postings file alone (a filter that leaves few documents reads their vectors "
            "too); the whole has vectors, which explanations, merges and small filters need, keys, metadata and the catalog, "
            "and of the options just the one of the row. A peer's index counts as a whole in both columns.",
            report.table(["", "bytes read", "bytes in all"] + [f"{name} k={k}" for name, k in columns], rows)]


def ratio(own, peers, column, level):
    times = [[best[0] for points in engines if (best := fastest(points.get(column, []), level))]
             for engines in (list(own.values()), peers)]
    if not times[0]:
        return "Newel does not reach it"
    return f"**{min(times[1]) / min(times[0]):.2f}×**" if times[1] else "no peer reaches it"
