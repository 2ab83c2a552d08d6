"""A catalogue: 1,024 numbers a picture by one encoder, 384 a title by another that never met it."""
import os

from .report import FIT, markdown, percent, seconds
from .runner import mean, recall, times

TRAINED = ("contrastive", "gmlp")
LINES = [
    ("Procrustes, texts → pictures", ["--method", "procrustes"]),
    ("ridge, texts → pictures", ["--method", "ridge", "--from", "texts"]),
    ("ridge, pictures → texts", ["--method", "ridge", "--from", "images"]),
    ("ridge both ways", ["--method", "ridge-both"]),
    ("whitened rotation", ["--method", "whitened"]),
    ("regularised CCA", ["--method", "cca"]),
    ("ASIF, 800 of 39,072 anchors", ["--method", "asif"]),
    ("contrastive, linear", ["--method", "contrastive"]),
    ("gMLP", ["--method", "gmlp"]),
]
WITH_WORDS = [
    ("ridge from captions", ["--method", "ridge"], False),
    ("contrastive from captions", ["--method", "contrastive"], False),
    ("contrastive, titles' rows and captions", ["--method", "contrastive"], True),
]
# A prototype in NumPy on the same rows, in whole percent: title → picture, picture → title.
REFERENCE = {
    "Procrustes, texts → pictures": "21/48/62 · 16/43/58", "ridge, pictures → texts": "27/59/72 · 20/48/64",
    "regularised CCA": "32/68/81 · 29/63/78", "contrastive, linear": "41/77/88 · 41/77/88",
}


def measure(newel, data, work):
    dump = os.path.join(data, "fashion44k")
    lines = []
    for name, options in newel.chosen(LINES):
        report = newel.align(dump, [*options, "--no-words"])
        found = report["validation"]
        lines.append({"name": name, "method": options[1], "reference": REFERENCE.get(name), "seconds": times(report),
                      "textToImage": recall(found["textToImage"]), "imageToText": recall(found["imageToText"])})
        if options[1] in TRAINED:
            lines.append({"name": name + ", local scaling", "method": options[1], "seconds": None, **scaled(newel, dump)})
    words = []
    for name, options, texts in WITH_WORDS:
        if newel.methods is None or options[1] in newel.methods:
            report = newel.align(dump, options, texts=texts)
            found = report["validation"]
            words.append({"name": name, "seconds": times(report), "words": report["words"], **{
                key: recall(found.get(key)) for key in ("wordsToImage", "imageToWords", "textToImage", "imageToText")}})
    return {"lines": lines, "words": words}


def scaled(newel, dump):
    """The same map with local scaling by the training rows."""
    system = next(system for system in newel.evaluate(dump, "--where", "split=val", "--pool-where", "split=train")["systems"]
                  if system["localScaling"])
    return {"textToImage": recall(system["toImage"]["direction"]), "imageToText": recall(system["fromImage"]["direction"])}


def table(result):
    lines = [[line["name"], percent(line["textToImage"]), percent(line["imageToText"]), line.get("reference") or "–",
              seconds(line["seconds"])] for line in result["lines"]]
    text = markdown(
        ["1,000 pictures and titles", "title → picture R@1/5/10", "picture → title", "NumPy reference, both", FIT], lines)
    text += lead(result["lines"])
    if result["words"]:
        text += markdown(
            ["the same, captions typed", "words → picture R@1/5/10", "picture → words", "title → picture", "picture → title", FIT],
            [[line["name"]] + [percent(line[key]) for key in ("wordsToImage", "imageToWords", "textToImage", "imageToText")]
             + [seconds(line["seconds"])] for line in result["words"]])
    return text


def lead(lines):
    """By how much trained adapters find more than the best closed form of each column."""
    unscaled = [line for line in lines if line["seconds"] is not None]
    closed = [line["textToImage"] + line["imageToText"] for line in unscaled if line["method"] not in TRAINED]
    trained = [line for line in unscaled if line["method"] in TRAINED]
    if not closed or not trained:
        return []
    best = [max(column) for column in zip(*closed)]
    text = []
    for line in trained:
        gains = [100 * (own - other) for own, other in zip(line["textToImage"] + line["imageToText"], best)]
        figures = "/".join(f"{gain:+.1f}" for gain in gains[:3]) + " · " + "/".join(f"{gain:+.1f}" for gain in gains[3:])
        text.append(f"- {line['name']} minus the best closed form of each column: {figures}, mean {mean([[g] for g in gains])[0]:+.1f}")
    return ["", *text]
