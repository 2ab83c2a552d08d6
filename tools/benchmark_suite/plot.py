"""Bars of latencies as an SVG, written by hand: a panel for each query set and number of results, logarithmic time."""
import math
from xml.sax.saxutils import escape

COLOURS = {"newel": "#1f6f5c", "exact": "#8a96a8", "approximate": "#d9a441"}
LEGEND = (("newel", "Newel"), ("exact", "exact peers"), ("approximate", "approximate peers"))
FONT = "font-family='Helvetica, Arial, sans-serif'"
BAR, GAP = 13, 5
NAMES, BARS, VALUES = 118, 210, 58
MARGIN, HEAD, PANEL_HEAD, PANEL_FOOT = 24, 74, 30, 26


def duration(microseconds):
    """Three digits that matter: 81 µs, 1.29 ms."""
    if microseconds < 9.95:
        return f"{microseconds:.1f} µs"
    if microseconds < 999.5:
        return f"{microseconds:.0f} µs"
    milliseconds = microseconds / 1000
    return f"{milliseconds:.2f} ms" if milliseconds < 9.995 else f"{milliseconds:.1f} ms"


def tick_label(microseconds):
    """A power of ten: 10 µs, 1 ms."""
    return f"{microseconds:g} µs" if microseconds < 999 else f"{microseconds / 1000:,.0f} ms"


def text(x, y, content, size=11, anchor="start", weight="normal", fill="#2b2f36"):
    return (f"<text x='{x:.1f}' y='{y:.1f}' {FONT} font-size='{size}' text-anchor='{anchor}' font-weight='{weight}' "
            f"fill='{fill}'>{escape(content)}</text>")


class Axis:
    """A logarithmic axis over the values of a row of panels."""

    def __init__(self, values):
        self.low = math.floor(math.log10(min(values)) - 0.15)
        self.high = max(self.low + 1, math.log10(max(values)))

    def length(self, value):
        return BARS * (math.log10(value) - self.low) / (self.high - self.low)

    def ticks(self):
        return [10.0 ** power for power in range(self.low, math.floor(self.high) + 1)]


def panel(x, y, heading, entries, axis):
    """entries: [(engine, kind, microseconds)], in the order they are drawn."""
    parts = [text(x, y + 14, heading, size=13, weight="bold")]
    top, left = y + PANEL_HEAD, x + NAMES
    bottom = top + len(entries) * (BAR + GAP)
    for tick in axis.ticks():
        at = left + axis.length(tick)
        parts.append(f"<line x1='{at:.1f}' y1='{top - 4}' x2='{at:.1f}' y2='{bottom}' stroke='#e3e6ea'/>")
        parts.append(text(at, bottom + 14, tick_label(tick), size=9, anchor="middle", fill="#6a717c"))
    for number, (engine, kind, value) in enumerate(entries):
        line = top + number * (BAR + GAP)
        length = max(1.0, axis.length(value))
        parts.append(text(left - 6, line + BAR - 3, engine, anchor="end"))
        parts.append(f"<rect x='{left}' y='{line}' width='{length:.1f}' height='{BAR}' rx='1.5' fill='{COLOURS[kind]}'/>")
        parts.append(text(left + length + 5, line + BAR - 3, duration(value), size=10, fill="#4a505a"))
    return parts


def svg(title, subtitle, measured):
    """A plot of `report.series`: query sets below one another, numbers of results side by side."""
    columns = list(measured[0][2])
    sets = list(dict.fromkeys(name for name, _ in columns))
    counts = list(dict.fromkeys(k for _, k in columns))
    panel_width, panel_height = NAMES + BARS + VALUES, PANEL_HEAD + len(measured) * (BAR + GAP) + PANEL_FOOT
    width = 2 * MARGIN + len(counts) * panel_width + (len(counts) - 1) * MARGIN
    height = HEAD + len(sets) * (panel_height + MARGIN)
    parts = [f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}'>",
             f"<rect width='{width}' height='{height}' fill='#ffffff'/>",
             text(MARGIN, 30, title, size=18, weight="bold"), text(MARGIN, 50, subtitle, size=11, fill="#6a717c")]
    present = {kind for _, kind, _ in measured}
    at = width - MARGIN
    for kind, label in reversed([entry for entry in LEGEND if entry[0] in present]):
        at -= 7 * len(label) + 22
        parts.append(f"<rect x='{at}' y='20' width='12' height='12' rx='2' fill='{COLOURS[kind]}'/>")
        parts.append(text(at + 17, 30, label))
    for row, name in enumerate(sets):
        values = [v[name, k][0] for _, _, v in measured for k in counts if (name, k) in v]
        axis = Axis([value for value in values if value > 0] or [1.0])
        for column, k in enumerate(counts):
            entries = [(engine, kind, v[name, k][0]) for engine, kind, v in measured if v.get((name, k), (0,))[0] > 0]
            parts += panel(MARGIN + column * (panel_width + MARGIN), HEAD + row * (panel_height + MARGIN),
                           f"{name}, k = {k}", entries, axis)
    return "\n".join(parts + ["</svg>"]) + "\n"
