// The kernels of bounds with AVX-512 F, BW, VL and VBMI2: the 64 bounds of a window stay in registers.
#include "bounds.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,popcnt")))
#define INLINE AVX512 static inline __attribute__((always_inline))

INLINE __m512i product(__m128i bytes, __m512i factor) {
  return _mm512_mullo_epi32(_mm512_cvtepu8_epi32(bytes), factor);
}

INLINE __m128i sixteen(const uint8_t *bytes) { return _mm_loadu_si128((const __m128i *)bytes); }

AVX512 void newel_sum_cells_avx512(const newel_bound_row *rows, size_t row_count, size_t count, uint32_t *sums) {
  for (size_t cell = 0; cell < count; cell += 64) {
    __m512i sum[4];
    for (int i = 0; i < 4; i++) sum[i] = _mm512_setzero_si512();
    for (size_t row = 0; row < row_count; row++) {
      const uint8_t *maxima = rows[row].cell_maxima + cell;
      const __m512i factor = _mm512_set1_epi32((int)rows[row].weight);
      newel_prefetch(maxima + 256);
      for (int i = 0; i < 4; i++) sum[i] = _mm512_add_epi32(sum[i], product(sixteen(maxima + 16 * i), factor));
    }
    for (int i = 0; i < 4; i++) _mm512_storeu_si512(sums + cell + 16 * i, sum[i]);
  }
}

AVX512 size_t newel_refine_bounds_avx512(const newel_bound_row *rows, size_t row_count, uint32_t threshold,
                                         const uint32_t *windows, uint32_t *slots, size_t count, uint32_t *bounds) {
  const __m512i parts = _mm512_set_epi64(0x0303030303030303, 0x0303030303030303, 0x0202020202020202, 0x0202020202020202,
                                         0x0101010101010101, 0x0101010101010101, 0, 0);
  const __m512i least = _mm512_set1_epi32((int)threshold);
  size_t kept = 0;
  for (size_t i = 0; i < ENTRIES_AHEAD; i++) newel_ask_for_entries(rows, row_count, windows, slots, count, i);
  for (size_t i = 0; i < MAXIMA_AHEAD; i++) newel_ask_for_maxima(rows, row_count, windows, slots, count, i);
  for (size_t i = 0; i < count; i++) {
    newel_ask_for_entries(rows, row_count, windows, slots, count, i + ENTRIES_AHEAD);
    newel_ask_for_maxima(rows, row_count, windows, slots, count, i + MAXIMA_AHEAD);
    const uint32_t slot = slots[i], window = windows[slot];
    uint32_t *of_window = bounds + NEWEL_WINDOW_BLOCKS * (size_t)slot;
    __m512i sum[4];
    for (int part = 0; part < 4; part++) sum[part] = _mm512_loadu_si512(of_window + 16 * part);
    for (size_t row = 0; row < row_count; row++) {
      const newel_strip *entry = rows[row].entries + window;
      const __m512i factor = _mm512_set1_epi32((int)rows[row].weight);
      int cells;
      memcpy(&cells, rows[row].cell_maxima + NEWEL_WINDOW_PARTS * (size_t)window, 4);
      const __m512i blocks =
          _mm512_maskz_expand_epi8(entry->blocks, _mm512_loadu_si512(rows[row].maxima + entry->first_maximum));
      const __m512i less = _mm512_sub_epi8(_mm512_shuffle_epi8(_mm512_set1_epi32(cells), parts), blocks);
      sum[0] = _mm512_sub_epi32(sum[0], product(_mm512_castsi512_si128(less), factor));
      sum[1] = _mm512_sub_epi32(sum[1], product(_mm512_extracti32x4_epi32(less, 1), factor));
      sum[2] = _mm512_sub_epi32(sum[2], product(_mm512_extracti32x4_epi32(less, 2), factor));
      sum[3] = _mm512_sub_epi32(sum[3], product(_mm512_extracti32x4_epi32(less, 3), factor));
    }
    const __m512i most = _mm512_max_epu32(_mm512_max_epu32(sum[0], sum[1]), _mm512_max_epu32(sum[2], sum[3]));
    if (!_mm512_cmpge_epu32_mask(most, least)) continue;
    for (int part = 0; part < 4; part++) _mm512_storeu_si512(of_window + 16 * part, sum[part]);
    slots[kept++] = slot;
  }
  return kept;
}

AVX512 uint64_t newel_blocks_reaching_avx512(const int32_t *cells, uint64_t wanted, const uint32_t *rest, uint32_t threshold) {
  uint64_t found = 0;
  for (; wanted; wanted &= wanted - 1) {
    const int block = __builtin_ctzll(wanted);
    const int32_t *of_block = cells + 64 * block;
    const __m512i low = _mm512_max_epu32(_mm512_loadu_si512(of_block), _mm512_loadu_si512(of_block + 16));
    const __m512i high = _mm512_max_epu32(_mm512_loadu_si512(of_block + 32), _mm512_loadu_si512(of_block + 48));
    // The score that a document of the block must have by now; at most 0 when the rest suffices.
    const __m512i least = _mm512_set1_epi32((int)(threshold > rest[block] ? threshold - rest[block] : 0));
    found |= (uint64_t)(_mm512_cmpge_epu32_mask(_mm512_max_epu32(low, high), least) != 0) << block;
  }
  return found;
}
#endif
