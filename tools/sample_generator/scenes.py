"""Which content a scene has and where it is put: the truth that captions and token precision are held against."""

from dataclasses import dataclass, field

from . import words
from .backgrounds import SIDE
from .colours import BACKDROPS, TABLE, difference
from .draw import Draw
from .things import STANDING, TURN


@dataclass
class Group:
    """`count` objects of one kind, colour, pattern and size. `places`: (x, y, radius) in pixels; `turns`: degrees."""

    object: str
    colour: str
    pattern: str
    size: str
    position: str
    count: int
    places: list = field(default_factory=list)
    turns: list = field(default_factory=list)


@dataclass
class Scene:
    background: str
    background_colours: list
    groups: list
    seed: int


_RADIUS = {"small": (16, 19), "medium": (25, 29), "large": (38, 43)}
_SCENERY = list(words.BACKGROUNDS)

# Light colours stand out from few backgrounds: where they do, they are taken more often.
_RARE = {"white": 26, "grey": 13, "yellow": 13, "pink": 14, "turquoise": 12}

# What the eye meets behind an object; an object's colour must stand out from all of these.
_BEHIND = {
    "sky": [(112, 178, 236), (206, 233, 250)],
    "sea": [(58, 148, 200), (30, 110, 170), (210, 234, 246)],
    "meadow": [(150, 206, 122), (116, 186, 96)],
    "night": [(24, 28, 70), (66, 66, 122)],
    "desert": [(238, 200, 134), (252, 226, 184)],
    "paper": [(252, 250, 242)],
    "snow": [(200, 220, 238), (248, 251, 253)],
    "sunset": [(120, 74, 140), (255, 190, 112), (86, 58, 108)],
    "mountains": [(146, 164, 194), (108, 132, 160), (226, 238, 244)],
}


def make(number, seed):
    """Scene `number` of the sample with this seed, independent of all others."""
    own_seed = Draw(seed * 1_000_003 + number).bits()
    draw = Draw(own_seed)
    background, backdrop = _background(draw)
    shape = draw.weighted([("one", 46), ("many", 24), ("two kinds", 30)])
    if shape == "two kinds":
        groups = _two_kinds(draw, background)
    elif shape == "many":
        groups = [_many(draw)]
    else:
        groups = [_single(draw, background)]
    behind = _BEHIND.get(background) or [shade for name in backdrop for shade in BACKDROPS[name]]
    taken = []
    for group in groups:
        group.colour = draw.weighted(
            [(c, _RARE.get(c, 10)) for c in TABLE if c not in taken and _stands_out(c, behind)]
        )
        taken.append(group.colour)
        group.pattern = _pattern(draw, group)
        group.turns = [draw.between(-1, 1) * TURN[group.object] for _ in group.places]
    return Scene(background, backdrop, groups, own_seed)


def _background(draw):
    if draw.chance(0.34):
        names = words.PLAIN_BACKGROUND_COLOURS
        if draw.chance(0.62):
            return "plain", [draw.pick(names)]
        pairs = [("pink", "orange"), ("blue", "pink"), ("purple", "blue"), ("yellow", "green"), ("blue", "green"),
                 ("orange", "yellow"), ("purple", "pink"), ("pink", "yellow")]
        return "gradient", draw.shuffled(draw.pick(pairs))
    return draw.pick(_SCENERY), []


def _stands_out(colour, behind):
    return all(difference(TABLE[colour][0], shade) > 38_000 for shade in behind)


def _pattern(draw, group):
    choices = [("plain", 30)] + [(p, 14) for p in words.PATTERNS if p != "plain"]
    if group.object == "key":
        choices = [("plain", 40), ("striped", 12), ("gradient", 20)]
    return draw.weighted(choices)


def _single(draw, background):
    kind = draw.pick(list(words.OBJECTS))
    size = draw.weighted([("small", 40), ("medium", 15), ("large", 45)])
    positions = ["left", "right", "top", "bottom", "centre"]
    if kind in STANDING and background in ("meadow", "desert", "snow", "mountains", "sea", "sunset"):
        positions.remove("top")
    position = draw.pick(positions)
    low, high = _RADIUS[size]
    radius = draw.between(low, high)
    reach = SIDE / 2 - radius - 5
    slack = draw.between(-5, 5)
    dx, dy = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1), "centre": (0, 0)}[position]
    x = SIDE / 2 + dx * min(reach, 38) + (slack if dx == 0 else 0)
    y = SIDE / 2 + dy * min(reach, 38) + (slack if dy == 0 else 0)
    if position in ("left", "right") and kind in STANDING:
        y += min(10, reach)
    return Group(kind, "", "", size, position, 1, [(x, y, radius)])


def _many(draw):
    kind = draw.pick(list(words.OBJECTS))
    count = draw.weighted([(2, 36), (3, 36), (4, 28)])
    size = "small" if draw.chance(0.5) or count == 4 else "medium"
    if count == 2:
        size = draw.pick(["small", "medium"])
    radius = draw.between(*_RADIUS[size])
    if size == "medium" and count > 2:
        radius = draw.between(22, 24)
    layouts = {
        2: [[(-1, 0), (1, 0)], [(-0.8, -0.8), (0.8, 0.8)], [(0.8, -0.8), (-0.8, 0.8)], [(0, -1), (0, 1)]],
        3: [[(-1, 0.7), (0, -0.9), (1, 0.7)], [(-1, -0.7), (0, 0.9), (1, -0.7)]],
        4: [[(-0.9, -0.9), (0.9, -0.9), (-0.9, 0.9), (0.9, 0.9)], [(0, -1.4), (-1.4, 0), (1.4, 0), (0, 1.4)]],
    }
    if size == "small":
        layouts[3] += [[(-1.6, 0), (0, 0), (1.6, 0)], [(-1.45, -1.3), (0, 0), (1.45, 1.3)]]
    spread = 30 if size == "medium" else draw.between(23, 27)
    if size == "medium" and count == 3:
        spread = 34
    places = [
        (SIDE / 2 + dx * spread + draw.between(-1.5, 1.5), SIDE / 2 + dy * spread + draw.between(-1.5, 1.5), radius)
        for dx, dy in draw.pick(layouts[count])
    ]
    return Group(kind, "", "", size, "centre", count, places)


def _two_kinds(draw, background):
    first, second = draw.shuffled(list(words.OBJECTS))[:2]
    across = draw.chance(0.6)
    if not across and background in ("meadow", "desert", "snow", "mountains", "sea", "sunset"):
        if first in STANDING and second not in STANDING:
            first, second = second, first
        elif first in STANDING:
            across = True
    sizes = draw.pick([("medium", "medium"), ("medium", "small"), ("small", "medium"), ("small", "small")])
    groups = []
    for kind, size, side in ((first, sizes[0], -1), (second, sizes[1], 1)):
        low, high = _RADIUS[size]
        radius = draw.between(low, high)
        along, off = side * 31, draw.between(-8, 8)
        x, y = (SIDE / 2 + along, SIDE / 2 + off) if across else (SIDE / 2 + off, SIDE / 2 + along)
        position = ("left" if side < 0 else "right") if across else ("top" if side < 0 else "bottom")
        groups.append(Group(kind, "", "", size, position, 1, [(x, y, radius)]))
    return groups


def content(scene):
    """The scene as the metadata tells it."""
    return {
        "objects": [
            {"object": g.object, "colour": g.colour, "pattern": g.pattern, "size": g.size, "position": g.position,
             "count": g.count}
            for g in scene.groups
        ],
        "background": scene.background,
        **({"background_colours": scene.background_colours} if scene.background_colours else {}),
    }


def content_words(content_):
    """Every single word that truly describes the content, sorted: canonical words and accepted synonyms."""
    found = set()
    for group in content_["objects"]:
        count = group["count"]
        found.update(words.object_words(group["object"], count))
        found.update(words.COLOURS[group["colour"]])
        found.update(words.PATTERNS[group["pattern"]][2])
        found.update(words.SIZES[group["size"]])
        found.update(words.COUNTS[count][1])
        found.update(words.POSITIONS[group["position"]][1])
    background = content_["background"]
    if background in words.BACKGROUNDS:
        found.update(words.BACKGROUNDS[background][1])
    else:
        found.update(words.BACKDROP_WORDS)
        found.update(content_["background_colours"])
        found.add("plain" if background == "plain" else "fading")
    return sorted(found)
