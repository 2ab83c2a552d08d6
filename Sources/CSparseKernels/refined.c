// The 12-bit weight of single documents: each posting is looked up in its strip. The same code for every CPU; what x86-64 can
// be asked for is an instruction that counts bits.
#include "strips.h"

#define INLINE static inline __attribute__((always_inline))

INLINE size_t ones(uint64_t word) { return (size_t)__builtin_popcountll(word); }

// The number, among the postings of the strip, of one in a sparse block; `count` when the block lacks it.
INLINE size_t sparse_number(const uint8_t *places, size_t count, size_t block, unsigned place) {
  const uint64_t firsts = 0x0101010101010101ull * FIRST_OF_BLOCK;
  size_t number = 0;
  // `block` sparse blocks are before it; eight postings at a time, as long as none of them can be in it.
  for (; number + 8 <= count; number += 8) {
    const size_t begun = ones(newel_word(places + number) & firsts);
    if (begun > block) break;
    block -= begun;
  }
  for (;; number++) {
    if (number == count) return count;
    if (places[number] & FIRST_OF_BLOCK && block-- == 0) break;
  }
  while ((places[number] & PLACE_IN_BLOCK) != place) {
    number++;
    if (number == count || places[number] & FIRST_OF_BLOCK) return count;
  }
  return number;
}

INLINE uint32_t refined_weight(const newel_strip *entry, const uint8_t *strips, unsigned block, unsigned place) {
  const size_t dense = entry->dense_count, sparse = entry->sparse_count;
  const strip_parts parts = newel_strip_parts(entry, strips);
  const uint64_t before = entry->blocks & ((1ull << block) - 1);
  size_t dense_before = 0;
  if (dense == ones(entry->blocks))
    dense_before = ones(before);
  else
    while (dense_before < dense && parts.dense_blocks[dense_before] < block) dense_before++;
  size_t number;
  if (dense_before < dense && parts.dense_blocks[dense_before] == block) {
    const uint64_t documents = newel_word(parts.bitmaps + 8 * dense_before);
    if (!(documents >> place & 1)) return 0;
    number = sparse + ones(documents & ((1ull << place) - 1));
    for (size_t i = 0; i < dense_before; i++) number += ones(newel_word(parts.bitmaps + 8 * i));
  } else {
    number = sparse_number(parts.places, sparse, ones(before) - dense_before, place);
    if (number == sparse) return 0;
  }
  // What the strip has beside bitmaps and places is a byte and a half for each posting.
  const size_t rest = entry[1].start - entry[0].start - 9 * dense - sparse;
  const uint8_t *refinements = parts.impacts + 2 * rest / 3;
  return 32u * parts.impacts[number] + 2u * (refinements[number >> 1] >> (4 * (number & 1)) & 15u) - 15u;
}

INLINE void refined_weights(const newel_strip *entries, const uint8_t *strips, const uint32_t *documents, size_t count,
                            uint32_t *weights) {
  for (size_t i = 0; i < count; i++) newel_prefetch(entries + (documents[i] >> 12));
  for (size_t i = 0; i < count; i++) {
    const newel_strip *entry = entries + (documents[i] >> 12);
    weights[i] = (uint32_t)(entry->blocks >> (documents[i] >> 6 & 63) & 1);
    if (!weights[i]) continue;
    // The beginning was perhaps read a moment ago, the refinements were not.
    const uint8_t *strip = strips + entry->start;
    const size_t length = entry[1].start - entry[0].start;
    newel_prefetch(strip);
    newel_prefetch(strip + length - 1);
    for (size_t byte = 64; byte < length && byte < 512; byte += 64) newel_prefetch(strip + byte);
  }
  for (size_t i = 0; i < count; i++)
    if (weights[i])
      weights[i] = refined_weight(entries + (documents[i] >> 12), strips, documents[i] >> 6 & 63, documents[i] & 63);
}

void newel_refined_weights_scalar(const newel_strip *entries, const uint8_t *strips, const uint32_t *documents, size_t count,
                                  uint32_t *weights) {
  refined_weights(entries, strips, documents, count, weights);
}

#if defined(__x86_64__)
__attribute__((target("popcnt"))) void newel_refined_weights_popcnt(const newel_strip *entries, const uint8_t *strips,
                                                                    const uint32_t *documents, size_t count,
                                                                    uint32_t *weights) {
  refined_weights(entries, strips, documents, count, weights);
}
#endif
