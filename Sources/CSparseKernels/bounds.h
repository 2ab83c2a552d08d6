// What the kernels of bounds share.
#ifndef NEWEL_BOUNDS_H
#define NEWEL_BOUNDS_H

#include "kernels.h"

// How many windows ahead of its use a directory entry is asked for, and how many ahead the maxima that it leads to: the
// windows that are left lie anywhere in the rows, so the hardware cannot foresee them.
enum { ENTRIES_AHEAD = 6, MAXIMA_AHEAD = 3 };

static inline void newel_ask_for_entries(const newel_bound_row *rows, size_t row_count, const uint32_t *windows,
                                         const uint32_t *slots, size_t count, size_t i) {
  if (i >= count) return;
  const uint32_t window = windows[slots[i]];
  for (size_t row = 0; row < row_count; row++) newel_prefetch(rows[row].entries + window);
}

static inline void newel_ask_for_maxima(const newel_bound_row *rows, size_t row_count, const uint32_t *windows,
                                        const uint32_t *slots, size_t count, size_t i) {
  if (i >= count) return;
  const uint32_t window = windows[slots[i]];
  for (size_t row = 0; row < row_count; row++)
    newel_prefetch(rows[row].maxima + rows[row].entries[window].first_maximum);
}

#endif
