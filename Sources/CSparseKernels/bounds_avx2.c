// The kernels of bounds with AVX2 and BMI2: eight bounds at a time.
#include "bounds.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define INLINE AVX2 static inline __attribute__((always_inline))

INLINE __m256i product(__m128i bytes, __m256i factor) {
  return _mm256_mullo_epi32(_mm256_cvtepu8_epi32(bytes), factor);
}

INLINE __m256i eight(const uint32_t *numbers) { return _mm256_loadu_si256((const __m256i *)numbers); }

AVX2 void newel_sum_cells_avx2(const newel_bound_row *rows, size_t row_count, size_t count, uint32_t *sums) {
  for (size_t cell = 0; cell < count; cell += 32) {
    __m256i sum[4];
    for (int i = 0; i < 4; i++) sum[i] = _mm256_setzero_si256();
    for (size_t row = 0; row < row_count; row++) {
      const uint8_t *maxima = rows[row].cell_maxima + cell;
      const __m256i factor = _mm256_set1_epi32((int)rows[row].weight);
      newel_prefetch(maxima + 256);
      for (int i = 0; i < 4; i++)
        sum[i] = _mm256_add_epi32(sum[i], product(_mm_loadl_epi64((const __m128i *)(maxima + 8 * i)), factor));
    }
    for (int i = 0; i < 4; i++) _mm256_storeu_si256((__m256i *)(sums + cell + 8 * i), sum[i]);
  }
}

AVX2 size_t newel_refine_bounds_avx2(const newel_bound_row *rows, size_t row_count, uint32_t threshold,
                                     const uint32_t *windows, uint32_t *slots, size_t count, uint32_t *bounds) {
  size_t kept = 0;
  for (size_t i = 0; i < ENTRIES_AHEAD; i++) newel_ask_for_entries(rows, row_count, windows, slots, count, i);
  for (size_t i = 0; i < MAXIMA_AHEAD; i++) newel_ask_for_maxima(rows, row_count, windows, slots, count, i);
  for (size_t i = 0; i < count; i++) {
    newel_ask_for_entries(rows, row_count, windows, slots, count, i + ENTRIES_AHEAD);
    newel_ask_for_maxima(rows, row_count, windows, slots, count, i + MAXIMA_AHEAD);
    const uint32_t slot = slots[i], window = windows[slot];
    uint32_t *of_window = bounds + NEWEL_WINDOW_BLOCKS * (size_t)slot;
    for (size_t row = 0; row < row_count; row++) {
      const newel_strip *entry = rows[row].entries + window;
      const uint8_t *maxima = rows[row].maxima + entry->first_maximum;
      const uint8_t *cells = rows[row].cell_maxima + NEWEL_WINDOW_PARTS * (size_t)window;
      const __m256i factor = _mm256_set1_epi32((int)rows[row].weight);
      for (int group = 0; group < 8; group++) {
        const unsigned present = entry->blocks >> (8 * group) & 0xFF;
        // Bit b becomes byte b, all ones; then the next bytes are laid where these are.
        const uint64_t lanes = _pdep_u64(present, 0x0101010101010101u) * 0xFF;
        uint64_t bytes;
        memcpy(&bytes, maxima, 8);
        const __m128i blocks = _mm_cvtsi64_si128((long long)_pdep_u64(bytes, lanes));
        const __m128i less = _mm_sub_epi8(_mm_set1_epi8((char)cells[group / 2]), blocks);
        uint32_t *next = of_window + 8 * group;
        _mm256_storeu_si256((__m256i *)next, _mm256_sub_epi32(eight(next), product(less, factor)));
        maxima += __builtin_popcount(present);
      }
    }
    if (!newel_blocks_at_least_avx2(of_window, threshold)) continue;
    slots[kept++] = slot;
  }
  return kept;
}

AVX2 uint64_t newel_blocks_reaching_avx2(const int32_t *cells, uint64_t wanted, const uint32_t *rest, uint32_t threshold) {
  uint64_t found = 0;
  for (; wanted; wanted &= wanted - 1) {
    const int block = __builtin_ctzll(wanted);
    const uint32_t *of_block = (const uint32_t *)cells + 64 * block;
    __m256i most = eight(of_block);
    for (int i = 8; i < 64; i += 8) most = _mm256_max_epu32(most, eight(of_block + i));
    const __m256i least = _mm256_set1_epi32((int)(threshold > rest[block] ? threshold - rest[block] : 0));
    const __m256i reach = _mm256_cmpeq_epi32(_mm256_max_epu32(most, least), most);
    found |= (uint64_t)(_mm256_movemask_epi8(reach) != 0) << block;
  }
  return found;
}
#endif
