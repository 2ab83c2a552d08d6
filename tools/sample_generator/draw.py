"""A seeded source of choices. SplitMix64 written out, so that no library decides what a seed means."""

_MASK = (1 << 64) - 1


class Draw:
    def __init__(self, seed):
        self.state = seed & _MASK

    def bits(self):
        """64 random bits (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014)."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & _MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def number(self):
        """Uniform in 0 ..< 1."""
        return (self.bits() >> 11) / 9007199254740992.0

    def between(self, low, high):
        return low + (high - low) * self.number()

    def below(self, count):
        return self.bits() % count

    def chance(self, probability):
        return self.number() < probability

    def pick(self, choices):
        return choices[self.below(len(choices))]

    def weighted(self, pairs):
        """One of (value, weight) pairs."""
        at = self.number() * sum(weight for _, weight in pairs)
        for value, weight in pairs:
            at -= weight
            if at < 0:
                return value
        return pairs[-1][0]

    def shuffled(self, items):
        items = list(items)
        for k in range(len(items) - 1, 0, -1):
            j = self.below(k + 1)
            items[k], items[j] = items[j], items[k]
        return items
