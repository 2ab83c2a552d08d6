// The reference of the kernels of bounds.
#include "bounds.h"

void newel_sum_cells_scalar(const newel_bound_row *rows, size_t row_count, size_t count, uint32_t *sums) {
  for (size_t cell = 0; cell < count; cell++) {
    uint32_t sum = 0;
    for (size_t row = 0; row < row_count; row++) sum += rows[row].weight * rows[row].cell_maxima[cell];
    sums[cell] = sum;
  }
}

size_t newel_refine_bounds_scalar(const newel_bound_row *rows, size_t row_count, uint32_t threshold,
                                  const uint32_t *windows, uint32_t *slots, size_t count, uint32_t *bounds) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    const uint32_t slot = slots[i], window = windows[slot];
    uint32_t *of_window = bounds + NEWEL_WINDOW_BLOCKS * (size_t)slot;
    for (size_t row = 0; row < row_count; row++) {
      const newel_strip *entry = rows[row].entries + window;
      const uint8_t *maximum = rows[row].maxima + entry->first_maximum;
      const uint8_t *cells = rows[row].cell_maxima + NEWEL_WINDOW_PARTS * (size_t)window;
      for (int block = 0; block < NEWEL_WINDOW_BLOCKS; block++) {
        const uint8_t most = entry->blocks >> block & 1 ? *maximum++ : 0;
        of_window[block] -= rows[row].weight * (uint8_t)(cells[block / NEWEL_PART_BLOCKS] - most);
      }
    }
    if (!newel_blocks_at_least_scalar(of_window, threshold)) continue;
    slots[kept++] = slot;
  }
  return kept;
}

uint64_t newel_blocks_reaching_scalar(const int32_t *cells, uint64_t wanted, const uint32_t *rest, uint32_t threshold) {
  uint64_t found = 0;
  for (; wanted; wanted &= wanted - 1) {
    const int block = __builtin_ctzll(wanted);
    uint32_t most = 0;
    for (int cell = 64 * block; cell < 64 * block + 64; cell++)
      most = (uint32_t)cells[cell] > most ? (uint32_t)cells[cell] : most;
    found |= (uint64_t)(most + rest[block] >= threshold) << block;
  }
  return found;
}
