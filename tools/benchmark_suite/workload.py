"""The generated workload: documents, three sets of queries, and the exact answers. The same on every machine.

Every document is drawn from a three-level mixture (80 super-topics, 1,600 topics, stories of about 12 documents) over a
background of frequent tokens, so that tokens occur together. Documents arrive in random order. Lengths, token frequencies
and weights follow what is published of learned sparse vectors on MS MARCO passages: about 119 tokens a document and
28,000 tokens in use. How fast pruning bounds tighten on real vectors is imitated, not proven: measure real vectors too.

  keyword    2 to 5 content tokens
  inffree    6 to 10 tokens with looked-up weights, frequent ones low
  expanded   about 43 tokens, as a query encoder expands them
"""
import math
import os

import numpy as np
from numba import njit, prange, set_num_threads

from .console import say
from .formats import Csr, write_csr, write_truth
from .truth import ground_truth, invert

VOCABULARY = 30_522
ACTIVE = 28_000
SUPER_TOPICS, TOPICS = 80, 1_600
SUPER_TOKENS, TOPIC_TOKENS, STORY_TOKENS = 400, 90, 26
DOCUMENTS_PER_STORY = 12
LARGEST_QUERY_WEIGHT = 3.5
QUERIES = 500
SEED = 2024
SETS = ("keyword", "inffree", "expanded")
THREADS = 2


@njit(inline="always", cache=True)
def _uniform(state):
    """SplitMix64: (next state, number in [0, 1))."""
    state = np.uint64(state + np.uint64(0x9E3779B97F4A7C15))
    mixed = state
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = mixed ^ (mixed >> np.uint64(31))
    return state, (mixed >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(inline="always", cache=True)
def _normal(state):
    state, a = _uniform(state)
    state, b = _uniform(state)
    return state, np.sqrt(-2.0 * np.log(a + 1e-300)) * np.cos(6.283185307179586 * b)


@njit(inline="always", cache=True)
def _pick(distribution, number):
    return min(np.searchsorted(distribution, number, side="right"), distribution.size - 1)


@njit(inline="always", cache=True)
def _tell_story(story, seed, topic_tokens, rare, out):
    """Fills in the tokens of a story, half from its topic and half rare ones of its own; returns the topic."""
    state = np.uint64(seed) * np.uint64(7919) + np.uint64(story) * np.uint64(0xD1B54A32D192ED03)
    state, u = _uniform(state)
    # Every fourth story belongs to a popular topic.
    topic = int(u * u * TOPICS) if story % 4 == 0 else int(u * TOPICS)
    for number in range(STORY_TOKENS):
        state, u = _uniform(state)
        out[number] = _pick(rare, u) if number % 2 == 0 else topic_tokens[topic, int(u * u * TOPIC_TOKENS)]
    return topic


@njit(inline="always", cache=True)
def _draw(state, length, p_story, p_topic, p_super, p_other, story, topic, other, super_topic, topic_tokens,
          super_tokens, background, by_story, by_topic, by_super, salience, scale, tokens, weights, taken):
    """Draws different tokens with weights from the mixture; returns (state, how many)."""
    count = 0
    tries = 0
    while count < length and tries < 12 * length:
        tries += 1
        state, level = _uniform(state)
        state, place = _uniform(state)
        if level < p_story:
            rank = _pick(by_story, place)
            token, mean = story[rank], 0.50 - 0.040 * rank
        elif level < p_story + p_topic:
            rank = _pick(by_topic, place)
            token, mean = topic_tokens[topic, rank], 0.45 - 0.016 * rank
        elif level < p_story + p_topic + p_other:
            rank = _pick(by_topic, place)
            token, mean = topic_tokens[other, rank], 0.05 - 0.016 * rank
        elif level < p_story + p_topic + p_other + p_super:
            rank = _pick(by_super, place)
            token, mean = super_tokens[super_topic, rank], 0.25 - 0.006 * rank
        else:
            token, mean = _pick(background, place), -1.35
        if taken[token]:
            continue
        taken[token] = True
        state, noise = _normal(state)
        weight = np.log1p(min(np.exp(mean + salience[token] + scale + 0.55 * noise), 32.0))
        tokens[count] = token
        weights[count] = max(weight, 0.01)
        count += 1
    for number in range(count):
        taken[tokens[number]] = False
    return state, count


@njit(inline="always", cache=True)
def _store(tokens, weights, count, names, at, out_tokens, out_weights, largest):
    named = np.empty(count, np.int32)
    for number in range(count):
        named[number] = names[tokens[number]]
    for number, source in enumerate(np.argsort(named)):
        out_tokens[at + number] = named[source]
        out_weights[at + number] = min(weights[source], largest)


@njit(parallel=True, cache=True)
def _documents(count, seed, stories, lengths, starts, names, topic_tokens, super_of, first_topic, super_tokens, background,
               rare, by_story, by_topic, by_super, salience, out_tokens, out_weights):
    chunks = 64
    for chunk in prange(chunks):
        taken = np.zeros(ACTIVE, np.bool_)
        tokens = np.empty(512, np.int32)
        weights = np.empty(512, np.float64)
        story = np.empty(STORY_TOKENS, np.int64)
        for document in range(count * chunk // chunks, count * (chunk + 1) // chunks):
            state = np.uint64(seed) * np.uint64(1000003) + np.uint64(document) * np.uint64(0x9E6C63D0676A9A99)
            state, u = _uniform(state)
            topic = _tell_story(int(u ** 1.6 * stories), seed, topic_tokens, rare, story)
            state, u = _uniform(state)
            other = int(u * TOPICS)
            state, u = _uniform(state)
            if u < 0.6:  # a neighbour of the same super-topic
                begin = first_topic[super_of[topic]]
                other = begin + other % (first_topic[super_of[topic] + 1] - begin)
            state, noise = _normal(state)
            state, drawn = _draw(state, lengths[document], 0.07, 0.25, 0.30, 0.11, story, topic, other, super_of[topic],
                                 topic_tokens, super_tokens, background, by_story, by_topic, by_super, salience,
                                 0.12 * noise, tokens, weights, taken)
            _store(tokens, weights, drawn, names, starts[document], out_tokens, out_weights, 1e9)
            lengths[document] = drawn


@njit(cache=True)
def _queries(kind, count, seed, stories, names, topic_tokens, super_of, super_tokens, background, rare, by_story, by_topic,
             by_super, salience, starts, out_tokens, out_weights):
    taken = np.zeros(ACTIVE, np.bool_)
    tokens = np.empty(512, np.int32)
    weights = np.empty(512, np.float64)
    story = np.empty(STORY_TOKENS, np.int64)
    for query in range(count):
        state = np.uint64(seed) * np.uint64(52711) + np.uint64(query * 3 + kind) * np.uint64(0xC2B2AE3D27D4EB4F)
        state, u = _uniform(state)
        topic = _tell_story(int(u ** 1.6 * stories), seed, topic_tokens, rare, story)
        other = 0
        if kind == 0:
            state, u = _uniform(state)
            length, p_story, p_topic, p_super, p_other, scale = 2 + int(u * 4), .18, .42, .28, 0., .35
        elif kind == 1:
            state, u = _uniform(state)
            length, p_story, p_topic, p_super, p_other, scale = 6 + int(u * 5), .12, .32, .28, 0., 0.
        else:
            state, u = _uniform(state)
            state, noise = _normal(state)
            length, p_story, p_topic, p_super, p_other, scale = (
                int(min(max(43 + 11 * noise, 15), 90)), .07, .27, .40, .04, -.15)
            other = int(u * TOPICS)
        state, drawn = _draw(state, length, p_story, p_topic, p_super, p_other, story, topic, other, super_of[topic],
                             topic_tokens, super_tokens, background, by_story, by_topic, by_super, salience, scale,
                             tokens, weights, taken)
        for number in range(drawn):
            if kind == 1:
                weights[number] = 0.15 + 0.9 * np.log1p(np.exp(1.6 * salience[tokens[number]] + 0.2))
            elif kind == 2:  # expanded queries are peakier than documents
                weights[number] = max(0.01, weights[number] ** 2.0)
        _store(tokens, weights, drawn, names, starts[query], out_tokens, out_weights, LARGEST_QUERY_WEIGHT)
        starts[query + 1] = starts[query] + drawn


@njit(cache=True)
def _close_gaps(old, new, tokens, weights):
    """Moves each row from where it begins in `old` to where it begins in `new`, which is never further behind."""
    for row in range(new.size - 1):
        source, target = old[row], new[row]
        if source != target:
            for number in range(new[row + 1] - target):
                tokens[target + number] = tokens[source + number]
                weights[target + number] = weights[source + number]


def _zipf(count, exponent, offset):
    shares = 1.0 / (np.arange(count) + offset) ** exponent
    return np.cumsum(shares / shares.sum())


class Mixture:
    """The topics and their tokens, drawn once."""

    def __init__(self, seed):
        random = np.random.default_rng(seed)
        # From frequency rank to token number; the first numbers of the vocabulary are special tokens.
        self.names = (1996 + random.permutation(VOCABULARY - 1996)[:ACTIVE]).astype(np.int32)
        self.background = _zipf(ACTIVE, 0.9, 9.0)
        topical = _zipf(ACTIVE, 0.75, 60.0)
        self.rare = _zipf(ACTIVE, 0.35, 200.0)
        self.by_story, self.by_topic, self.by_super = (
            _zipf(STORY_TOKENS, 0.6, 3), _zipf(TOPIC_TOKENS, 1.0, 3), _zipf(SUPER_TOKENS, 1.15, 5))
        self.salience = 0.28 * random.standard_normal(ACTIVE) + 0.70 * (
            np.log(np.arange(ACTIVE) + 20.0) / np.log(ACTIVE) - 0.75)
        self.super_tokens = np.searchsorted(topical, random.random((SUPER_TOPICS, SUPER_TOKENS))).clip(0, ACTIVE - 1)
        self.super_of = np.sort((random.random(TOPICS) ** 1.5 * SUPER_TOPICS).astype(np.int64))
        self.first_topic = np.searchsorted(self.super_of, np.arange(SUPER_TOPICS + 1))
        self.topic_tokens = np.empty((TOPICS, TOPIC_TOKENS), np.int64)
        half = TOPIC_TOKENS // 2
        for topic in range(TOPICS):
            self.topic_tokens[topic] = random.permutation(np.concatenate([
                random.choice(self.super_tokens[self.super_of[topic]], half),
                np.searchsorted(topical, random.random(TOPIC_TOKENS - half)).clip(0, ACTIVE - 1)]))


def documents(count, mixture, seed=SEED):
    stories = max(50, count // DOCUMENTS_PER_STORY)
    lengths = np.exp(math.log(113.0) + 0.33 * np.random.default_rng(seed + 1).standard_normal(count)).clip(
        16, 400).astype(np.int64)
    starts = np.zeros(count + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    tokens = np.empty(starts[-1], np.int32)
    weights = np.empty(starts[-1], np.float32)
    places = starts.copy()
    m = mixture
    _documents(count, seed, stories, lengths, starts, m.names, m.topic_tokens, m.super_of, m.first_topic, m.super_tokens,
               m.background, m.rare, m.by_story, m.by_topic, m.by_super, m.salience, tokens, weights)
    # Documents may come up short. Their gaps are closed in place: masks and copies would not fit in memory at 4 million.
    np.cumsum(lengths, out=starts[1:])
    _close_gaps(places, starts, tokens, weights)
    return Csr(starts, tokens[:starts[-1]], weights[:starts[-1]], VOCABULARY)


def queries(kind, document_count, mixture, count=QUERIES, seed=SEED):
    stories = max(50, document_count // DOCUMENTS_PER_STORY)
    starts = np.zeros(count + 1, np.int64)
    tokens = np.empty(count * 100, np.int32)
    weights = np.empty(count * 100, np.float32)
    m = mixture
    _queries(kind, count, seed, stories, m.names, m.topic_tokens, m.super_of, m.super_tokens, m.background, m.rare,
             m.by_story, m.by_topic, m.by_super, m.salience, starts, tokens, weights)
    return Csr(starts, tokens[:starts[-1]], weights[:starts[-1]], VOCABULARY)


def query_count(document_count):
    """How many queries a set has: exact answers over more than a million documents take half a second each, so fewer of them."""
    return QUERIES if document_count <= 1_000_000 else QUERIES // 2


def name_of(count):
    return f"{count // 1_000_000}M" if count % 1_000_000 == 0 else f"{count // 1000}k" if count % 1000 == 0 else f"{count}"


def generate(count, data):
    """Makes the workload of `count` documents in DATA/NAME unless it is there; returns the folder."""
    folder = os.path.join(data, name_of(count))
    wanted = [os.path.join(folder, name) for name in ["docs.csr"] + [f"q_{s}.{e}" for s in SETS for e in ("csr", "gt")]]
    if all(os.path.exists(path) for path in wanted):
        say(f"the workload of {count:,} documents is there: {folder}")
        return folder
    os.makedirs(folder, exist_ok=True)
    set_num_threads(THREADS)
    say(f"generating {count:,} documents")
    mixture = Mixture(SEED)
    csr = documents(count, mixture)
    write_csr(os.path.join(folder, "docs.csr"), csr)
    say(f"generated {len(csr.indices):,} postings, {len(csr.indices) / count:.1f} a document; computing exact answers")
    lists = invert(csr)
    for kind, name in enumerate(SETS):
        asked = queries(kind, count, mixture, count=query_count(count))
        write_truth(os.path.join(folder, f"q_{name}.gt"), *ground_truth(lists, count, asked))
        write_csr(os.path.join(folder, f"q_{name}.csr"), asked)
    return folder
