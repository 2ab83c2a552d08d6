"""Checks that captions tell the truth, from the metadata alone; shares no code with the writer of captions.

Three independent checks on every caption:
1. each word is a content word of the scene or a word that describes nothing;
2. the adjectives before (and the pattern after) a noun belong to one and the same object of that kind;
3. left/right, top/bottom, above/below relations name the objects in their true order.
"""

import re

from . import words

_NOUN_KIND = {name: kind for kind, forms in words.OBJECTS.items() for form in forms for name in form}
_COLOUR_OF = {name: colour for colour, names in words.COLOURS.items() for name in names}
_SIZE_OF = {name: size for size, names in words.SIZES.items() for name in names}
_PATTERN_OF = {}
for _pattern, (_, _, _names) in words.PATTERNS.items():
    for _name in _names:
        _PATTERN_OF.setdefault(_name, set()).add(_pattern)
_COUNT_OF = {"a": 1, "an": 1, "one": 1, "two": 2, "pair": 2, "couple": 2, "three": 3, "trio": 3, "four": 4}
_ORDERS = {
    "to the left of": ("left", "right"), "to the right of": ("right", "left"), "above": ("top", "bottom"),
    "below": ("bottom", "top"),
}


def tokens(text):
    return re.findall(r"[a-z0-9]+", text.lower())


def complaints(caption, content, content_words):
    """What is untrue in `caption`; empty when all is well."""
    said = tokens(caption)
    allowed = set(content_words)
    found = [f"the word '{w}' is not true of the scene" for w in said if w not in allowed | words.FILLERS]
    mentions = []
    for at, word in enumerate(said):
        if word not in _NOUN_KIND:
            continue
        if word.startswith("crescent") and said[at + 1 : at + 2] in (["moon"], ["moons"]):
            continue
        traits, start = _adjectives(said, at)
        traits += _tail(said, at)
        candidates = [g for g in content["objects"] if g["object"] == _NOUN_KIND[word]]
        fitting = [g for g in candidates if all(_fits(g, trait) for trait in traits)]
        if not fitting:
            found.append(f"no object fits '{' '.join(said[start:at + 1])}' with {traits}")
            continue
        mentions.append((start, at, fitting[0]))
    if not mentions:
        found.append("no object is named")
    return found + _relations(said, mentions)


def _adjectives(said, at):
    """What is said before the noun at `at`, and where that begins."""
    traits, k = [], at - 1
    while k >= 0:
        word = said[k]
        if word in _COLOUR_OF:
            traits.append(("colour", _COLOUR_OF[word]))
        elif word in _SIZE_OF:
            traits.append(("size", _SIZE_OF[word]))
        elif word in _PATTERN_OF:
            traits.append(("pattern", frozenset(_PATTERN_OF[word])))
        elif word == "crescent" or word == "of" and said[k - 1] in _COUNT_OF:
            pass
        elif word in _COUNT_OF:
            traits.append(("count", _COUNT_OF[word]))
            if word not in ("pair", "couple", "trio"):
                return traits, k
            return traits, k - 1
        else:
            break
        k -= 1
    return traits, k + 1


def _tail(said, at):
    """The pattern told after the noun at `at`, if any."""
    after = said[at + 1 :]
    if after[:1] in (["sign"], ["signs"]):
        after = after[1:]
    text = " ".join(after)
    for pattern, (_, phrases, _) in words.PATTERNS.items():
        if any(text.startswith(" ".join(tokens(phrase))) for phrase in phrases):
            return [("pattern", frozenset([pattern]))]
    return []


def _fits(group, trait):
    name, value = trait
    return group[name] in value if name == "pattern" else group[name] == value


def _relations(said, mentions):
    """Order of two objects, when the caption relates them."""
    if len(mentions) != 2:
        return []
    (_, first_at, first), (second_start, _, second) = mentions
    between = " ".join(said[first_at + 1 : second_start])
    told = next((order for words_, order in _ORDERS.items() if between.endswith(words_)), None)
    if told:
        wrong = (first["position"], second["position"]) != told
    elif between.endswith(("next to", "beside")):
        wrong = {first["position"], second["position"]} != {"left", "right"}
    elif {"left", "right", "top", "bottom"} & set(said):
        named = [w for w in said if w in ("left", "right", "top", "bottom")]
        wrong = named != [first["position"], second["position"]]
    else:
        wrong = False
    return ["the two objects are not placed as told"] if wrong else []
