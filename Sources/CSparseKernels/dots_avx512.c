// The kernels of dense rows with AVX-512 F, BW and VL: the 32 lanes are two registers. Ends are done under a mask: a lane that is
// masked off is not read. It counts as 0, as everywhere.
#include "dots.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))
#define INLINE AVX512 static inline __attribute__((always_inline))

INLINE __m512 sixteen(const float *query, const uint8_t *row) {
  return _mm512_mul_ps(_mm512_loadu_ps(query), _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)row)));
}

INLINE __m512 some(__mmask16 lanes, const float *query, const uint8_t *row) {
  return _mm512_mul_ps(_mm512_maskz_loadu_ps(lanes, query), _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes, row)));
}

INLINE float half_dot(const float *query, const uint8_t *row, size_t dimension) {
  __m512 low = _mm512_setzero_ps(), high = _mm512_setzero_ps();
  size_t k = 0;
  for (; k + DOT_LANES <= dimension; k += DOT_LANES) {
    low = _mm512_add_ps(low, sixteen(query + k, row + 2 * k));
    high = _mm512_add_ps(high, sixteen(query + k + 16, row + 2 * k + 32));
  }
  if (k < dimension) {
    const uint32_t lanes = (1u << (dimension - k)) - 1u;
    low = _mm512_add_ps(low, some((__mmask16)lanes, query + k, row + 2 * k));
    high = _mm512_add_ps(high, some((__mmask16)(lanes >> 16), query + k + 16, row + 2 * k + 32));
  }
  const __m512 sum = _mm512_add_ps(low, high);
  const __m256 eights = _mm256_add_ps(
      _mm512_castps512_ps256(sum), _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(sum), 1)));
  const __m128 fours = _mm_add_ps(_mm256_castps256_ps128(eights), _mm256_extractf128_ps(eights, 1));
  const __m128 twos = _mm_add_ps(fours, _mm_movehl_ps(fours, fours));
  return _mm_cvtss_f32(_mm_add_ss(twos, _mm_movehdup_ps(twos)));
}

AVX512 void newel_half_dots_avx512(const float *query, const uint8_t *rows, size_t dimension, const uint32_t *numbers,
                                   size_t count, float *products) {
  for (size_t i = 0; i < count; i++) {
    newel_prefetch_row(rows + 2 * dimension * newel_row_ahead(numbers, i, count), 2 * dimension);
    products[i] = half_dot(query, rows + 2 * dimension * numbers[i], dimension);
  }
}

INLINE __m512i products_of(__mmask32 lanes, const int8_t *query, const int8_t *row) {
  return _mm512_madd_epi16(_mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(lanes, query)),
                           _mm512_cvtepi8_epi16(_mm256_maskz_loadu_epi8(lanes, row)));
}

INLINE int32_t byte_dot(const int8_t *query, const int8_t *row, size_t dimension) {
  __m512i even = _mm512_setzero_si512(), odd = _mm512_setzero_si512();
  size_t k = 0;
  for (; k + 64 <= dimension; k += 64) {
    even = _mm512_add_epi32(even, products_of(0xFFFFFFFF, query + k, row + k));
    odd = _mm512_add_epi32(odd, products_of(0xFFFFFFFF, query + k + 32, row + k + 32));
  }
  if (k < dimension) {
    const uint64_t lanes = (1ull << (dimension - k)) - 1u;
    even = _mm512_add_epi32(even, products_of((__mmask32)lanes, query + k, row + k));
    odd = _mm512_add_epi32(odd, products_of((__mmask32)(lanes >> 32), query + k + 32, row + k + 32));
  }
  return _mm512_reduce_add_epi32(_mm512_add_epi32(even, odd));
}

AVX512 void newel_byte_dots_avx512(const int8_t *query, const int8_t *rows, size_t dimension, const uint32_t *numbers,
                                   size_t count, int32_t *products) {
  for (size_t i = 0; i < count; i++) {
    newel_prefetch_row((const uint8_t *)rows + dimension * newel_row_ahead(numbers, i, count), dimension);
    products[i] = byte_dot(query, rows + dimension * numbers[i], dimension);
  }
}
#endif
