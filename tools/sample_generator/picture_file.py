"""Palette PNG files, written and read with zlib alone (PNG specification, third edition: chunks, filters, PLTE)."""

import struct
import zlib

import numpy as np

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MOST_COLOURS = 64


def reduce_colours(pixels, most=_MOST_COLOURS):
    """(rows, columns, 3) bytes -> (index per pixel, palette). Integer arithmetic only, so the same everywhere."""
    packed = (pixels[..., 0].astype(np.int64) << 16) | (pixels[..., 1].astype(np.int64) << 8) | pixels[..., 2]
    colours, index, counts = np.unique(packed.ravel(), return_inverse=True, return_counts=True)
    index = index.reshape(packed.shape)
    palette = np.stack([colours >> 16, (colours >> 8) & 255, colours & 255], axis=1)
    if len(colours) > most:
        # The commonest colours first, then whichever colour would be most badly missed.
        order = np.lexsort((colours, -counts))
        chosen = list(order[: most // 2])
        away = np.min(_differences(palette, palette[chosen]), axis=1)
        while len(chosen) < most:
            missed = int(np.argmax(away * counts))
            if away[missed] == 0:
                break
            chosen.append(missed)
            away = np.minimum(away, _differences(palette, palette[[missed]])[:, 0])
        nearest = np.argmin(_differences(palette, palette[chosen]), axis=1)
        index = nearest[index]
        palette = palette[chosen]
    used, index_flat = np.unique(index.ravel(), return_inverse=True)
    palette = palette[used]
    # Sorting by brightness keeps neighbouring shades neighbours; it costs nothing.
    brightness = palette @ np.array([3, 6, 1])
    order = np.lexsort((np.arange(len(palette)), brightness))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[index_flat].reshape(packed.shape).astype(np.uint8), palette[order].astype(np.uint8)


def _differences(a, b):
    d = a[:, None, :].astype(np.int64) - b[None, :, :]
    return 3 * d[..., 0] ** 2 + 6 * d[..., 1] ** 2 + 2 * d[..., 2] ** 2


def encode(index, palette):
    """A PNG file with one byte (or half a byte up to 16 colours) per pixel."""
    rows, columns = index.shape
    depth = 4 if len(palette) <= 16 else 8
    body = index
    if depth == 4:
        if columns % 2:
            body = np.pad(body, ((0, 0), (0, 1)))
        body = (body[:, 0::2] << 4) | body[:, 1::2]
    raw = np.zeros((rows, body.shape[1] + 1), dtype=np.uint8)
    raw[:, 1:] = body
    plain = raw.tobytes()
    raw[1:, 0] = 2
    raw[1:, 1:] = body[1:] - body[:-1]
    streams = []
    for data in (plain, raw.tobytes()):
        for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED):
            packer = zlib.compressobj(9, zlib.DEFLATED, 15, 9, strategy)
            streams.append(packer.compress(data) + packer.flush())
    shortest = min(streams, key=len)
    header = struct.pack(">IIBBBBB", columns, rows, depth, 3, 0, 0, 0)
    return b"".join(
        [_SIGNATURE, _chunk(b"IHDR", header), _chunk(b"PLTE", palette.tobytes()), _chunk(b"IDAT", shortest),
         _chunk(b"IEND", b"")]
    )


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def decode(data):
    """Pixels (rows, columns, 3) of a palette PNG with 4 or 8 bits a pixel, not interlaced. Raises ValueError."""
    if data[:8] != _SIGNATURE:
        raise ValueError("not a PNG file")
    at, stream, palette, header = 8, b"", None, None
    while at + 12 <= len(data):
        size = struct.unpack(">I", data[at : at + 4])[0]
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        at += 12 + size
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"PLTE":
            palette = np.frombuffer(body, dtype=np.uint8).reshape(-1, 3)
        elif kind == b"IDAT":
            stream += body
    if header is None or palette is None or header[3] != 3 or header[2] not in (4, 8) or header[6] != 0:
        raise ValueError("only palette PNG with 4 or 8 bits a pixel is read here")
    columns, rows, depth = header[:3]
    width = (columns * depth + 7) // 8
    lines = np.frombuffer(zlib.decompress(stream), dtype=np.uint8).reshape(rows, width + 1)
    bytes_ = np.empty((rows, width), dtype=np.uint8)
    for row in range(rows):
        kind = lines[row, 0]
        if kind == 0:
            bytes_[row] = lines[row, 1:]
        elif kind == 2:
            bytes_[row] = lines[row, 1:] + (bytes_[row - 1] if row else 0)
        else:
            raise ValueError(f"PNG filter {kind} is not read here")
    if depth == 4:
        bytes_ = np.stack([bytes_ >> 4, bytes_ & 15], axis=2).reshape(rows, -1)[:, :columns]
    return palette[bytes_]
