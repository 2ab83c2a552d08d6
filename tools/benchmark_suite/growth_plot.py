"""Latency against number of documents as an SVG, both logarithmic: a panel for each query set and number of results."""
import math

from .plot import duration, text, tick_label

COLOURS = ("#1f6f5c", "#d9a441", "#5b7db1", "#a8577e", "#6a717c")
WIDTH, HEIGHT = 250, 170
LEFT, FOOT, PANEL_HEAD, MARGIN, HEAD = 52, 24, 26, 26, 76


class Scale:
    """A logarithmic scale from values to pixels."""

    def __init__(self, values, begin, end, room):
        low, high = math.log10(min(values)) - room, math.log10(max(values)) + room
        self.low, self.high, self.begin, self.end = low, max(high, low + 0.1), begin, end

    def at(self, value):
        return self.begin + (self.end - self.begin) * (math.log10(value) - self.low) / (self.high - self.low)

    def ticks(self):
        values = [step * 10.0 ** power for power in range(math.floor(self.low), math.ceil(self.high)) for step in (1, 2, 5)]
        return [value for value in values if self.low <= math.log10(value) <= self.high]


def documents_label(count):
    return f"{count / 1e6:g}M" if count >= 1e6 else f"{count / 1e3:g}k"


def panel(x, y, heading, sizes, curves, values):
    """curves: [(colour, [microseconds by size])]; `values` sets the scale of times.

    The first curve lies on top, dashed so that one below it shows, and its times are written below all curves.
    """
    left, top = x + LEFT, y + PANEL_HEAD
    bottom, right = top + HEIGHT, left + WIDTH
    dashed = " stroke-dasharray='6 4'"
    across, up = Scale(sizes, left, right, 0.12), Scale(values, bottom, top, 0.12)
    parts = [text(x, y + 12, heading, size=13, weight="bold"),
             f"<rect x='{left}' y='{top}' width='{WIDTH}' height='{HEIGHT}' fill='none' stroke='#c9ced6'/>"]
    for tick in up.ticks():
        at = up.at(tick)
        parts.append(f"<line x1='{left}' y1='{at:.1f}' x2='{right}' y2='{at:.1f}' stroke='#e3e6ea'/>")
        parts.append(text(left - 5, at + 3, tick_label(tick), size=9, anchor="end", fill="#6a717c"))
    for size in sizes:
        parts.append(text(across.at(size), bottom + 14, documents_label(size), size=9, anchor="middle", fill="#6a717c"))
    for number, (colour, times) in reversed(list(enumerate(curves))):
        points = [(across.at(size), up.at(time)) for size, time in zip(sizes, times)]
        joined = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f"<polyline points='{joined}' fill='none' stroke='{colour}' stroke-width='2'"
                     f"{dashed if number == 0 else ''}/>")
        for place, ((a, b), time) in enumerate(zip(points, times)):
            parts.append(f"<circle cx='{a:.1f}' cy='{b:.1f}' r='3' fill='{colour}'/>")
            if number == 0:
                parts.append(text(a, up.at(min(other[place] for _, other in curves)) + 14, duration(time), size=9, anchor="middle", fill="#4a505a"))
    return parts


def svg(title, subtitle, sizes, lines):
    """lines: [((algorithm, set, k), [microseconds by size])], all positive."""
    lines = [(key, [max(value, 0.1) for value in values]) for key, values in lines]
    algorithms, sets, counts = (list(dict.fromkeys(column)) for column in zip(*(key for key, _ in lines)))
    colours = {algorithm: COLOURS[number % len(COLOURS)] for number, algorithm in enumerate(algorithms)}
    panel_width, panel_height = LEFT + WIDTH + MARGIN, PANEL_HEAD + HEIGHT + FOOT + MARGIN
    width, height = 2 * MARGIN + len(counts) * panel_width, HEAD + len(sets) * panel_height
    parts = [f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}'>",
             f"<rect width='{width}' height='{height}' fill='#ffffff'/>",
             text(MARGIN, 30, title, size=18, weight="bold"), text(MARGIN, 50, subtitle, size=11, fill="#6a717c")]
    at = width - MARGIN
    for algorithm in reversed(algorithms):
        at -= 7 * len(algorithm) + 24
        parts.append(f"<rect x='{at}' y='20' width='12' height='12' rx='2' fill='{colours[algorithm]}'/>")
        parts.append(text(at + 17, 30, algorithm))
    for row, name in enumerate(sets):
        values = [value for key, times in lines if key[1] == name for value in times]
        for column, k in enumerate(counts):
            curves = [(colours[key[0]], times) for key, times in lines if key[1:] == (name, k)]
            parts += panel(MARGIN + column * panel_width, HEAD + row * panel_height, f"{name}, k = {k}", sizes, curves, values)
    return "\n".join(parts + ["</svg>"]) + "\n"
