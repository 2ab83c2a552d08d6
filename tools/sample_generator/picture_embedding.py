"""Picture embeddings from pixels alone: 512 numbers of unit length. Nothing here can see captions or metadata.

1. Colour (OKLab, B. Ottosson 2020): every pixel is shared softly among 44 fixed colours; square roots of the shares
   over the whole picture (44), its middle (20 merged colours) and its quarters (4 x 20).
2. Shape: gradient orientations in 4 x 4 pixel cells (8 unsigned directions, Dalal and Triggs 2005). Windows of five
   sizes are compared (cosine) with fixed prototypes; the best match anywhere in the picture is one feature (max
   pooling over places, Serre et al. 2007: 336). For the smallest windows the mean match is kept as well (32).
   Prototypes are windows cut, by a seeded draw, out of the pictures themselves: pixels, never labels.
3. Each feature minus its mean over the pictures, divided by its spread; then a fixed rotation (random signs and a
   Walsh-Hadamard transform), so that as in a network's embedding no single number means something; then length 1.
"""

import numpy as np

from .draw import Draw

DIMENSION = 512
_CHUNK = 40
# (name, cells averaged to this many pixels, window in cells, prototypes, whether the mean is kept too)
_WINDOWS = [
    ("texture", 4, 4, 56, 32),
    ("small things", 4, 8, 120, 0),
    ("medium things", 4, 10, 56, 0),
    ("large parts", 8, 7, 64, 0),
    ("large things", 8, 10, 40, 0),
]
_DIRECTIONS = 8


def embed(pictures, seed=2):
    """(count, 128, 128, 3) bytes -> (count, 512) float32 rows of length 1."""
    count = len(pictures)
    cells = np.empty((count, 32, 32, _DIRECTIONS), dtype=np.float32)
    colour = []
    for start in range(0, count, _CHUNK):
        lab = _oklab(pictures[start : start + _CHUNK])
        colour.append(_colour_features(lab))
        cells[start : start + _CHUNK] = _orientations(lab)
    coarse = cells.reshape(count, 16, 2, 16, 2, _DIRECTIONS).mean(axis=(2, 4))
    shape = [_matches(cells if size == 4 else coarse, window, prototypes, means, Draw(seed * 1000 + k))
             for k, (_, size, window, prototypes, means) in enumerate(_WINDOWS)]
    features = np.concatenate([np.concatenate(colour)] + shape, axis=1)
    assert features.shape[1] == DIMENSION, features.shape
    spread = features.std(axis=0)
    features = (features - features.mean(axis=0)) / np.maximum(spread, 0.05 * spread.max())
    features = _rotate(np.clip(features, -4, 4), Draw(seed))
    return features / np.linalg.norm(features, axis=1, keepdims=True)


def _oklab(pictures):
    s = np.arange(256) / 255
    linear = np.where(s > 0.04045, ((s + 0.055) / 1.055) ** 2.4, s / 12.92).astype(np.float32)[pictures]
    to_cones = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005]]
    to_lab = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
              [0.0259040371, 0.7827717662, -0.8086757660]]
    cones = np.cbrt(linear @ np.array(to_cones, dtype=np.float32).T)
    return cones @ np.array(to_lab, dtype=np.float32).T


def _reference_colours():
    """Eight greys; then twelve hues: pale, strong and dark. And which of 20 merged colours each belongs to."""
    points = [(light, 0.0, 0.0) for light in (0.2, 0.33, 0.46, 0.58, 0.7, 0.8, 0.9, 0.99)]
    merged = [0, 0, 1, 1, 2, 2, 3, 3]
    for light, chroma, base in ((0.9, 0.06, 4), (0.68, 0.16, 8), (0.45, 0.12, 14)):
        groups = {4: 4, 8: 6, 14: 6}[base]
        for hue in range(12):
            angle = np.radians(30 * hue + 15)
            points.append((light, chroma * np.cos(angle), chroma * np.sin(angle)))
            merged.append(base + hue * groups // 12)
    return np.array(points, dtype=np.float32), np.eye(20, dtype=np.float32)[merged]


def _colour_features(lab):
    points, merge = _reference_colours()
    seen = lab[:, ::2, ::2].reshape(-1, 3)
    apart = (seen * seen).sum(axis=1, keepdims=True) - 2 * seen @ points.T + (points * points).sum(axis=1)
    shares = np.exp(apart * (-0.5 / 0.05**2))
    shares /= shares.sum(axis=1, keepdims=True) + 1e-9
    blocks = shares.reshape(len(lab), 4, 16, 4, 16, len(points)).mean(axis=(2, 4))
    whole = blocks.mean(axis=(1, 2))
    few = blocks @ merge
    middle = few[:, 1:3, 1:3].mean(axis=(1, 2))
    quarters = few.reshape(len(lab), 2, 2, 2, 2, 20).mean(axis=(2, 4)).reshape(len(lab), -1)
    return np.sqrt(np.concatenate([whole, middle, quarters], axis=1))


def _orientations(lab):
    """Square roots of gradient energy per cell and direction; of L, a and b the steepest counts."""
    across, down = np.zeros_like(lab), np.zeros_like(lab)
    across[:, :, 1:-1] = lab[:, :, 2:] - lab[:, :, :-2]
    down[:, 1:-1] = lab[:, 2:] - lab[:, :-2]
    steepest = (across * across + down * down).argmax(axis=3)[..., None]
    gx = np.take_along_axis(across, steepest, axis=3)[..., 0]
    gy = np.take_along_axis(down, steepest, axis=3)[..., 0]
    strength = np.minimum(np.sqrt(gx * gx + gy * gy), 0.25)
    turn = (np.arctan2(gy, gx) / np.pi * _DIRECTIONS) % _DIRECTIONS
    cells = []
    for direction in range(_DIRECTIONS):
        apart = np.abs(turn - direction)
        apart = np.minimum(apart, _DIRECTIONS - apart)
        energy = strength * np.maximum(1 - apart, 0)
        cells.append(energy.reshape(len(lab), 32, 4, 32, 4).sum(axis=(2, 4)))
    return np.sqrt(np.stack(cells, axis=3))


def _matches(cells, window, prototypes, means, draw):
    views = np.lib.stride_tricks.sliding_window_view(cells, (window, window), axis=(1, 2))
    count, rows, columns = views.shape[:3]
    # Windows worth comparing with have edges in them: at least as much energy as the middle one of a few hundred.
    tried = [views[draw.below(count), draw.below(rows), draw.below(columns)].ravel() for _ in range(8 * prototypes)]
    energy = np.array([np.sqrt((w * w).sum()) for w in tried])
    typical = np.median(energy)
    kept = [w / e for w, e in zip(tried, energy) if e > 1.3 * typical][:prototypes]
    k = 0
    while len(kept) < prototypes:  # never seen: so few windows with edges
        kept.append(tried[k] / max(energy[k], 1e-6))
        k += 1
    filters = np.stack(kept).astype(np.float32)
    best = np.empty((count, prototypes + means), dtype=np.float32)
    for start in range(0, count, _CHUNK):
        flat = np.ascontiguousarray(views[start : start + _CHUNK]).reshape(-1, filters.shape[1])
        flat /= np.sqrt((flat * flat).sum(axis=1, keepdims=True)) + 0.5 * typical
        match = (flat @ filters.T).reshape(-1, rows * columns, prototypes)
        best[start : start + _CHUNK, :prototypes] = match.max(axis=1)
        best[start : start + _CHUNK, prototypes:] = np.maximum(match[..., :means] - 0.5, 0).mean(axis=1)
    return best


def _rotate(features, draw):
    """Random signs, then the orthonormal Walsh-Hadamard transform of each row."""
    width = features.shape[1]
    rotated = features * np.array([1.0 if draw.chance(0.5) else -1.0 for _ in range(width)], dtype=np.float32)
    step = 1
    while step < width:
        pairs = rotated.reshape(len(rotated), width // (2 * step), 2, step)
        rotated = np.stack([pairs[:, :, 0] + pairs[:, :, 1], pairs[:, :, 0] - pairs[:, :, 1]], axis=2)
        rotated = rotated.reshape(len(rotated), width)
        step *= 2
    return rotated / np.sqrt(np.float32(width))
