"""Figures as Markdown."""
import os


FIT = "fit, clock / processor"


def percent(values):
    return "/".join(f"{100 * value:.1f}" for value in values) if values else "–"


def seconds(times):
    """Time by the clock, and processor time of all cores."""
    return f"{times[0]:.1f} / {times[1]:.1f} s" if times else "–"


def precision(values):
    """mAP of picture queries and of text queries, and their mean."""
    if not values:
        return "–"
    return f"{values[0]:.3f} / {values[1]:.3f} / {sum(values) / 2:.3f}".replace("0.", ".")


def markdown(head, lines):
    return ["", f"| {' | '.join(head)} |", "|" + "---|" * len(head)] + [f"| {' | '.join(line)} |" for line in lines]


def machine():
    """Where the figures come from."""
    name = "unknown processor"
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            name = next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"\n{os.cpu_count()} cores of {name}; load average {os.getloadavg()[2]:.1f} over the last 15 minutes."
