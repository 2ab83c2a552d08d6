// The kernels of strips with AVX-512 F, BW, VL and VBMI2: a dense block is expanded and added whole.
#include "strips.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,popcnt")))
#define INLINE AVX512 static inline __attribute__((always_inline))

INLINE void add_sixteen(int32_t *cells, __m128i bytes, __m512i factor) {
  const __m512i amounts = _mm512_mullo_epi32(_mm512_cvtepu8_epi32(bytes), factor);
  _mm512_storeu_si512(cells, _mm512_add_epi32(_mm512_loadu_si512(cells), amounts));
}

// Adds factor * byte to the cells of the set bits; the bytes are those of the set bits in order. Reads 64 bytes.
INLINE void add_expanded(int32_t *cells, uint64_t bits, const uint8_t *bytes, __m512i factor) {
  const __m512i spread = _mm512_maskz_expand_epi8(bits, _mm512_loadu_si512(bytes));
  add_sixteen(cells, _mm512_castsi512_si128(spread), factor);
  add_sixteen(cells + 16, _mm512_extracti32x4_epi32(spread, 1), factor);
  add_sixteen(cells + 32, _mm512_extracti32x4_epi32(spread, 2), factor);
  add_sixteen(cells + 48, _mm512_extracti32x4_epi32(spread, 3), factor);
}

// Adds the sparse postings. Sixteen at a time: the running count of first postings numbers their blocks.
INLINE void add_sparse(uint64_t blocks, const strip_parts *parts, size_t count, __m512i factor, int32_t *cells) {
  _Alignas(64) uint8_t numbers[16 + 64 + 16];
  _Alignas(64) int32_t amounts[16];
  _Alignas(32) uint16_t positions[16];
  const __m512i ascending = _mm512_set_epi8(
      63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36,
      35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7,
      6, 5, 4, 3, 2, 1, 0);
  _mm512_storeu_si512(numbers + 16, _mm512_maskz_compress_epi8(blocks, ascending));
  const uint8_t *block = numbers + 15;  // The block of the posting before; there is none before the first.
  for (size_t i = 0; i < count; i += 16) {
    const __m128i places = _mm_loadu_si128((const __m128i *)(parts->places + i));
    const unsigned firsts = (unsigned)_mm_movemask_epi8(places);
    __m128i sum = _mm_and_si128(_mm_srli_epi16(places, 7), _mm_set1_epi8(1));
    sum = _mm_add_epi8(sum, _mm_slli_si128(sum, 1));
    sum = _mm_add_epi8(sum, _mm_slli_si128(sum, 2));
    sum = _mm_add_epi8(sum, _mm_slli_si128(sum, 4));
    sum = _mm_add_epi8(sum, _mm_slli_si128(sum, 8));
    // Counted from the block of the first of the sixteen, the numbers fit sixteen entries.
    const unsigned begins = firsts & 1;
    const __m128i near = _mm_loadu_si128((const __m128i *)(block + begins));
    const __m128i found = _mm_shuffle_epi8(near, _mm_sub_epi8(sum, _mm_set1_epi8((char)begins)));
    const __m256i inside = _mm256_cvtepu8_epi16(_mm_and_si128(places, _mm_set1_epi8(PLACE_IN_BLOCK)));
    _mm256_store_si256((__m256i *)positions,
                       _mm256_or_si256(_mm256_slli_epi16(_mm256_cvtepu8_epi16(found), 6), inside));
    const __m128i impacts = _mm_loadu_si128((const __m128i *)(parts->impacts + i));
    _mm512_store_si512(amounts, _mm512_mullo_epi32(_mm512_cvtepu8_epi32(impacts), factor));
    if (i + 16 <= count) {
      newel_scatter(positions, amounts, cells);
      block += __builtin_popcount(firsts);
    } else {
      for (size_t lane = 0; lane < count - i; lane++) cells[positions[lane]] += amounts[lane];
    }
  }
}

INLINE size_t add_one(const newel_strip *entry, const uint8_t *strips, uint64_t wanted, __m512i factor,
                      int32_t *cells) {
  const strip_parts parts = newel_strip_parts(entry, strips);
  const uint8_t *impacts = parts.dense_impacts;
  uint64_t sparse = entry->blocks;
  size_t added = 0;
  for (size_t i = 0; i < entry->dense_count; i++) {
    const unsigned block = parts.dense_blocks[i] & 63u;
    const uint64_t documents = newel_word(parts.bitmaps + 8 * i);
    const size_t count = (size_t)__builtin_popcountll(documents);
    sparse &= ~(1ull << block);
    if (wanted >> block & 1) {
      add_expanded(cells + 64 * block, documents, impacts, factor);
      added += count;
    }
    impacts += count;
  }
  if (!(sparse & wanted)) return added;
  add_sparse(sparse, &parts, entry->sparse_count, factor, cells);
  return added + entry->sparse_count;
}

AVX512 size_t newel_add_strip_avx512(const newel_strip *entry, const uint8_t *strips, uint64_t wanted, int32_t weight,
                                     int32_t *cells) {
  return add_one(entry, strips, wanted, _mm512_set1_epi32(weight), cells);
}

AVX512 size_t newel_add_strips_avx512(const newel_strip *entries, size_t count, const uint8_t *strips, int32_t weight,
                                      int32_t *cells) {
  const __m512i factor = _mm512_set1_epi32(weight);
  size_t added = 0;
  for (size_t i = 0; i < count; i++)
    if (entries[i].blocks) {
      newel_prefetch_ahead(entries + i, strips);
      added += add_one(entries + i, strips, ~0ull, factor, cells + NEWEL_WINDOW_CELLS * i);
    }
  return added;
}

AVX512 void newel_add_maxima_avx512(const newel_strip *entries, size_t count, const uint8_t *maxima, uint32_t weight,
                                    uint32_t *bounds) {
  const __m512i factor = _mm512_set1_epi32((int)weight);
  for (; count > 0; count--, entries++, bounds += NEWEL_WINDOW_BLOCKS) {
    const uint64_t blocks = entries->blocks;
    newel_prefetch(entries + 64);
    if (!blocks) continue;
    newel_prefetch(maxima + 512);
    add_expanded((int32_t *)bounds, blocks, maxima, factor);
    maxima += __builtin_popcountll(blocks);
  }
}

INLINE __m512i largest_of_window(const uint32_t *bounds) {
  const __m512i low = _mm512_max_epu32(_mm512_loadu_si512(bounds), _mm512_loadu_si512(bounds + 16));
  const __m512i high = _mm512_max_epu32(_mm512_loadu_si512(bounds + 32), _mm512_loadu_si512(bounds + 48));
  return _mm512_max_epu32(low, high);
}

AVX512 void newel_window_bounds_avx512(const uint32_t *bounds, size_t count, uint32_t *largest) {
  for (; count > 0; count--, bounds += NEWEL_WINDOW_BLOCKS)
    *largest++ = (uint32_t)_mm512_reduce_max_epu32(largest_of_window(bounds));
}

AVX512 uint64_t newel_blocks_at_least_avx512(const uint32_t *bounds, uint32_t threshold) {
  const __m512i least = _mm512_set1_epi32((int)threshold);
  uint64_t found = 0;
  for (int quarter = 0; quarter < 4; quarter++)
    found |= (uint64_t)_mm512_cmpge_epu32_mask(_mm512_loadu_si512(bounds + 16 * quarter), least) << (16 * quarter);
  return found;
}
#endif
