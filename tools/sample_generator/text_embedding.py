"""Text embeddings: 128 numbers of unit length from hashed words, word pairs and letter triples.

Each n-gram is hashed (FNV-1a, 64 bit) and the hash seeds 128 random signs; a text is the weighted sum of its n-grams'
signs (words 1, pairs of neighbouring words 0.5, letter triples within words 0.25), divided by its length.
"""

import re

import numpy as np

from .draw import Draw

DIMENSION = 128


def embed(texts):
    known = {}
    rows = np.empty((len(texts), DIMENSION))
    for k, text in enumerate(texts):
        row = np.zeros(DIMENSION)
        for gram, weight in _grams(text):
            if gram not in known:
                known[gram] = _signs(gram)
            row = row + weight * known[gram]
        size = np.sqrt((row * row).sum())
        rows[k] = row / size if size > 0 else row
    return rows.astype(np.float32)


def _grams(text):
    words = re.findall(r"[a-z0-9]+", text.lower())
    for word in words:
        yield "w " + word, 1.0
        marked = f"<{word}>"
        for at in range(len(marked) - 2):
            yield "c " + marked[at : at + 3], 0.25
    for first, second in zip(words, words[1:]):
        yield f"p {first} {second}", 0.5


def _signs(gram):
    value = 0xCBF29CE484222325
    for byte in gram.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    draw = Draw(value)
    bits = (draw.bits() << 64) | draw.bits()
    return np.array([1.0 if (bits >> k) & 1 else -1.0 for k in range(DIMENSION)])
