"""Classes that were fitted and classes that were not: five of ten each, five splits."""
import random

from .dumps import integers, read, seen, wikipedia as make_dump
from .report import markdown, precision
from .runner import mean
from .wikipedia import BOTH, STANDARD

LINES = [
    ("Procrustes, texts → pictures", ["--method", "procrustes", *BOTH]),
    ("ridge, pictures → texts", ["--method", "ridge", "--from", "images", "--penalty", "1000", *STANDARD]),
    ("CCA, 9 directions, weighted",
     ["--method", "cca", "--regularisation", "0.01", "--rank", "9", "--weight-power", "1", *STANDARD]),
    ("SM", ["--method", "sm", "--strength", "0.1", *STANDARD]),
    ("DRCL", ["--method", "drcl"]),
    ("MASLN-style", ["--method", "masln"]),
    ("MASLN-style, no adversary", ["--method", "masln", "--adversarial-weight", "0"]),
]
# Deep features, the same protocol, training rows to find: tables of JFSE (Xu and others, TPAMI); seen, unseen.
PUBLISHED = [
    ("CCA", None, (.238, .236)), ("ACMR", (.674, .863), (.276, .262)), ("MASLN", (.678, .872), (.284, .264)),
    ("DSCMR", (.697, .902), (.312, .280)), ("JFSE", (.708, .906), (.343, .314)),
]
PLACES = [(group, gallery) for group in ("seen", "unseen") for gallery in ("train", "test")]


def measure(newel, data, work):
    dump = make_dump(data, work)
    lines = [{"name": "chance", **chance(data)}]
    for name, options in newel.chosen(LINES):
        runs = {place: [] for place in PLACES}
        for split in range(5):
            newel.align(dump, [*options, "--no-words", "--label-field", "class"],
                        where=("split=train", f"group{split}=seen"), validate="split=test")
            for group, gallery in PLACES:
                rows = ["--where", "split=test", "--where", f"group{split}={group}", "--label-field", "class"]
                if gallery == "train":
                    rows += ["--gallery-where", "split=train", "--gallery-where", f"group{split}={group}"]
                system = newel.evaluate(dump, *rows)["systems"][0]
                runs[group, gallery].append([system[key]["classes"]["all"] for key in ("fromImage", "toImage")])
        lines.append({"name": name, **{f"{group} {gallery}": mean(runs[group, gallery]) for group, gallery in PLACES}})
    return lines


def chance(data):
    """What an order at random gives, the same for both kinds of queries."""
    labels = {split: integers(read(f"{data}/wikipedia/label_{split}.npy")) for split in ("train", "test")}
    dice, found = random.Random(1), {}
    for group, gallery in PLACES:
        sums = []
        for split in range(5):
            classes = seen(split) if group == "seen" else set(range(1, 11)) - seen(split)
            items = [label for label in labels[gallery] if label in classes]
            for query in (label for label in labels["test"] if label in classes):
                dice.shuffle(items)
                hits, precisions = 0, 0
                for rank, item in enumerate(items, 1):
                    if item == query:
                        hits += 1
                        precisions += hits / rank
                sums.append(precisions / hits)
        found[f"{group} {gallery}"] = [sum(sums) / len(sums)] * 2
    return found


def table(lines):
    keys = [f"{group} {gallery}" for group, gallery in PLACES]
    ours = [[line["name"], "ours"] + [precision(line[key]) for key in keys] for line in lines]
    theirs = [[name, "published, deep features", precision(seen_), "–", precision(unseen), "–"]
              for name, seen_, unseen in PUBLISHED]
    return markdown(["mAP@all picture / text queries / mean", "", "seen classes, training rows to find", "seen, test rows",
                     "unseen, training rows", "unseen, test rows"], ours + theirs)
