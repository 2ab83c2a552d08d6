"""A thousand photos with five captions each: few pairs."""
import os
import random
import zipfile

from .dumps import flat, write, write_records
from .report import FIT, markdown, percent, seconds
from .runner import Failure, mean, recall, times

LINES = [
    ("least squares, texts → pictures", ["--method", "least-squares", "--from", "texts"]),
    ("Procrustes, texts → pictures", ["--method", "procrustes"]),
    ("ridge, pictures → texts", ["--method", "ridge", "--from", "images", "--penalty", "10"]),
    ("ridge both ways", ["--method", "ridge-both", "--penalty", "10", "--text-penalty", "3"]),
    ("regularised CCA", ["--method", "cca", "--regularisation", "1", "--rank", "200"]),
    ("whitened rotation", ["--method", "whitened"]),
    ("ASIF, 200 anchors", ["--method", "asif", "--keep", "200", "--power", "1"]),
    ("contrastive, linear", ["--method", "contrastive"]),
    ("gMLP", ["--method", "gmlp"]),
]
# A prototype in NumPy, the mean of five other splits: caption → photo, photo → caption. Scaled by the density of the test's own
# queries, which is too good for real use.
REFERENCE = {
    "least squares, texts → pictures": "18.0/45.4/59.9 · 25.2/51.7/65.1",
    "Procrustes, texts → pictures": "19.1/46.0/60.2 · 20.7/45.5/59.8",
    "ridge, pictures → texts": "20.2/50.2/64.1 · 18.7/43.3/58.6",
    "ridge both ways, local scaling": "23.0/53.4/67.9 · 26.2/54.7/69.2 (scaled by the test itself)",
    "regularised CCA": "20.7/52.3/66.0 · 25.4/52.1/65.1",
}
SPLITS = 5


def measure(newel, data, work):
    dump = os.path.join(work, "flickr")
    try:
        with zipfile.ZipFile(os.path.join(data, "flickr8k_mini", "f8k_mini.npz")) as archive:
            images, texts = (flat(archive.read(name + ".npy")) for name in ("I", "T"))
    except OSError as error:
        raise Failure(f"'flickr8k_mini/f8k_mini.npz' cannot be read ({error.strerror}); NEWEL_DATA must name the data.")
    write(os.path.join(dump, "img_emb", "img_emb_0.npy"), images)
    write(os.path.join(dump, "text_emb", "text_emb_0.npy"), texts)
    runs = {}
    for seed in range(1, SPLITS + 1):
        order = list(range(1000))
        random.Random(seed).shuffle(order)
        held = set(order[800:])
        write_records(dump, 0, [{"id": row, "split": "val" if row in held else "train"} for row in range(1000)])
        for name, options in newel.chosen(LINES):
            report = newel.align(dump, [*options, "--no-words"])
            found = report["validation"]
            runs.setdefault(name, []).append(
                times(report) + recall(found["textToImage"]) + recall(found["imageToText"]))
            if options[1] == "ridge-both":
                system = newel.evaluate(dump, "--where", "split=val", "--pool-where", "split=train")["systems"][1]
                runs.setdefault(name + ", local scaling", []).append(
                    [0, 0] + recall(system["toImage"]["direction"]) + recall(system["fromImage"]["direction"]))
    means = {name: mean(lines) for name, lines in runs.items()}
    return [{"name": name, "seconds": found[:2] if found[0] else None, "textToImage": found[2:5], "imageToText": found[5:]}
            for name, found in means.items()]


def table(lines):
    return markdown(
        ["200 photos, 1,000 captions, mean of 5 splits", "caption → photo R@1/5/10", "photo → caption", "NumPy reference, both", FIT],
        [[line["name"], percent(line["textToImage"]), percent(line["imageToText"]), REFERENCE.get(line["name"], "–"),
          seconds(line["seconds"])] for line in lines])
