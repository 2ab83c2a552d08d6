"""The palette: each colour word has a base, a dark shade, a light tint and an ink, chosen to sit well together."""

WHITE = (252, 251, 247)
CREAM = (255, 246, 226)
INK = (52, 50, 68)

# base, dark shade (parts), light tint (patterns and highlights)
TABLE = {
    "red": ((217, 52, 58), (156, 30, 46), (255, 190, 184)),
    "orange": ((243, 132, 36), (190, 88, 22), (255, 218, 168)),
    "yellow": ((250, 204, 50), (214, 152, 26), (255, 245, 196)),
    "green": ((64, 158, 78), (34, 104, 60), (186, 228, 170)),
    "turquoise": ((36, 180, 176), (16, 122, 130), (186, 240, 230)),
    "blue": ((52, 104, 206), (30, 62, 144), (178, 208, 250)),
    "purple": ((130, 74, 184), (84, 42, 130), (216, 190, 242)),
    "pink": ((246, 134, 172), (206, 80, 128), (255, 220, 230)),
    "brown": ((136, 86, 52), (88, 54, 36), (218, 178, 138)),
    "black": ((44, 42, 52), (20, 19, 28), (132, 130, 146)),
    "white": ((252, 251, 248), (206, 208, 220), (188, 194, 212)),
    "grey": ((140, 144, 154), (94, 98, 110), (214, 216, 222)),
}

# Calm background colours by word: upper and lower end of a faint vertical fade.
BACKDROPS = {
    "white": ((253, 252, 248), (240, 238, 232)),
    "yellow": ((255, 240, 184), (253, 226, 150)),
    "pink": ((255, 222, 226), (252, 200, 210)),
    "blue": ((204, 228, 250), (178, 210, 244)),
    "green": ((208, 238, 206), (180, 222, 180)),
    "purple": ((228, 214, 246), (208, 190, 236)),
    "grey": ((222, 224, 228), (200, 203, 210)),
    "orange": ((255, 224, 190), (255, 204, 158)),
}


def mix(a, b, share):
    """`share` of b in a."""
    return tuple(p + (q - p) * share for p, q in zip(a, b))


def difference(a, b):
    """Squared distance with the eye's rough weights for red, green and blue; integers in, integer out."""
    return sum(w * (int(p) - int(q)) ** 2 for w, p, q in zip((3, 6, 2), a, b))


def jitter(colour, draw, amount=9):
    """The same colour, a little lighter or darker and a little warmer or cooler."""
    light = (draw.number() - 0.5) * 2 * amount
    warm = (draw.number() - 0.5) * amount
    return tuple(min(255.0, max(0.0, c + light + warm * k)) for c, k in zip(colour, (1, 0, -1)))
