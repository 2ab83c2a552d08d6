"""Signed distances (negative inside) of simple shapes, evaluated on whole arrays.

Only + - * /, square root, minimum, maximum, absolute value and floor act on arrays: IEEE 754 fixes their last bit, so
the same picture comes out on every machine. Angles are turned into numbers once, by `sine` and `cosine`, rounded.
Shapes live in a unit box: x to the right, y DOWN, the object fills about -1...1.
"""

import math

import numpy as np


def sine(degrees):
    return round(math.sin(math.radians(degrees)), 9)


def cosine(degrees):
    return round(math.cos(math.radians(degrees)), 9)


def length(x, y):
    return np.sqrt(x * x + y * y)


def circle(x, y, cx, cy, radius):
    return length(x - cx, y - cy) - radius


def ellipse(x, y, cx, cy, rx, ry):
    """Near the outline a good first-order distance: (f - 1) f / |gradient|."""
    u, v = (x - cx) / rx, (y - cy) / ry
    f = length(u, v)
    g = length(u / rx, v / ry)
    return f * (f - 1.0) / np.maximum(g, 1e-6)


def box(x, y, cx, cy, half_width, half_height, corner=0.0):
    dx = np.abs(x - cx) - (half_width - corner)
    dy = np.abs(y - cy) - (half_height - corner)
    return length(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(np.maximum(dx, dy), 0) - corner


def segment(x, y, ax, ay, bx, by, thickness):
    """A line with round ends; `thickness` is its half width."""
    px, py, dx, dy = x - ax, y - ay, bx - ax, by - ay
    t = np.minimum(np.maximum((px * dx + py * dy) / (dx * dx + dy * dy), 0), 1)
    return length(px - dx * t, py - dy * t) - thickness


def polyline(x, y, points, thickness):
    distance = segment(x, y, *points[0], *points[1], thickness)
    for a, b in zip(points[1:], points[2:]):
        distance = np.minimum(distance, segment(x, y, *a, *b, thickness))
    return distance


def polygon(x, y, points, corner=0.0):
    """Exact distance to a closed polygon (even-odd rule); `corner` rounds it outwards."""
    best = np.full(x.shape, 1e18)
    inside = np.zeros(x.shape, dtype=bool)
    ax, ay = points[-1]
    for bx, by in points:
        dx, dy = bx - ax, by - ay
        px, py = x - ax, y - ay
        t = np.minimum(np.maximum((px * dx + py * dy) / (dx * dx + dy * dy), 0), 1)
        qx, qy = px - dx * t, py - dy * t
        best = np.minimum(best, qx * qx + qy * qy)
        if dy != 0:
            inside ^= ((ay <= y) != (by <= y)) & (px < (y - ay) * dx / dy)
        ax, ay = bx, by
    distance = np.sqrt(best)
    return np.where(inside, -distance, distance) - corner


def regular_star(points, outer, inner):
    """Vertices of a star that points up."""
    vertices = []
    for k in range(2 * points):
        radius = outer if k % 2 == 0 else inner
        angle = -90 + 180 * k / points
        vertices.append((radius * cosine(angle), radius * sine(angle)))
    return vertices


def union(*distances):
    result = distances[0]
    for other in distances[1:]:
        result = np.minimum(result, other)
    return result


def smooth_union(a, b, reach):
    """Union with a fillet of about `reach`."""
    h = np.maximum(reach - np.abs(a - b), 0) / reach
    return np.minimum(a, b) - h * h * reach * 0.25


def without(distance, hole):
    return np.maximum(distance, -hole)


def both(a, b):
    return np.maximum(a, b)


def wave(t):
    """A sine-like wave of period 1 and height 1, made of parabolas."""
    f = t - np.floor(t)
    g = f - 0.5 * (f >= 0.5)
    arch = 8 * g * (1 - 2 * g)
    return np.where(f < 0.5, arch, -arch)


def zigzag(t):
    """A triangle wave of period 1 between -1 and 1."""
    f = t - np.floor(t)
    return 4 * np.abs(f - 0.5) - 1


def coverage(distance_in_pixels, steps=5):
    """How much of a pixel is inside, in `steps` equal steps: soft edges that still compress well."""
    smooth = np.minimum(np.maximum(0.5 - distance_in_pixels, 0), 1)
    return np.floor(smooth * steps + 0.5) / steps
