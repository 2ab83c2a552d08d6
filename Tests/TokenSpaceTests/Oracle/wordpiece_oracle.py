"""Writes what the PyPI package `tokenizers` makes of every text of a file, for WordPieceTests.

usage: wordpiece_oracle.py VOCABULARY TEXTS OUTPUT [LIMIT]

TEXTS holds one text per line; of tab-separated lines the last field is the text; a name ending in .gz is unpacked. A stride
is chosen so that at most LIMIT texts, spread over the file, are taken. OUTPUT has two lines per text: the text, then its
tokens separated by spaces.
"""
import gzip
import sys

from tokenizers import BertWordPieceTokenizer

vocabulary, texts, output = sys.argv[1:4]
limit = int(sys.argv[4]) if len(sys.argv) > 4 else 0
tokenizer = BertWordPieceTokenizer(
    vocabulary, clean_text=True, handle_chinese_chars=True, strip_accents=True, lowercase=True)
data = gzip.open(texts, "rb").read() if texts.endswith(".gz") else open(texts, "rb").read()
lines = [line.rpartition("\t")[2] for line in data.decode("utf-8").split("\n")]
if lines[-1] == "":
    lines.pop()
stride = -(-len(lines) // limit) if limit else 1
lines = lines[::stride]
with open(output, "w", encoding="utf-8", newline="\n") as file:
    for line, encoding in zip(lines, tokenizer.encode_batch(lines, add_special_tokens=False)):
        file.write(line + "\n" + " ".join(encoding.tokens) + "\n")
