// What the kernels of dense rows share: in which order the products of a row are summed, so that every instruction set gives the
// same bits. Number i is added to lane i mod 32, the lanes behind the end of the row get 0, and at the end each half of the
// lanes is added to the other until one is left. Products and sums are rounded one by one.
#ifndef NEWEL_DOTS_H
#define NEWEL_DOTS_H

#include "kernels.h"

#pragma STDC FP_CONTRACT OFF

enum { DOT_LANES = 32, DOT_ROWS_AHEAD = 2, CACHE_LINE = 64 };

// Asks for the lines of a row ahead of its use.
static inline void newel_prefetch_row(const uint8_t *row, size_t byte_count) {
  for (size_t byte = 0; byte < byte_count; byte += CACHE_LINE) newel_prefetch(row + byte);
}

// The row whose turn comes soon, or the last one.
static inline size_t newel_row_ahead(const uint32_t *numbers, size_t i, size_t count) {
  return numbers[i + DOT_ROWS_AHEAD < count ? i + DOT_ROWS_AHEAD : count - 1];
}

#endif
