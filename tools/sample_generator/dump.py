"""Writes the sample as a clip-retrieval dump: pictures, embedding shards, metadata shards, a README."""

import json
import os
import shutil

import numpy as np

from . import captions, picture_embedding, picture_file, render, scenes, text_embedding
from .draw import Draw

# Shares of the rows per shard: unequal on purpose, as real dumps are.
_SHARDS = [0.325, 0.2375, 0.275, 0.1625]


def shard_sizes(count):
    sizes = [int(count * share) for share in _SHARDS]
    sizes[0] += count - sum(sizes)
    return sizes


def records(count, seed):
    """The metadata of every scene and the scenes themselves, in order."""
    for number in range(count):
        scene = scenes.make(number, seed)
        said = captions.write(scene)
        content = scenes.content(scene)
        yield scene, {
            "id": f"scene-{number:06d}",
            "image_path": f"images/{number:06d}.png",
            "caption": said[0],
            "captions": said,
            "split": "val" if Draw(scene.seed ^ 0x5B117).chance(0.2) else "train",
            "content": content,
            "content_words": scenes.content_words(content),
        }


def write(folder, count, seed, progress=lambda done: None):
    """Makes `folder`, which must not exist. Nothing is left there when anything fails."""
    os.makedirs(folder)
    try:
        _write(folder, count, seed, progress)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _write(folder, count, seed, progress):
    for name in ("images", "img_emb", "text_emb", "metadata"):
        os.mkdir(os.path.join(folder, name))
    lines = []
    for number, (scene, record) in enumerate(records(count, seed)):
        index, palette = picture_file.reduce_colours(render.picture(scene))
        with open(os.path.join(folder, record["image_path"]), "xb") as file:
            file.write(picture_file.encode(index, palette))
        lines.append(record)
        progress(number + 1)
    pictures = read_pictures(folder, [record["image_path"] for record in lines])
    image_rows = picture_embedding.embed(pictures).astype("<f2")
    text_rows = text_embedding.embed([record["caption"] for record in lines]).astype("<f2")
    start = 0
    for shard, size in enumerate(shard_sizes(count)):
        rows = slice(start, start + size)
        np.save(os.path.join(folder, "img_emb", f"img_emb_{shard}.npy"), image_rows[rows])
        np.save(os.path.join(folder, "text_emb", f"text_emb_{shard}.npy"), text_rows[rows])
        with open(os.path.join(folder, "metadata", f"metadata_{shard}.jsonl"), "x", encoding="utf-8") as file:
            for record in lines[rows]:
                file.write(json.dumps(record, separators=(",", ":")) + "\n")
        start += size
    with open(os.path.join(folder, "README.md"), "x", encoding="utf-8") as file:
        file.write(_README.format(count=count, seed=seed, sizes=", ".join(map(str, shard_sizes(count))),
                                  dimension=picture_embedding.DIMENSION, text=text_embedding.DIMENSION))


def read_pictures(folder, paths):
    """Pixels of the files as they are on disk: (count, rows, columns, 3) bytes."""
    pictures = []
    for path in paths:
        with open(os.path.join(folder, path), "rb") as file:
            pictures.append(picture_file.decode(file.read()))
    return np.stack(pictures)


_README = """# The sample

{count} rendered pictures of 128 x 128 with known content, captions and embeddings, in the layout of a clip-retrieval
dump. Everything here was made by `tools/make-sample --seed {seed} --count {count}`: nothing was downloaded, drawn by
hand or taken from anyone. Do not edit by hand; change the generator and run it again.

**Licence**: CC0 1.0 (public domain) for pictures, captions, metadata and embeddings; if that is not possible where
you live, Apache-2.0 like the rest of the project.

| path | content |
|---|---|
| `images/000000.png` ... | palette PNG, at most 64 colours |
| `img_emb/img_emb_0.npy` ... `_3` | float16, {dimension} columns, rows of length 1; {sizes} rows |
| `text_emb/text_emb_0.npy` ... `_3` | float16, {text} columns, rows of length 1: the first caption of each picture |
| `metadata/metadata_0.jsonl` ... `_3` | one object a line; line i belongs to row i of the `.npy` with the same number |

## Metadata

- `id`: the key, `scene-000123`; `image_path`: relative to this folder;
- `caption`: the main caption; `captions`: two or three of them, the main one first. Captions leave things out but
  say nothing untrue;
- `split`: `train` or `val` (about one in five), by chance;
- `content`: the truth the picture was drawn from. `objects` lists one or two groups with `object` (22 kinds),
  `colour` (12), `pattern` (7), `size` (small, medium, large), `position` (left, right, top, bottom, centre) and
  `count` (1-4); `background` is one of 11, with `background_colours` for plain and gradient ones;
- `content_words`: every single word that is true of the scene: canonical words and their synonyms. A token of a
  picture is right exactly when it is one of these; words such as "picture" or "drawing" are not.

## How the embeddings are made

**Pictures** (`tools/sample_generator/picture_embedding.py`), from the pixels of the files, never from captions or
metadata: soft histograms of 44 fixed OKLab colours (whole picture, middle, quarters); gradient orientations in cells,
compared with window prototypes of five sizes, the best match anywhere in the picture being a feature. Prototypes are
windows cut from the pictures by a seeded draw. Features are centred and scaled over the pictures, turned by random
signs and a Walsh-Hadamard transform, and brought to length 1. No network was trained.

**Texts** (`tools/sample_generator/text_embedding.py`): words, word pairs and letter triples, each hashed to random
signs, summed and brought to length 1. The two spaces are *not* aligned: finding pictures by words is learnt.

The same seed gives the same pixels, captions and metadata everywhere; embeddings agree within 0.001.
"""
