"""The places: each paints a whole picture (rows, columns, 3) of colour numbers 0...255, flat and calm, few shades."""

import numpy as np

from .colours import BACKDROPS, jitter, mix
from .geometry import coverage, wave

SIDE = 128


def grid():
    """x and y of the pixel centres in pixels."""
    line = np.arange(SIDE) + 0.5
    return np.broadcast_to(line[None, :], (SIDE, SIDE)), np.broadcast_to(line[:, None], (SIDE, SIDE))


def lay(canvas, colour, cover):
    """Paints `colour` where `cover` (0...1) says, in place."""
    c = cover[..., None]
    canvas += (np.asarray(colour, dtype=np.float64) - canvas) * c


def fade(top, bottom, bands, start=0.0, end=1.0):
    """A vertical fade in `bands` flat steps between heights `start` and `end` (shares of the picture)."""
    t = (np.arange(SIDE) + 0.5) / SIDE
    t = np.minimum(np.maximum((t - start) / (end - start), 0), 0.999999)
    t = np.floor(t * bands) / (bands - 1)
    top, bottom = np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64)
    rows = np.round(top[None, :] + (bottom - top)[None, :] * t[:, None])
    return np.repeat(rows[:, None, :], SIDE, axis=1)


def _hill(canvas, colour, level, height, width, phase):
    """Fills below a rolling line: `level` down the picture, in pixels."""
    x, y = grid()
    line = level + height * wave(x / width + phase) + 0.35 * height * wave(x / (width * 0.43) + 2.3 * phase)
    lay(canvas, colour, coverage(line - y, 3))


def _cloud(canvas, x0, y0, size, colour):
    x, y = grid()
    puffs = None
    for dx, dy, r in ((-0.95, -0.22, 0.45), (-0.35, -0.5, 0.62), (0.4, -0.4, 0.55), (0.98, -0.2, 0.42)):
        a, b = x - (x0 + dx * size), y - (y0 + dy * size)
        d = np.sqrt(a * a + b * b) - r * size
        puffs = d if puffs is None else np.minimum(puffs, d)
    base = np.maximum(np.abs(x - x0) - 1.1 * size, np.abs(y - (y0 - 0.1 * size)) - 0.14 * size)
    puffs = np.maximum(np.minimum(puffs, base), y - (y0 + 0.04 * size))
    lay(canvas, colour, coverage(puffs, 3))


def _plain(draw, colours):
    top, bottom = BACKDROPS[colours[0]]
    canvas = fade(jitter(top, draw, 4), jitter(bottom, draw, 4), 8)
    style = draw.below(3)
    x, y = grid()
    soft = mix(bottom, (255, 255, 255), 0.55)
    if style == 1:  # a round glow behind the scene
        r = draw.between(46, 60)
        lay(canvas, soft, 0.5 * coverage(np.sqrt((x - 64) ** 2 + (y - 64) ** 2) - r, 3))
    elif style == 2:  # a table edge
        lay(canvas, mix(bottom, top, -0.5), coverage(draw.between(88, 98) - y, 1))
    return canvas


def _gradient(draw, colours):
    a, b = (BACKDROPS[c] for c in colours)
    return fade(mix(a[1], a[0], 0.2), mix(b[1], b[0], 0.2), 22)


def _sky(draw, _):
    canvas = fade(jitter((112, 178, 236), draw), jitter((206, 233, 250), draw, 5), 14)
    white = (250, 252, 254)
    for x0, y0, size in draw.shuffled([(26, 34, 15), (98, 24, 12), (102, 92, 17), (24, 106, 13)])[: 2 + draw.below(3)]:
        _cloud(canvas, x0 + draw.between(-9, 9), y0 + draw.between(-7, 7), size * draw.between(0.85, 1.2), white)
    return canvas


def _sea(draw, _):
    horizon = draw.between(44, 56)
    canvas = fade(jitter((186, 224, 246), draw, 5), jitter((238, 246, 244), draw, 4), 7, 0, horizon / SIDE)
    x, y = grid()
    water = jitter((58, 148, 200), draw, 8)
    if draw.chance(0.5):
        _cloud(canvas, draw.between(20, 108), draw.between(20, 32), draw.between(9, 13), (254, 254, 252))
    lay(canvas, water, coverage(horizon - y, 1))
    for k in range(4):
        level = horizon + 12 + k * 19
        line = level + 2.6 * wave(x / 32 + draw.number())
        lay(canvas, mix(water, (18, 84, 148), 0.2 * (k + 1)), coverage(line - y, 3))
    return canvas


def _meadow(draw, _):
    canvas = fade(jitter((168, 216, 244), draw, 6), jitter((232, 245, 238), draw, 4), 9, 0, 0.5)
    far, near = jitter((150, 206, 122), draw), jitter((116, 186, 96), draw)
    if draw.chance(0.6):
        _cloud(canvas, draw.between(18, 110), draw.between(18, 30), draw.between(8, 12), (254, 254, 252))
    _hill(canvas, far, draw.between(56, 64), 6, draw.between(90, 130), draw.number())
    _hill(canvas, near, draw.between(80, 88), 5, draw.between(100, 150), draw.number())
    x, y = grid()
    tuft = mix(near, (40, 110, 50), 0.35)
    for _ in range(7):
        x0, y0 = draw.between(6, 122), draw.between(94, 124)
        blades = np.maximum(np.abs(x - x0) + 0.7 * (y - y0 + 3) - 2.6, -(y - y0 + 4.5))
        lay(canvas, tuft, coverage(np.maximum(blades, y - y0), 2))
    return canvas


def _night(draw, _):
    canvas = fade(jitter((24, 28, 70), draw, 6), jitter((66, 66, 122), draw, 6), 14)
    x, y = grid()
    for _ in range(16):
        x0, y0, r = draw.between(3, 125), draw.between(3, 98), draw.pick([0.9, 1.0, 1.3])
        lay(canvas, (250, 240, 200), coverage(np.sqrt((x - x0) ** 2 + (y - y0) ** 2) - r, 2))
    for _ in range(3):
        x0, y0 = draw.between(8, 120), draw.between(8, 80)
        a, b = np.abs(x - x0), np.abs(y - y0)
        lay(canvas, (255, 250, 226), coverage(np.sqrt(a * b) * 1.6 + 0.35 * (a + b) - 1.6, 2))
    _hill(canvas, jitter((30, 32, 66), draw, 5), draw.between(108, 114), 5, draw.between(90, 140), draw.number())
    return canvas


def _desert(draw, _):
    canvas = fade(jitter((252, 226, 184), draw, 5), jitter((255, 240, 214), draw, 4), 8, 0, 0.5)
    sand = jitter((238, 200, 134), draw, 7)
    _hill(canvas, mix(sand, (255, 240, 210), 0.4), draw.between(58, 68), 7, draw.between(100, 150), draw.number())
    _hill(canvas, sand, draw.between(78, 88), 6, draw.between(110, 160), draw.number())
    _hill(canvas, mix(sand, (190, 140, 80), 0.28), draw.between(108, 116), 5, draw.between(100, 140), draw.number())
    return canvas


def _paper(draw, _):
    sheet = jitter((252, 250, 242), draw, 3)
    canvas = np.ones((SIDE, SIDE, 3)) * np.round(np.asarray(sheet))
    step, shift = draw.pick([10, 12, 14]), draw.below(8)
    line = np.asarray(jitter((186, 208, 230), draw, 6))
    canvas[shift::step, :] = line
    canvas[:, shift::step] = line
    if draw.chance(0.5):
        canvas[:, shift + step : shift + step + 1] = (236, 150, 150)
    return canvas


def _snow(draw, _):
    canvas = fade(jitter((176, 204, 230), draw, 6), jitter((220, 232, 242), draw, 4), 9, 0, 0.6)
    x, y = grid()
    _hill(canvas, (230, 238, 246), draw.between(64, 72), 6, draw.between(90, 130), draw.number())
    _hill(canvas, (248, 251, 253), draw.between(86, 94), 5, draw.between(100, 150), draw.number())
    for _ in range(22):
        x0, y0, r = draw.between(2, 126), draw.between(2, 118), draw.pick([1.2, 1.5, 1.9])
        lay(canvas, (255, 255, 255), coverage(np.sqrt((x - x0) ** 2 + (y - y0) ** 2) - r, 2))
    return canvas


def _sunset(draw, _):
    horizon = draw.between(80, 90)
    canvas = fade(jitter((120, 74, 140), draw, 6), jitter((255, 190, 112), draw, 5), 14, 0, horizon / SIDE)
    x, y = grid()
    x0 = draw.between(30, 98)
    sun = np.sqrt((x - x0) ** 2 + (y - horizon) ** 2)
    lay(canvas, (255, 214, 138), 0.5 * coverage(sun - 27, 2))
    lay(canvas, (255, 236, 170), coverage(sun - 18, 3))
    ground = jitter((86, 58, 108), draw, 6)
    lay(canvas, ground, coverage(horizon - y, 1))
    for k in range(5):
        level, wide = horizon + 5 + 7 * k, 17 - 2.6 * k
        glow = np.maximum(np.abs(x - x0 - 1.5 * (k % 2)) - wide, np.abs(y - level) - 1.2)
        lay(canvas, (250, 178, 120), 0.75 * coverage(glow, 2))
    return canvas


def _mountains(draw, _):
    canvas = fade(jitter((150, 192, 226), draw, 6), jitter((226, 238, 244), draw, 4), 9, 0, 0.6)
    x, y = grid()
    for colour, cap, base, tops in (
        ((146, 164, 194), (240, 245, 250), 96, [(22, 44), (66, 28), (110, 40)]),
        ((108, 132, 160), (252, 253, 254), 104, [(2, 64), (42, 52), (90, 58), (130, 62)]),
    ):
        rock = jitter(colour, draw, 6)
        for px, py in tops:
            px, py = px + draw.between(-7, 7), py + draw.between(-4, 4)
            slope = (y - py) * 0.78 - np.abs(x - px)
            lay(canvas, rock, coverage(-slope * 0.79, 3) * (y < base))
            snow_line = py + 11 + 2.5 * wave(x / 7)
            lay(canvas, cap, coverage(-slope * 0.79, 3) * coverage(y - snow_line, 2))
    _hill(canvas, jitter((134, 178, 134), draw, 6), draw.between(94, 100), 3, 120, draw.number())
    return canvas


_PAINTERS = {
    "plain": _plain, "gradient": _gradient, "sky": _sky, "sea": _sea, "meadow": _meadow, "night": _night,
    "desert": _desert, "paper": _paper, "snow": _snow, "sunset": _sunset, "mountains": _mountains,
}


def paint(background, colours, draw):
    """`colours`: the named backdrop colours of plain (one) and gradient (two: top, bottom) backgrounds."""
    return _PAINTERS[background](draw, colours)
