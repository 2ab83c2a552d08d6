// The reference of the kernels of strips.
#include "strips.h"

size_t newel_add_strip_scalar(const newel_strip *entry, const uint8_t *strips, uint64_t wanted, int32_t weight,
                              int32_t *cells) {
  const strip_parts parts = newel_strip_parts(entry, strips);
  const uint8_t *impact = parts.dense_impacts;
  uint64_t sparse = entry->blocks;
  size_t added = 0;
  for (size_t i = 0; i < entry->dense_count; i++) {
    const unsigned block = parts.dense_blocks[i] & 63u;
    uint64_t documents = newel_word(parts.bitmaps + 8 * i);
    const size_t count = (size_t)__builtin_popcountll(documents);
    sparse &= ~(1ull << block);
    if (wanted >> block & 1) {
      int32_t *block_cells = cells + 64 * block;
      for (const uint8_t *next = impact; documents; documents &= documents - 1)
        block_cells[__builtin_ctzll(documents)] += weight * *next++;
      added += count;
    }
    impact += count;
  }
  if (!(sparse & wanted)) return added;
  int32_t *block_cells = cells;
  for (size_t i = 0; i < entry->sparse_count; i++) {
    if (parts.places[i] & FIRST_OF_BLOCK && sparse) {
      block_cells = cells + 64 * __builtin_ctzll(sparse);
      sparse &= sparse - 1;
    }
    block_cells[parts.places[i] & PLACE_IN_BLOCK] += weight * parts.impacts[i];
  }
  return added + entry->sparse_count;
}

size_t newel_add_strips_scalar(const newel_strip *entries, size_t count, const uint8_t *strips, int32_t weight,
                               int32_t *cells) {
  size_t added = 0;
  for (size_t i = 0; i < count; i++)
    added += newel_add_strip_scalar(entries + i, strips, ~0ull, weight, cells + NEWEL_WINDOW_CELLS * i);
  return added;
}

void newel_add_maxima_scalar(const newel_strip *entries, size_t count, const uint8_t *maxima, uint32_t weight,
                             uint32_t *bounds) {
  for (; count > 0; count--, entries++, bounds += NEWEL_WINDOW_BLOCKS)
    for (uint64_t blocks = entries->blocks; blocks; blocks &= blocks - 1)
      bounds[__builtin_ctzll(blocks)] += weight * *maxima++;
}

void newel_window_bounds_scalar(const uint32_t *bounds, size_t count, uint32_t *largest) {
  for (; count > 0; count--, bounds += NEWEL_WINDOW_BLOCKS) {
    uint32_t most = 0;
    for (int block = 0; block < NEWEL_WINDOW_BLOCKS; block++) most = bounds[block] > most ? bounds[block] : most;
    *largest++ = most;
  }
}

uint64_t newel_blocks_at_least_scalar(const uint32_t *bounds, uint32_t threshold) {
  uint64_t found = 0;
  for (int block = 0; block < NEWEL_WINDOW_BLOCKS; block++) found |= (uint64_t)(bounds[block] >= threshold) << block;
  return found;
}
