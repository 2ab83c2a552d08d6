// The kernels of dense rows with AVX2 and F16C: the 32 lanes are four registers.
#include "dots.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,f16c")))
#define INLINE AVX2 static inline __attribute__((always_inline))

INLINE __m256 eight(const float *query, const uint8_t *row) {
  return _mm256_mul_ps(_mm256_loadu_ps(query), _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)row)));
}

INLINE void add_lanes(__m256 *sums, const float *query, const uint8_t *row) {
  for (int part = 0; part < 4; part++)
    sums[part] = _mm256_add_ps(sums[part], eight(query + 8 * part, row + 16 * part));
}

INLINE float half_dot(const float *query, const uint8_t *row, size_t dimension) {
  __m256 sums[4];
  for (int part = 0; part < 4; part++) sums[part] = _mm256_setzero_ps();
  size_t first = 0;
  for (; first + DOT_LANES <= dimension; first += DOT_LANES) add_lanes(sums, query + first, row + 2 * first);
  if (first < dimension) {
    // Nothing behind the ends is read.
    float last[DOT_LANES] = {0};
    uint8_t halves[2 * DOT_LANES] = {0};
    memcpy(last, query + first, sizeof(float) * (dimension - first));
    memcpy(halves, row + 2 * first, 2 * (dimension - first));
    add_lanes(sums, last, halves);
  }
  const __m256 eights = _mm256_add_ps(_mm256_add_ps(sums[0], sums[2]), _mm256_add_ps(sums[1], sums[3]));
  const __m128 fours = _mm_add_ps(_mm256_castps256_ps128(eights), _mm256_extractf128_ps(eights, 1));
  const __m128 twos = _mm_add_ps(fours, _mm_movehl_ps(fours, fours));
  return _mm_cvtss_f32(_mm_add_ss(twos, _mm_movehdup_ps(twos)));
}

AVX2 void newel_half_dots_avx2(const float *query, const uint8_t *rows, size_t dimension, const uint32_t *numbers,
                               size_t count, float *products) {
  for (size_t i = 0; i < count; i++) {
    newel_prefetch_row(rows + 2 * dimension * newel_row_ahead(numbers, i, count), 2 * dimension);
    products[i] = half_dot(query, rows + 2 * dimension * numbers[i], dimension);
  }
}

INLINE __m256i sixteen(const int8_t *bytes) { return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)bytes)); }

// Two products of bytes fit in 16 bits and a sign, and their sum in 32.
INLINE int32_t byte_dot(const int8_t *query, const int8_t *row, size_t dimension) {
  __m256i even = _mm256_setzero_si256(), odd = _mm256_setzero_si256();
  size_t k = 0;
  for (; k + 32 <= dimension; k += 32) {
    even = _mm256_add_epi32(even, _mm256_madd_epi16(sixteen(query + k), sixteen(row + k)));
    odd = _mm256_add_epi32(odd, _mm256_madd_epi16(sixteen(query + k + 16), sixteen(row + k + 16)));
  }
  const __m256i sum = _mm256_add_epi32(even, odd);
  const __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  const __m128i quarter = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
  int32_t total = _mm_cvtsi128_si32(_mm_add_epi32(quarter, _mm_shuffle_epi32(quarter, 0xB1)));
  for (; k < dimension; k++) total += query[k] * row[k];
  return total;
}

AVX2 void newel_byte_dots_avx2(const int8_t *query, const int8_t *rows, size_t dimension, const uint32_t *numbers,
                               size_t count, int32_t *products) {
  for (size_t i = 0; i < count; i++) {
    newel_prefetch_row((const uint8_t *)rows + dimension * newel_row_ahead(numbers, i, count), dimension);
    products[i] = byte_dot(query, rows + dimension * numbers[i], dimension);
  }
}
#endif
