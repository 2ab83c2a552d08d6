"""The seven surfaces of an object: how much of the second colour each point takes (0...1), in object coordinates."""

import numpy as np

from .geometry import cosine, coverage, sine, wave, zigzag


def share(pattern, x, y, scale, draw):
    """`scale`: pixels per unit. `draw` decides direction and phase. Returns None for a plain surface."""
    phase = draw.number()
    turn = draw.pick([0, 45, 90, -45]) + draw.between(-6, 6)
    step = max(0.42, 7.5 / scale)  # a period of at least 7.5 pixels stays readable on small objects
    if pattern == "plain":
        return None
    if pattern == "gradient":
        return np.floor(np.minimum(np.maximum((y + 0.85) / 1.7, 0), 1) * 6 + 0.5) / 6
    if pattern == "striped":
        u = x * cosine(turn) + y * sine(turn)
        t = u / step + phase
        return coverage((np.abs(t - np.floor(t) - 0.5) - 0.23) * step * scale)
    if pattern == "spotted":
        step *= 1.06
        row = np.floor(y / step + phase)
        u = x / step + phase + 0.5 * (row - 2 * np.floor(row / 2))
        a, b = u - np.floor(u) - 0.5, y / step + phase - row - 0.5
        return coverage((np.sqrt(a * a + b * b) - 0.29) * step * scale)
    if pattern == "checked":
        step *= 0.92
        turn = draw.between(-4, 4)
        u = (x * cosine(turn) + y * sine(turn)) / step + phase
        v = (y * cosine(turn) - x * sine(turn)) / step + phase
        a = coverage((np.abs(u / 2 - np.floor(u / 2) - 0.5) - 0.25) * 2 * step * scale)
        b = coverage((np.abs(v / 2 - np.floor(v / 2) - 0.5) - 0.25) * 2 * step * scale)
        return a + b - 2 * a * b
    if pattern == "zigzag":
        step *= 1.15
        v = (y + zigzag(x / (step * 1.15) + phase) * step * 0.36) / step + phase
        return coverage((np.abs(v - np.floor(v) - 0.5) - 0.22) * step * scale * 0.65)
    if pattern == "wavy":
        step *= 1.0
        v = (y + wave(x / (step * 2.4) + phase) * step * 0.34) / step + phase
        return coverage((np.abs(v - np.floor(v) - 0.5) - 0.13) * step * scale * 0.8)
    raise ValueError(f"no pattern {pattern}")
