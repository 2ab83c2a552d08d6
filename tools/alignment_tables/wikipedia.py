"""The classical labelled pairs: 128 numbers a picture, 10 topics a text, 10 classes."""
from .dumps import wikipedia as make_dump
from .report import FIT, markdown, precision, seconds
from .runner import mean, times

STANDARD = ["--preparation", "standardised"]
BOTH = ["--preparation", "standardised-unit-centred"]
LINES = [
    ("Procrustes, texts → pictures", ["--method", "procrustes", *BOTH]),
    ("ridge, texts → pictures", ["--method", "ridge", "--from", "texts", "--penalty", "10", *STANDARD]),
    ("ridge, pictures → texts", ["--method", "ridge", "--from", "images", "--penalty", "1000", *STANDARD]),
    ("CCA, 7 directions, unweighted",
     ["--method", "cca", "--regularisation", "0.01", "--rank", "7", "--weight-power", "0", *STANDARD]),
    ("CCA, 9 directions, weighted",
     ["--method", "cca", "--regularisation", "0.01", "--rank", "9", "--weight-power", "1", *STANDARD]),
    ("ASIF", ["--method", "asif", "--keep", "200", "--power", "8", "--preparation", "unit"]),
    ("ridge onto classes", ["--method", "class-ridge", "--penalty", "1000", *STANDARD]),
    ("SM", ["--method", "sm", "--strength", "0.1", *STANDARD]),
    ("SCM", ["--method", "scm", "--strength", "1", "--regularisation", "0.01", "--rank", "7", *STANDARD]),
    ("MASLN-style", ["--method", "masln"]),
    ("DRCL, orthogonal prior", ["--method", "drcl", "--prior", "orthogonal"]),
    ("DRCL", ["--method", "drcl"]),
]
SEEDS = {"masln": 3, "drcl": 3}
# mAP of picture and of text queries, as printed. Rasiwasia and others, ACM Multimedia 2010.
SAME_FEATURES = [("chance", .118, .118), ("CM", .249, .196), ("SM", .225, .223), ("SCM", .277, .226)]
# VGG-19 and Doc2Vec features, 462 test pairs: tables of SDML (Hu and others, SIGIR 2019) and the log of DRCL's released code.
DEEP_FEATURES = [
    ("MCCA", .202, .189), ("DCCA", .301, .286), ("ml-CCA", .388, .356), ("GSS-SL", .466, .413), ("ACMR", .479, .426),
    ("CCL", .504, .457), ("SDML", .522, .488), ("DRCL", .562, .538),
]


def measure(newel, data, work):
    dump = make_dump(data, work)
    lines = []
    for name, options in newel.chosen(LINES):
        seeds = SEEDS.get(options[1], 1)
        runs = []
        for seed in range(1, seeds + 1):
            report = newel.align(dump, [*options, "--no-words", "--label-field", "class", "--seed", str(seed)],
                                 validate="split=test")
            there, back = (report["validation"][key]["classes"] for key in ("imageToText", "textToImage"))
            runs.append([*times(report), there["all"], back["all"], there["atCutoff"], back["atCutoff"]])
        found = mean(runs)
        spread = max(sum(run[2:4]) / 2 for run in runs) - min(sum(run[2:4]) / 2 for run in runs)
        lines.append({"name": name, "seeds": seeds, "seconds": found[:2], "all": found[2:4], "at50": found[4:], "spread": spread})
    return lines


def table(lines):
    ours = []
    for line in lines:
        name = line["name"] + (f", {line['seeds']} seeds (means {line['spread']:.3f} apart)" if line["seeds"] > 1 else "")
        ours.append([name, "ours", precision(line["all"]), precision(line["at50"]), seconds(line["seconds"])])
    same = [[name, "published 2010", precision([image, text]), "–", "–"] for name, image, text in SAME_FEATURES]
    deep = [[name, precision([image, text])] for name, image, text in DEEP_FEATURES]
    return (markdown(["693 test pairs, all of the other side to find", "", "mAP@all picture / text queries / mean", "mAP@50", FIT],
                     ours + same)
            + markdown(["published, deep features, 462 test pairs", "mAP@all picture / text queries / mean"], deep))
