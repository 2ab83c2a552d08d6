// What the kernels of strips share.
#ifndef NEWEL_STRIPS_H
#define NEWEL_STRIPS_H

#include "kernels.h"

// Where the parts of one strip begin: bitmaps and numbers of the dense blocks, then one byte a posting for the place and
// one for the impact of the sparse ones, then the impacts of the dense ones.
typedef struct strip_parts {
  const uint8_t *bitmaps, *dense_blocks, *places, *impacts, *dense_impacts;
} strip_parts;

static inline strip_parts newel_strip_parts(const newel_strip *entry, const uint8_t *strips) {
  strip_parts parts;
  parts.bitmaps = strips + entry->start;
  parts.dense_blocks = parts.bitmaps + 8 * (size_t)entry->dense_count;
  parts.places = parts.dense_blocks + entry->dense_count;
  parts.impacts = parts.places + entry->sparse_count;
  parts.dense_impacts = parts.impacts + entry->sparse_count;
  return parts;
}

static inline uint64_t newel_word(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, 8);
  return word;
}

// Asks for what will be read about four strips from now, as many lines as this strip has. The postings of a term are a
// few kilobytes at each visit, too few for the hardware to foresee: a quarter of a scan was waiting for memory.
static inline void newel_prefetch_ahead(const newel_strip *entry, const uint8_t *strips) {
  for (uint32_t byte = entry[0].start; byte < entry[1].start; byte += 64) newel_prefetch(strips + byte + 1024);
}

// The place byte of a posting: its document within the block, and whether it is the first of its block.
enum { FIRST_OF_BLOCK = 128, PLACE_IN_BLOCK = 63 };

// Adds sixteen amounts to cells, one by one, since two postings may share a line.
static inline void newel_scatter(const uint16_t *positions, const int32_t *amounts, int32_t *cells) {
  for (int quarter = 0; quarter < 4; quarter++, positions += 4, amounts += 4) {
    uint64_t four;
    memcpy(&four, positions, 8);
    cells[four & 0xFFFF] += amounts[0];
    cells[four >> 16 & 0xFFFF] += amounts[1];
    cells[four >> 32 & 0xFFFF] += amounts[2];
    cells[four >> 48] += amounts[3];
  }
}

#endif
