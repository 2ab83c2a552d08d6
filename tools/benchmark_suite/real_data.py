"""Workloads of real vectors, from the evaluation data in NEWEL_DATA: SPLADE vectors, captions as bags of words, and the tokens
that a head gives to catalogue pictures."""
import gzip
import json
import math
import os
import random
import re
import subprocess
import tempfile
from collections import Counter

import numpy as np

from .console import BenchmarkError, say
from .formats import Csr, write_csr, write_truth
from .truth import ground_truth, invert

CAPTION_QUERIES = 500
SEED = 2024


def csr_of(vectors, numbers):
    """Rows of {token: weight} with columns by `numbers`; tokens without a number are left out."""
    starts, columns, weights = [0], [], []
    for vector in vectors:
        row = sorted((numbers[token], weight) for token, weight in vector.items() if token in numbers)
        columns += [column for column, _ in row]
        weights += [weight for _, weight in row]
        starts.append(len(columns))
    return Csr(np.array(starts, np.int64), np.array(columns, np.int32), np.array(weights, np.float32), len(numbers))


def write(folder, documents, sets):
    """Writes a workload: documents and query sets as lists of {token: weight}."""
    os.makedirs(folder, exist_ok=True)
    numbers = {token: number for number, token in enumerate(sorted({token for vector in documents for token in vector}))}
    csr = csr_of(documents, numbers)
    lists = invert(csr)
    for name, queries in sets.items():
        asked = csr_of(queries, numbers)
        write_truth(os.path.join(folder, f"q_{name}.gt"), *ground_truth(lists, len(documents), asked))
        write_csr(os.path.join(folder, f"q_{name}.csr"), asked)
    write_csr(os.path.join(folder, "docs.csr"), csr)
    return folder


def vectors_of(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [{token: weight for token, weight in json.loads(line)["vector"].items() if weight > 0} for line in file]


def splade(source, folder, newel):
    """SPLADE-v3 vectors of MS MARCO queries: about 12,000 of them as documents, 1,800 others as queries."""
    return write(folder, vectors_of(os.path.join(source, "splade", "documents.splade-v3.jsonl.gz")),
                 {"splade": vectors_of(os.path.join(source, "splade", "queries.splade-v3.jsonl.gz"))})


def captions(source, folder, newel):
    """Captions of photos as bags of words: BM25 weights (k1 0.9, b 0.4) in documents, inverse document frequencies in queries.

    500 captions are kept out as queries, whole (`caption`) and as three of their words (`keyword`).
    """
    with gzip.open(os.path.join(source, "captions", "captions.tsv.gz"), "rt", encoding="utf-8") as file:
        bags = [Counter(re.findall(r"[a-z0-9]+", line.rstrip("\n").split("\t", 1)[1].lower())) for line in file]
    chance = random.Random(SEED)
    chance.shuffle(bags)
    asked, bags = bags[:CAPTION_QUERIES], bags[CAPTION_QUERIES:]
    frequency = Counter(word for bag in bags for word in bag)
    mean = sum(sum(bag.values()) for bag in bags) / len(bags)

    def idf(word):
        return math.log1p((len(bags) - frequency[word] + 0.5) / (frequency[word] + 0.5))

    def weighted(bag):
        length = sum(bag.values())
        return {word: count * 1.9 / (count + 0.9 * (0.6 + 0.4 * length / mean)) for word, count in bag.items()}

    whole = [{word: idf(word) for word in bag if frequency[word]} for bag in asked]
    # Words somebody would type: not those that stand in every tenth caption.
    content = [sorted(word for word in query if frequency[word] < len(bags) / 10) for query in whole]
    three = [{word: query[word] for word in chance.sample(words, min(3, len(words)))}
             for query, words in zip(whole, content) if words]
    return write(folder, [weighted(bag) for bag in bags], {"keyword": three, "caption": whole})


def run(command):
    """Runs a Newel command and returns its standard output."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise BenchmarkError(f"--real: newel failed with exit status {done.returncode}: {' '.join(command)}")
    return done.stdout


def pictures(source, folder, newel):
    """40,000 catalogue pictures, 64 tokens each from a ridge head that learned from most of them and their titles.

    Queries are the titles of the pictures that were kept out (`title`), each word with weight 1.
    """
    dump = os.path.join(source, PICTURES)
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        head, index = os.path.join(work, "head"), os.path.join(work, "index")
        run([newel, "train", "--images", dump, "--metadata", dump, "--where", "split=train", "--output", head, "--quiet"])
        run([newel, "build", index, "--images", dump, "--metadata", dump, "--head", head, "--no-dense-rows", "--quiet"])
        listed = run([newel, "inspect", index, "--all", "--limit", "1000", "--json"]).splitlines()
    documents = [{entry["token"]: entry["weight"] for entry in json.loads(line)["tokens"]} for line in listed]
    known = {token for vector in documents for token in vector}
    titles = []
    for name in sorted(os.listdir(os.path.join(dump, "metadata"))):
        with open(os.path.join(dump, "metadata", name), encoding="utf-8") as file:
            titles += [row["caption"] for row in map(json.loads, file) if row.get("split") == "val"]
    bags = [set(re.findall(r"[a-z0-9]+", title.lower())) & known for title in titles]
    return write(folder, documents, {"title": [dict.fromkeys(sorted(bag), 1.0) for bag in bags if bag][:CAPTION_QUERIES]})


PICTURES = "fashion44k"
SOURCES = {
    "splade": (splade, "splade/documents.splade-v3.jsonl.gz"), "captions": (captions, "captions/captions.tsv.gz"),
    "pictures": (pictures, PICTURES)}


def prepare(data, newel):
    """Makes the real workloads that are not there, with this Newel command where one is needed; returns their folders."""
    source = os.environ.get("NEWEL_DATA")
    if not source:
        raise BenchmarkError("--real needs the evaluation data: set NEWEL_DATA to its folder")
    folders = []
    for name, (make, needed) in SOURCES.items():
        if not os.path.exists(os.path.join(source, needed)):
            raise BenchmarkError(f"--real: there is no {os.path.join(source, needed)}; is NEWEL_DATA right?")
        folder = os.path.join(data, name)
        if not os.path.exists(os.path.join(folder, "docs.csr")):
            say(f"preparing the real vectors: {name}")
            make(source, folder, newel)
        folders.append(folder)
    return folders
