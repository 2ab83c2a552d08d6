"""Everything a scene can hold and the words people use for it: the one source of captions and content words.

Every word list starts with the canonical word. All words are single, lower-case, without hyphens.
"""

# kind: (singular words, plural words). Same order in both.
OBJECTS = {
    "circle": (["circle", "disc"], ["circles", "discs"]),
    "square": (["square"], ["squares"]),
    "triangle": (["triangle"], ["triangles"]),
    "star": (["star"], ["stars"]),
    "heart": (["heart"], ["hearts"]),
    "ring": (["ring", "hoop"], ["rings", "hoops"]),
    "cross": (["cross", "plus"], ["crosses", "pluses"]),
    "moon": (["moon", "crescent"], ["moons", "crescents"]),
    "house": (["house", "cottage", "home"], ["houses", "cottages", "homes"]),
    "tree": (["tree"], ["trees"]),
    "fish": (["fish"], ["fish"]),
    "boat": (["boat", "sailboat", "ship"], ["boats", "sailboats", "ships"]),
    "flower": (["flower", "blossom"], ["flowers", "blossoms"]),
    "cup": (["cup", "mug"], ["cups", "mugs"]),
    "balloon": (["balloon"], ["balloons"]),
    "mushroom": (["mushroom", "toadstool"], ["mushrooms", "toadstools"]),
    "key": (["key"], ["keys"]),
    "umbrella": (["umbrella", "parasol"], ["umbrellas", "parasols"]),
    "car": (["car"], ["cars"]),
    "rocket": (["rocket", "spaceship"], ["rockets", "spaceships"]),
    "cat": (["cat", "kitty"], ["cats", "kitties"]),
    "butterfly": (["butterfly"], ["butterflies"]),
}

COLOURS = {
    "red": ["red", "crimson", "scarlet"],
    "orange": ["orange", "tangerine"],
    "yellow": ["yellow", "golden"],
    "green": ["green", "emerald"],
    "turquoise": ["turquoise", "teal"],
    "blue": ["blue", "cobalt"],
    "purple": ["purple", "violet"],
    "pink": ["pink", "rosy"],
    "brown": ["brown", "chocolate"],
    "black": ["black"],
    "white": ["white"],
    "grey": ["grey", "gray"],
}

# pattern: (adjectives before the noun, phrases after it, every word either may use)
PATTERNS = {
    "plain": (["plain", "solid"], [], ["plain", "solid"]),
    "striped": (["striped", "stripy"], ["with stripes", "covered in stripes"], ["striped", "stripy", "stripes"]),
    "spotted": (
        ["spotted", "dotted", "polka dot"],
        ["with dots", "with polka dots", "covered in spots"],
        ["spotted", "dotted", "polka", "dot", "dots", "spots"],
    ),
    "checked": (
        ["checked", "checkered"],
        ["with a checkered pattern", "with checks"],
        ["checked", "checkered", "checks"],
    ),
    "zigzag": (["zigzag"], ["with a zigzag pattern", "with zigzags"], ["zigzag", "zigzags"]),
    "gradient": (
        ["gradient", "ombre"],
        ["fading from dark to light", "with a colour gradient"],
        ["gradient", "ombre", "fading", "dark", "light"],
    ),
    "wavy": (["wavy"], ["with wavy lines", "with a wavy pattern"], ["wavy", "lines"]),
}

SIZES = {
    "small": ["small", "little", "tiny"],
    "medium": ["medium"],
    "large": ["large", "big", "huge"],
}

# position: (phrases, every word of them that says something)
POSITIONS = {
    "left": (["on the left", "on the left side", "to the left"], ["left"]),
    "right": (["on the right", "on the right side", "to the right"], ["right"]),
    "top": (["at the top", "near the top", "up top"], ["top"]),
    "bottom": (["at the bottom", "near the bottom", "down at the bottom"], ["bottom"]),
    "centre": (["in the middle", "in the centre", "in the very middle"], ["middle", "centre"]),
}

# count: (words before the noun, every word that counts)
COUNTS = {
    1: (["a"], ["one"]),
    2: (["two", "a pair of", "a couple of"], ["two", "pair", "couple"]),
    3: (["three", "a trio of"], ["three", "trio"]),
    4: (["four"], ["four"]),
}

# background: (phrases, every word of them that says something)
BACKGROUNDS = {
    "sky": (
        ["in a blue sky", "in the sky", "against a cloudy sky", "among the clouds", "in the sky with clouds"],
        ["sky", "blue", "cloudy", "clouds"],
    ),
    "sea": (
        ["at sea", "by the sea", "in front of the ocean", "with the blue sea behind", "over the waves",
         "above the water"],
        ["sea", "ocean", "waves", "blue", "water"],
    ),
    "meadow": (
        ["in a meadow", "in a green meadow", "in a grassy field", "with green hills behind", "on the grass"],
        ["meadow", "green", "grassy", "field", "hills", "grass"],
    ),
    "night": (
        ["at night", "in the night sky", "on a starry night", "in the dark", "under a starry sky"],
        ["night", "sky", "starry", "dark"],
    ),
    "desert": (
        ["in the desert", "in the sand", "on sandy dunes", "with sand dunes behind", "in a sandy desert"],
        ["desert", "sand", "sandy", "dunes"],
    ),
    "paper": (
        ["on graph paper", "on grid paper", "on squared paper", "drawn on paper", "on a sheet of graph paper"],
        ["paper", "grid", "graph", "squared"],
    ),
    "snow": (
        ["in the snow", "in a snowy field", "on a snowy day", "in winter", "with snow all around"],
        ["snow", "snowy", "winter", "field"],
    ),
    "sunset": (
        ["at sunset", "in the sunset", "in front of a sunset", "with the sun going down", "in the evening"],
        ["sunset", "sun", "evening"],
    ),
    "mountains": (
        ["in the mountains", "in front of mountains", "with mountains behind", "with snowy peaks behind"],
        ["mountains", "peaks", "snowy"],
    ),
}

# Plain and gradient backgrounds are named by colour: "on a pale pink background". Colours here are canonical.
PLAIN_BACKGROUND_COLOURS = ["white", "yellow", "pink", "blue", "green", "purple", "grey", "orange"]
BACKDROP_WORDS = ["background", "backdrop"]

# Words of captions that describe no content: they never count as a true token.
FILLERS = set(
    """a above against all among an and are around at behind below beside by colour covered cute day down drawing drawn
    from front going have here i in is just look near next of on over pale pattern picture see sheet side sign signs
    simple the there this to under up very we with""".split()
)


def object_words(kind, count):
    singular, plural = OBJECTS[kind]
    words = list(singular)
    if count > 1:
        words += plural
    return words
