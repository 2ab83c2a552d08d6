// The kernels of strips with AVX2 and BMI2: a dense block is expanded eight documents at a time.
#include "strips.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define INLINE AVX2 static inline __attribute__((always_inline))

INLINE void add_eight(int32_t *cells, __m128i bytes, __m256i factor) {
  const __m256i amounts = _mm256_mullo_epi32(_mm256_cvtepu8_epi32(bytes), factor);
  const __m256i sums = _mm256_add_epi32(_mm256_loadu_si256((const __m256i *)cells), amounts);
  _mm256_storeu_si256((__m256i *)cells, sums);
}

// Adds factor * byte to the cells of the set bits; the bytes are those of the set bits in order. Reads up to 8 bytes more.
INLINE void add_expanded(int32_t *cells, uint64_t bits, const uint8_t *bytes, __m256i factor) {
  for (; bits; bits >>= 8, cells += 8) {
    const unsigned eight = bits & 0xFF;
    if (!eight) continue;
    // Bit b becomes byte b, all ones; then the next bytes are laid where these are.
    const uint64_t lanes = _pdep_u64(eight, 0x0101010101010101u) * 0xFF;
    const uint64_t spread = _pdep_u64(newel_word(bytes), lanes);
    add_eight(cells, _mm_cvtsi64_si128((long long)spread), factor);
    bytes += __builtin_popcount(eight);
  }
}

// Adds the sparse postings. Sixteen at a time: the running count of first postings numbers their blocks.
INLINE void add_sparse(uint64_t blocks, const strip_parts *parts, size_t count, __m256i factor, int32_t *cells) {
  uint8_t numbers[16 + 64 + 16] = {0};
  _Alignas(32) int32_t amounts[16];
  _Alignas(32) uint16_t positions[16];
  for (uint8_t *number = numbers + 16; blocks; blocks &= blocks - 1) *number++ = (uint8_t)__builtin_ctzll(blocks);
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
    _mm256_store_si256((__m256i *)amounts, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(impacts), factor));
    _mm256_store_si256((__m256i *)(amounts + 8),
                       _mm256_mullo_epi32(_mm256_cvtepu8_epi32(_mm_srli_si128(impacts, 8)), factor));
    if (i + 16 <= count) {
      newel_scatter(positions, amounts, cells);
      block += __builtin_popcount(firsts);
    } else {
      for (size_t lane = 0; lane < count - i; lane++) cells[positions[lane]] += amounts[lane];
    }
  }
}

INLINE size_t add_one(const newel_strip *entry, const uint8_t *strips, uint64_t wanted, __m256i factor,
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

AVX2 size_t newel_add_strip_avx2(const newel_strip *entry, const uint8_t *strips, uint64_t wanted, int32_t weight,
                                 int32_t *cells) {
  return add_one(entry, strips, wanted, _mm256_set1_epi32(weight), cells);
}

AVX2 size_t newel_add_strips_avx2(const newel_strip *entries, size_t count, const uint8_t *strips, int32_t weight,
                                  int32_t *cells) {
  const __m256i factor = _mm256_set1_epi32(weight);
  size_t added = 0;
  for (size_t i = 0; i < count; i++)
    if (entries[i].blocks) {
      newel_prefetch_ahead(entries + i, strips);
      added += add_one(entries + i, strips, ~0ull, factor, cells + NEWEL_WINDOW_CELLS * i);
    }
  return added;
}

AVX2 void newel_add_maxima_avx2(const newel_strip *entries, size_t count, const uint8_t *maxima, uint32_t weight,
                                uint32_t *bounds) {
  const __m256i factor = _mm256_set1_epi32((int)weight);
  for (; count > 0; count--, entries++, bounds += NEWEL_WINDOW_BLOCKS) {
    newel_prefetch(entries + 64);
    newel_prefetch(maxima + 512);
    add_expanded((int32_t *)bounds, entries->blocks, maxima, factor);
    maxima += __builtin_popcountll(entries->blocks);
  }
}

AVX2 void newel_window_bounds_avx2(const uint32_t *bounds, size_t count, uint32_t *largest) {
  for (; count > 0; count--, bounds += NEWEL_WINDOW_BLOCKS) {
    __m256i most = _mm256_loadu_si256((const __m256i *)bounds);
    for (int i = 8; i < NEWEL_WINDOW_BLOCKS; i += 8)
      most = _mm256_max_epu32(most, _mm256_loadu_si256((const __m256i *)(bounds + i)));
    __m128i four = _mm_max_epu32(_mm256_castsi256_si128(most), _mm256_extracti128_si256(most, 1));
    four = _mm_max_epu32(four, _mm_shuffle_epi32(four, 0x4E));
    four = _mm_max_epu32(four, _mm_shuffle_epi32(four, 0xB1));
    *largest++ = (uint32_t)_mm_cvtsi128_si32(four);
  }
}

AVX2 uint64_t newel_blocks_at_least_avx2(const uint32_t *bounds, uint32_t threshold) {
  const __m256i least = _mm256_set1_epi32((int)threshold);
  uint64_t found = 0;
  for (int i = 0; i < NEWEL_WINDOW_BLOCKS; i += 8) {
    const __m256i eight = _mm256_loadu_si256((const __m256i *)(bounds + i));
    // Unsigned "at least": the larger of the two is the bound itself.
    const __m256i reach = _mm256_cmpeq_epi32(_mm256_max_epu32(eight, least), eight);
    found |= (uint64_t)(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(reach)) << i;
  }
  return found;
}
#endif
