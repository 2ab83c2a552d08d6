"""Two or three captions a scene, as people write them: synonyms, omitted details, word order, length, mood.

A caption never says anything that is untrue of the scene; `truth.py` checks that independently.
"""

from . import words
from .draw import Draw

# How much a caption tells: chance of size, pattern, position, background; and its share of all captions.
_MOODS = [
    ((0.95, 1.0, 0.9, 0.95), 26),  # everything
    ((0.55, 0.9, 0.45, 0.7), 38),  # as most people write
    ((0.3, 0.65, 0.1, 0.3), 24),  # in passing
    ((0.1, 0.35, 0.0, 0.0), 12),  # three words
]


def write(scene):
    """Distinct captions; the first is the main one (never the shortest mood)."""
    draw = Draw(scene.seed ^ 0xCA9710)
    wanted = 3 if draw.chance(0.6) else 2
    captions = []
    first_moods = [(mood, share) for mood, share in _MOODS[:2]]
    for _ in range(12):
        mood = draw.weighted(first_moods if not captions else _MOODS)
        caption = _caption(scene, mood, draw)
        if caption not in captions:
            captions.append(caption)
        if len(captions) == wanted:
            break
    return captions


def _caption(scene, mood, draw):
    says_size, says_pattern, says_position, says_background = (draw.chance(p) for p in mood)
    nouns = [_noun_phrase(group, says_size, says_pattern, draw) for group in scene.groups]
    where = _background(scene, draw) if says_background else ""
    if len(scene.groups) == 2:
        return _dress(_pair(scene, nouns, where, says_position, draw), draw, mood)
    group, noun = scene.groups[0], nouns[0]
    spot = draw.pick(words.POSITIONS[group.position][0]) if says_position and group.count == 1 else ""
    return _dress(_one(group, noun, spot, where, draw), draw, mood)


def _one(group, noun, spot, where, draw):
    ways = [
        _join(noun, spot, where),
        _join(noun, where, spot),
        _join(noun, spot, where),
    ]
    be = "are" if noun.startswith(("two", "three", "four")) else "is"
    if where:
        ways.append(_join(where + ",", noun, spot))
        ways.append(_join("there", be, noun, where))
    if spot:
        ways.append(_join("there", be, noun, spot, where))
        ways.append(_join(spot + ",", noun, where))
    return draw.pick(ways)


def _pair(scene, nouns, where, says_position, draw):
    first, second = scene.groups
    across = first.position == "left"
    ways = [_join(nouns[0], "and", nouns[1], where), _join(nouns[1], "and", nouns[0], where)]
    if where:
        ways.append(_join(where + ",", nouns[0], "and", nouns[1]))
    if across:
        ways += [_join(nouns[0], "next to", nouns[1], where), _join(nouns[1], "beside", nouns[0], where)]
    else:
        ways += [_join(nouns[0], "above", nouns[1], where), _join(nouns[1], "below", nouns[0], where)]
    if not says_position:
        return draw.pick(ways)
    if across:
        told = [
            _join(nouns[0], "on the left and", nouns[1], "on the right", where and ",", where),
            _join(nouns[0], "to the left of", nouns[1], where),
            _join(nouns[1], "to the right of", nouns[0], where),
            _join("on the left", nouns[0] + ",", "on the right", nouns[1]),
        ]
    else:
        told = [
            _join(nouns[0], "at the top and", nouns[1], "at the bottom", where and ",", where),
            _join("at the top", nouns[0] + ",", "at the bottom", nouns[1]),
        ]
    return draw.pick(told)


def _noun_phrase(group, says_size, says_pattern, draw):
    singular, plural = words.OBJECTS[group.object]
    names = plural if group.count > 1 else singular
    # The canonical name is the commonest, as in life.
    name = names[0] if draw.chance(0.6) else draw.pick(names)
    if group.object == "cross" and name in ("plus", "pluses"):
        name = "plus sign" if group.count == 1 else "plus signs"
    if group.object == "moon" and name in ("crescent", "crescents") and draw.chance(0.5):
        name = "crescent moon" if group.count == 1 else "crescent moons"
    synonyms = words.COLOURS[group.colour]
    colour = synonyms[0] if draw.chance(0.62) else draw.pick(synonyms)
    adjectives, tail = [colour], ""
    if says_pattern and (group.pattern != "plain" or draw.chance(0.3)):
        before, after, _ = words.PATTERNS[group.pattern]
        if after and draw.chance(0.4):
            tail = draw.pick(after)
        elif draw.chance(0.5):
            adjectives.append(draw.pick(before))
        else:
            adjectives.insert(0, draw.pick(before))
    if says_size and group.size != "medium":
        sizes = words.SIZES[group.size]
        size = sizes[0] if draw.chance(0.45) else draw.pick(sizes)
        adjectives.insert(0, size)
    body = " ".join(adjectives + [name])
    if group.count > 1:
        start = draw.pick(words.COUNTS[group.count][0])
    elif draw.chance(0.1):
        start = "one"
    else:
        start = "an" if body[0] in "aeiou" else "a"
    return _join(start, body, tail)


def _background(scene, draw):
    if scene.background in words.BACKGROUNDS:
        return draw.pick(words.BACKGROUNDS[scene.background][0])
    colours = scene.background_colours
    place = words.BACKDROP_WORDS[0] if draw.chance(0.75) else words.BACKDROP_WORDS[1]
    if scene.background == "plain":
        colour = colours[0]
        ways = [f"on a {colour} {place}", f"on a plain {colour} {place}", f"against a {colour} {place}"]
        if colour == "orange":
            ways = [f"on an orange {place}", f"on a plain orange {place}", f"against an orange {place}"]
        if colour not in ("white", "grey"):
            ways.append(f"on a pale {colour} {place}")
        return draw.pick(ways)
    both = " and ".join(colours if draw.chance(0.5) else colours[::-1])
    article = "an" if both.startswith("orange") else "a"
    return draw.pick(
        [f"on {article} {both} {place}", f"on a {place} fading from {colours[0]} to {colours[1]}",
         f"against a fading {place} of {both}"]
    )


def _dress(text, draw, mood):
    """Mood around the sentence: nothing for most, a few words for some."""
    roll = draw.number()
    starts_plainly = text.startswith(("a ", "an ", "one ", "two ", "three ", "four "))
    if starts_plainly and roll < 0.12:
        text = draw.pick(["a picture of", "a drawing of", "a simple drawing of", "a cute picture of"]) + " " + text
    elif starts_plainly and roll < 0.2:
        text = draw.pick(["look at this:", "here we have", "just", "i see", "we see"]) + " " + text
    elif starts_plainly and roll < 0.28 and mood[0] < 0.6:
        for article in ("a ", "an "):  # as in a search box
            if text.startswith(article):
                text = text[len(article) :]
                break
    text = text.replace(" ,", ",")
    if roll < 0.86 and draw.chance(0.55):
        text = text[0].upper() + text[1:]
        if draw.chance(0.6):
            text += "."
    return text


def _join(*parts):
    return " ".join(part for part in parts if part)
