"""Draws a scene: background, soft shadows, objects with their patterns. Returns bytes (rows, columns, 3)."""

import numpy as np

from . import backgrounds, patterns
from .colours import CREAM, INK, TABLE, WHITE, jitter, mix
from .draw import Draw
from .geometry import cosine, coverage, sine
from .things import LAYERS


def picture(scene):
    draw = Draw(scene.seed ^ 0x5CE4E)
    canvas = backgrounds.paint(scene.background, scene.background_colours, draw)
    x, y = backgrounds.grid()
    strength = 0.34 if scene.background in ("night", "sunset") else 0.2
    for group in scene.groups:
        base, dark, light = (jitter(shade, draw, 6) for shade in TABLE[group.colour])
        paints = {
            "main": base, "dark": dark, "light": light, "cream": CREAM, "white": WHITE,
            "ink": mix(INK, dark, 0.25), "wood": mix((112, 78, 58), dark, 0.35), "pale": mix(WHITE, light, 0.4),
            "gold": (248, 190, 66),
        }
        if group.colour in ("white", "yellow") and group.object == "flower":
            paints["gold"] = (226, 150, 44)
        if group.colour == "white":
            paints["cream"] = mix(CREAM, dark, 0.55)
            paints["white"] = mix(WHITE, dark, 0.5)
        ramp = Draw(draw.bits())
        for (cx, cy, radius), turn in zip(group.places, group.turns):
            surface = Draw(ramp.state)  # all of a group share the pattern's direction and phase
            _object(canvas, x, y, group, cx, cy, radius, turn, paints, surface, strength)
    return np.minimum(np.maximum(np.floor(canvas + 0.5), 0), 255).astype(np.uint8)


def _object(canvas, x, y, group, cx, cy, radius, turn, paints, surface, strength):
    pad = radius * 1.3 + 6
    left, right = max(0, int(cx - pad)), min(backgrounds.SIDE, int(cx + pad) + 1)
    top, bottom = max(0, int(cy - pad)), min(backgrounds.SIDE, int(cy + pad) + 1)
    window = canvas[top:bottom, left:right]
    px, py = (x[top:bottom, left:right] - cx) / radius, (y[top:bottom, left:right] - cy) / radius
    c, s = cosine(turn), sine(turn)
    u, v = px * c + py * s, py * c - px * s
    shift = 0.075
    su, sv = (px - shift) * c + (py - 1.7 * shift) * s, (py - 1.7 * shift) * c - (px - shift) * s
    outline = None
    for _, distance in LAYERS[group.object](su, sv):
        outline = distance if outline is None else np.minimum(outline, distance)
    soft = np.minimum(np.maximum(0.5 - outline * radius / 5.0, 0), 1)
    backgrounds.lay(window, (24, 26, 58), np.floor(soft * 3 + 0.5) / 3 * strength)
    for role, distance in LAYERS[group.object](u, v):
        cover = coverage(distance * radius, 4)
        colour = paints[role]
        if role != "main":
            backgrounds.lay(window, colour, cover)
            continue
        share = patterns.share(group.pattern, u, v, radius, Draw(surface.state))
        if share is None:
            backgrounds.lay(window, colour, cover)
            continue
        first, second = (paints["dark"], paints["light"]) if group.pattern == "gradient" else (colour, paints["light"])
        blend = np.asarray(first) + (np.asarray(second) - np.asarray(first)) * share[..., None]
        window += (blend - window) * cover[..., None]
