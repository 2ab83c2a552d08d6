"""Turns the evaluation data into dumps that newel reads."""
import json
import os
import re
import struct

from .runner import Failure


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Failure(f"'{path}' cannot be read ({error.strerror}); NEWEL_DATA must name the folder of the data.")


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def write_records(dump, part, records):
    text = "".join(json.dumps(record) + "\n" for record in records)
    write(os.path.join(dump, "metadata", f"metadata_{part}.jsonl"), text.encode())


def flat(content):
    """The same .npy numbers as a matrix whose columns are the last dimension."""
    descriptor, shape, start = header(content)
    rows = 1
    for size in shape[:-1]:
        rows *= size
    text = f"{{'descr': '{descriptor}', 'fortran_order': False, 'shape': ({rows}, {shape[-1]}), }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode("latin1") + content[start:]


def integers(content):
    """The numbers of a .npy file of whole numbers."""
    descriptor, shape, start = header(content)
    code = {"<i4": "i", "<i8": "q"}.get(descriptor)
    if code is None or len(shape) != 1:
        raise Failure(f"Labels are whole numbers, and these are {descriptor} of shape {shape}.")
    return struct.unpack(f"<{shape[0]}{code}", content[start:start + shape[0] * struct.calcsize("=" + code)])


def header(content):
    """Type, shape and begin of the numbers of a .npy file."""
    if content[:6] != b"\x93NUMPY":
        raise Failure("A file of the data is no .npy file.")
    length, = struct.unpack("<H", content[8:10])
    text = content[10:10 + length].decode("latin1")
    descriptor = re.search(r"'descr': '([^']*)'", text).group(1)
    shape = [int(part) for part in re.search(r"'shape': \(([^)]*)\)", text).group(1).split(",") if part.strip()]
    return descriptor, shape, 10 + length


def seen(split):
    """The five classes of 1 to 10 that a split fits: a window that moves on by two."""
    return {(2 * split + place) % 10 + 1 for place in range(5)}


def wikipedia(data, work):
    """The labelled pairs as a dump with the fields split, class, and group0 to group4 (seen or unseen)."""
    source, dump = os.path.join(data, "wikipedia"), os.path.join(work, "wikipedia")
    for part, split in enumerate(("train", "test")):
        for kind, folder in (("image", "img_emb"), ("text", "text_emb")):
            write(os.path.join(dump, folder, f"{folder}_{part}.npy"), read(os.path.join(source, f"{kind}_{split}.npy")))
        records = []
        for row, label in enumerate(integers(read(os.path.join(source, f"label_{split}.npy")))):
            groups = {f"group{number}": "seen" if label in seen(number) else "unseen" for number in range(5)}
            records.append({"id": f"{split}{row}", "split": split, "class": str(label), **groups})
        write_records(dump, part, records)
    return dump
