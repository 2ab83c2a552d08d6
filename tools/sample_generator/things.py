"""What each object looks like: layers (role, distance) from back to front, in the unit box, y down.

Roles: main (takes colour and pattern); dark and light (shades of the colour); cream, white, pale, ink, wood, gold
(small details in fixed colours).
"""

from .geometry import (
    both, box, circle, cosine, ellipse, polygon, polyline, regular_star, segment, sine, smooth_union, union, without,
)


def _circle(x, y):
    return [("main", circle(x, y, 0, 0, 0.9))]


def _square(x, y):
    return [("main", box(x, y, 0, 0, 0.8, 0.8, 0.1))]


def _triangle(x, y):
    return [("main", polygon(x, y, [(0, -0.82), (0.88, 0.68), (-0.88, 0.68)], 0.1))]


def _star(x, y):
    return [("main", polygon(x, y, [(a, b + 0.06) for a, b in regular_star(5, 0.96, 0.42)], 0.07))]


def _heart(x, y):
    lobes = union(circle(x, y, -0.46, -0.36, 0.5), circle(x, y, 0.46, -0.36, 0.5))
    body = polygon(x, y, [(0, -0.42), (0.52, -0.7), (0.835, -0.03), (0, 0.86), (-0.835, -0.03), (-0.52, -0.7)])
    return [("main", union(lobes, body))]


def _ring(x, y):
    return [("main", without(circle(x, y, 0, 0, 0.94), circle(x, y, 0, 0, 0.47)))]


def _cross(x, y):
    return [("main", union(box(x, y, 0, 0, 0.9, 0.31, 0.07), box(x, y, 0, 0, 0.31, 0.9, 0.07)))]


def _moon(x, y):
    return [("main", without(circle(x, y, 0.08, 0, 0.94), circle(x, y, 0.52, -0.2, 0.76)))]


def _house(x, y):
    roof = polygon(x, y, [(0, -0.86), (0.95, -0.1), (-0.95, -0.1)], 0.07)
    return [
        ("dark", box(x, y, 0.5, -0.62, 0.12, 0.28)),
        ("main", box(x, y, 0, 0.38, 0.74, 0.52, 0.03)),
        ("dark", roof),
        ("cream", box(x, y, -0.34, 0.28, 0.18, 0.18, 0.03)),
        ("cream", box(x, y, 0.3, 0.52, 0.19, 0.38, 0.05)),
        ("ink", circle(x, y, 0.4, 0.54, 0.05)),
    ]


def _tree(x, y):
    crown = union(
        circle(x, y, 0, -0.5, 0.46), circle(x, y, -0.42, -0.08, 0.42), circle(x, y, 0.42, -0.08, 0.42),
        circle(x, y, 0, 0.06, 0.42),
    )
    trunk = polygon(x, y, [(-0.11, 0.2), (0.11, 0.2), (0.17, 0.94), (-0.17, 0.94)], 0.03)
    return [("wood", trunk), ("main", crown)]


def _fish(x, y):
    tail = polygon(x, y, [(0.45, 0), (0.93, -0.5), (0.82, 0), (0.93, 0.5)], 0.05)
    fin = polygon(x, y, [(-0.2, -0.42), (0.28, -0.74), (0.34, -0.3)], 0.05)
    return [
        ("dark", union(tail, fin)),
        ("main", ellipse(x, y, -0.2, 0, 0.76, 0.5)),
        ("white", circle(x, y, -0.58, -0.1, 0.14)),
        ("ink", circle(x, y, -0.61, -0.1, 0.075)),
        ("dark", segment(x, y, -0.28, 0.14, -0.08, 0.12, 0.06)),
    ]


def _boat(x, y):
    return [
        ("ink", segment(x, y, 0.02, -0.9, 0.02, 0.45, 0.045)),
        ("main", polygon(x, y, [(0.12, -0.82), (0.82, 0.22), (0.12, 0.22)], 0.03)),
        ("light", polygon(x, y, [(-0.1, -0.6), (-0.1, 0.22), (-0.66, 0.22)], 0.03)),
        ("main", polygon(x, y, [(-0.92, 0.42), (0.92, 0.42), (0.6, 0.88), (-0.6, 0.88)], 0.05)),
    ]


def _flower(x, y):
    petals = None
    for k in range(6):
        angle = 60 * k + 30
        petal = circle(x, y, 0.56 * cosine(angle), 0.56 * sine(angle), 0.36)
        petals = petal if petals is None else union(petals, petal)
    return [("main", petals), ("cream", circle(x, y, 0, 0, 0.3)), ("gold", circle(x, y, 0, 0, 0.18))]


def _cup(x, y):
    handle = without(ellipse(x, y, 0.58, 0.02, 0.38, 0.36), ellipse(x, y, 0.56, 0.02, 0.2, 0.18))
    body = polygon(x, y, [(-0.72, -0.5), (0.5, -0.5), (0.38, 0.7), (-0.6, 0.7)], 0.08)
    return [
        ("dark", handle),
        ("main", body),
        ("dark", ellipse(x, y, -0.11, -0.52, 0.68, 0.14)),
        ("ink", ellipse(x, y, -0.11, -0.51, 0.56, 0.08)),
    ]


def _balloon(x, y):
    string = [(0, 0.5), (0.08, 0.64), (-0.05, 0.8), (0.05, 0.97)]
    return [
        ("ink", polyline(x, y, string, 0.028)),
        ("dark", polygon(x, y, [(0, 0.36), (0.12, 0.54), (-0.12, 0.54)], 0.03)),
        ("main", smooth_union(ellipse(x, y, 0, -0.3, 0.6, 0.66), circle(x, y, 0, 0.22, 0.16), 0.3)),
        ("light", ellipse(x * 0.9 + y * 0.43, y * 0.9 - x * 0.43, -0.44, -0.42, 0.08, 0.16)),
    ]


def _mushroom(x, y):
    dome = both(ellipse(x, y, 0, 0.1, 0.94, 0.94), y - 0.12)
    stem = polygon(x, y, [(-0.22, 0.05), (0.22, 0.05), (0.3, 0.84), (-0.3, 0.84)], 0.08)
    return [
        ("cream", stem),
        ("dark", ellipse(x, y, 0, 0.12, 0.9, 0.13)),
        ("main", smooth_union(dome, circle(x, y, 0, -0.3, 0.3), 0.1)),
    ]


def _key(x, y):
    bow = without(circle(x, y, -0.5, 0, 0.46), circle(x, y, -0.5, 0, 0.2))
    return [
        (
            "main",
            union(bow, box(x, y, 0.42, 0, 0.54, 0.13, 0.04), box(x, y, 0.84, 0.22, 0.1, 0.28, 0.03),
                  box(x, y, 0.5, 0.18, 0.09, 0.22, 0.03)),
        )
    ]


def _umbrella(x, y):
    dome = both(circle(x, y, 0, 0.12, 0.98), y - 0.12)
    for k in range(4):
        dome = without(dome, ellipse(x, y, -0.735 + 0.49 * k, 0.16, 0.245, 0.16))
    handle = [(0, 0.0), (0, 0.74), (0.05, 0.86), (0.16, 0.9), (0.27, 0.86), (0.31, 0.74)]
    return [
        ("ink", union(polyline(x, y, handle, 0.05), segment(x, y, 0, -0.94, 0, -0.8, 0.05))),
        ("main", dome),
    ]


def _car(x, y):
    cabin = polygon(x, y, [(-0.42, -0.46), (0.22, -0.46), (0.5, 0.0), (-0.62, 0.0)], 0.08)
    windows = union(
        polygon(x, y, [(-0.38, -0.37), (-0.14, -0.37), (-0.14, -0.05), (-0.5, -0.05)], 0.03),
        polygon(x, y, [(0.02, -0.37), (0.17, -0.37), (0.36, -0.05), (0.02, -0.05)], 0.03),
    )
    wheels = union(circle(x, y, -0.48, 0.44, 0.24), circle(x, y, 0.48, 0.44, 0.24))
    return [
        ("dark", cabin),
        ("cream", windows),
        ("main", box(x, y, 0, 0.18, 0.96, 0.27, 0.14)),
        ("ink", wheels),
        ("pale", union(circle(x, y, -0.48, 0.44, 0.1), circle(x, y, 0.48, 0.44, 0.1))),
    ]


def _rocket(x, y):
    fins = polygon(x, y, [(-0.3, 0.1), (-0.66, 0.6), (-0.6, 0.76), (0.6, 0.76), (0.66, 0.6), (0.3, 0.1)], 0.03)
    body = both(circle(x, y, 0.86, 0.0, 1.26), circle(x, y, -0.86, 0.0, 1.26))
    body = both(body, y - 0.66)
    return [
        ("gold", polygon(x, y, [(-0.2, 0.66), (0.2, 0.66), (0, 0.95)], 0.04)),
        ("dark", fins),
        ("main", body),
        ("dark", both(body, y + 0.48)),
        ("white", circle(x, y, 0, -0.16, 0.2)),
        ("ink", circle(x, y, 0, -0.16, 0.12)),
    ]


def _cat(x, y):
    head = ellipse(x, y, 0, 0.2, 0.86, 0.68)
    ears = union(
        polygon(x, y, [(-0.78, -0.84), (-0.2, -0.4), (-0.76, 0.1)], 0.06),
        polygon(x, y, [(0.78, -0.84), (0.2, -0.4), (0.76, 0.1)], 0.06),
    )
    inner = union(
        polygon(x, y, [(-0.68, -0.58), (-0.4, -0.36), (-0.66, -0.16)], 0.03),
        polygon(x, y, [(0.68, -0.58), (0.4, -0.36), (0.66, -0.16)], 0.03),
    )
    eyes = union(ellipse(x, y, -0.34, 0.12, 0.15, 0.17), ellipse(x, y, 0.34, 0.12, 0.15, 0.17))
    pupils = union(ellipse(x, y, -0.32, 0.13, 0.07, 0.13), ellipse(x, y, 0.32, 0.13, 0.07, 0.13))
    muzzle = union(ellipse(x, y, -0.15, 0.52, 0.21, 0.16), ellipse(x, y, 0.15, 0.52, 0.21, 0.16))
    nose = polygon(x, y, [(-0.09, 0.38), (0.09, 0.38), (0, 0.48)], 0.03)
    return [
        ("main", union(head, ears)), ("dark", inner), ("white", union(eyes, muzzle)), ("ink", union(pupils, nose)),
    ]


def _butterfly(x, y):
    upper = union(
        ellipse(x * 0.87 + y * 0.5, y * 0.87 - x * 0.5, 0.28, -0.6, 0.56, 0.42),
        ellipse(-x * 0.87 + y * 0.5, y * 0.87 + x * 0.5, 0.28, -0.6, 0.56, 0.42),
    )
    lower = union(ellipse(x, y, -0.42, 0.46, 0.4, 0.42), ellipse(x, y, 0.42, 0.46, 0.4, 0.42))
    feelers = union(
        polyline(x, y, [(0, -0.5), (-0.12, -0.76), (-0.28, -0.9)], 0.03),
        polyline(x, y, [(0, -0.5), (0.12, -0.76), (0.28, -0.9)], 0.03),
    )
    return [
        ("main", union(upper, lower)),
        ("light", union(circle(x, y, -0.44, 0.5, 0.16), circle(x, y, 0.44, 0.5, 0.16))),
        ("ink", union(ellipse(x, y, 0, 0.06, 0.11, 0.62), feelers)),
    ]


LAYERS = {
    "circle": _circle, "square": _square, "triangle": _triangle, "star": _star, "heart": _heart, "ring": _ring,
    "cross": _cross, "moon": _moon, "house": _house, "tree": _tree, "fish": _fish, "boat": _boat,
    "flower": _flower, "cup": _cup, "balloon": _balloon, "mushroom": _mushroom, "key": _key,
    "umbrella": _umbrella, "car": _car, "rocket": _rocket, "cat": _cat, "butterfly": _butterfly,
}

# Things that stand on the ground or swim: a little picture sense for where they are put.
STANDING = {"house", "tree", "cup", "mushroom", "car", "cat"}

# How far one may be turned (degrees) without looking wrong.
TURN = {
    "circle": 0, "square": 14, "triangle": 10, "star": 20, "heart": 14, "ring": 0, "cross": 12, "moon": 24,
    "house": 0, "tree": 0, "fish": 12, "boat": 4, "flower": 30, "cup": 3, "balloon": 10, "mushroom": 6, "key": 32,
    "umbrella": 18, "car": 0, "rocket": 30, "cat": 6, "butterfly": 22,
}
