// The kernels of forward indexes, for every instruction set: they read a document's tokens, 16 bits each and in any
// order, beside a table over all 65,536 tokens that is zero but for those of the query.
#include "kernels.h"

uint32_t newel_forward_dot_scalar(const uint8_t *tokens, const uint8_t *impacts, size_t count,
                                  const uint32_t *weights) {
  uint32_t sum = 0;
  for (size_t i = 0; i < count; i++) {
    uint16_t token;
    memcpy(&token, tokens + 2 * i, 2);
    sum += weights[token] * impacts[i];
  }
  return sum;
}

// Appends the numbers of the tokens from `first` on that are in the table.
static size_t matches_from(size_t first, const uint8_t *tokens, size_t count, const uint32_t *weights,
                           uint32_t *positions, size_t found) {
  for (size_t i = first; i < count; i++) {
    uint16_t token;
    memcpy(&token, tokens + 2 * i, 2);
    if (weights[token]) positions[found++] = (uint32_t)i;
  }
  return found;
}

size_t newel_forward_matches_scalar(const uint8_t *tokens, size_t count, const uint32_t *weights,
                                    uint32_t *positions) {
  return matches_from(0, tokens, count, weights, positions, 0);
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

AVX2 uint32_t newel_forward_dot_avx2(const uint8_t *tokens, const uint8_t *impacts, size_t count,
                                     const uint32_t *weights) {
  __m256i sum = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256i places = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(tokens + 2 * i)));
    const __m256i factors = _mm256_i32gather_epi32((const int *)weights, places, 4);
    const __m256i values = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(impacts + i)));
    sum = _mm256_add_epi32(sum, _mm256_mullo_epi32(factors, values));
  }
  const __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  const __m128i quarter = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
  const uint32_t total = (uint32_t)_mm_cvtsi128_si32(_mm_add_epi32(quarter, _mm_shuffle_epi32(quarter, 0xB1)));
  return total + newel_forward_dot_scalar(tokens + 2 * i, impacts + i, count - i, weights);
}

AVX2 size_t newel_forward_matches_avx2(const uint8_t *tokens, size_t count, const uint32_t *weights,
                                       uint32_t *positions) {
  size_t found = 0, i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256i places = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(tokens + 2 * i)));
    const __m256i factors = _mm256_i32gather_epi32((const int *)weights, places, 4);
    const __m256i absent = _mm256_cmpeq_epi32(factors, _mm256_setzero_si256());
    for (unsigned mask = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(absent)) ^ 0xFFu; mask; mask &= mask - 1)
      positions[found++] = (uint32_t)(i + (size_t)__builtin_ctz(mask));
  }
  return matches_from(i, tokens, count, weights, positions, found);
}

// A lane that is masked off neither reads a token nor the table.
AVX512 static inline __m512i products(const uint8_t *tokens, const uint8_t *impacts, __mmask16 lanes,
                                      const uint32_t *weights) {
  const __m512i places = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, tokens));
  const __m512i factors = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), lanes, places, weights, 4);
  return _mm512_mullo_epi32(factors, _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(lanes, impacts)));
}

AVX512 uint32_t newel_forward_dot_avx512(const uint8_t *tokens, const uint8_t *impacts, size_t count,
                                         const uint32_t *weights) {
  __m512i even = _mm512_setzero_si512(), odd = _mm512_setzero_si512();
  for (; count >= 32; count -= 32, tokens += 64, impacts += 32) {
    even = _mm512_add_epi32(even, products(tokens, impacts, 0xFFFF, weights));
    odd = _mm512_add_epi32(odd, products(tokens + 32, impacts + 16, 0xFFFF, weights));
  }
  if (count >= 16) {
    even = _mm512_add_epi32(even, products(tokens, impacts, 0xFFFF, weights));
    count -= 16, tokens += 32, impacts += 16;
  }
  if (count > 0) odd = _mm512_add_epi32(odd, products(tokens, impacts, (__mmask16)((1u << count) - 1u), weights));
  return (uint32_t)_mm512_reduce_add_epi32(_mm512_add_epi32(even, odd));
}

AVX512 size_t newel_forward_matches_avx512(const uint8_t *tokens, size_t count, const uint32_t *weights,
                                           uint32_t *positions) {
  size_t found = 0;
  for (size_t i = 0; i < count; i += 16) {
    const size_t left = count - i;
    const __mmask16 lanes = left >= 16 ? 0xFFFF : (__mmask16)((1u << left) - 1u);
    const __m512i places = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, tokens + 2 * i));
    const __m512i factors = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), lanes, places, weights, 4);
    for (unsigned mask = _mm512_test_epi32_mask(factors, factors); mask; mask &= mask - 1)
      positions[found++] = (uint32_t)(i + (size_t)__builtin_ctz(mask));
  }
  return found;
}
#endif

#if defined(__aarch64__)
#include <arm_neon.h>

// There is no gather: four entries of the table are loaded one by one and multiplied together.
uint32_t newel_forward_dot_neon(const uint8_t *tokens, const uint8_t *impacts, size_t count,
                                const uint32_t *weights) {
  uint32x4_t low = vdupq_n_u32(0), high = vdupq_n_u32(0);
  for (; count >= 8; count -= 8, tokens += 16, impacts += 8) {
    uint16_t places[8];
    memcpy(places, tokens, 16);
    const uint32_t first[4] = {weights[places[0]], weights[places[1]], weights[places[2]], weights[places[3]]};
    const uint32_t second[4] = {weights[places[4]], weights[places[5]], weights[places[6]], weights[places[7]]};
    const uint16x8_t values = vmovl_u8(vld1_u8(impacts));
    low = vmlaq_u32(low, vld1q_u32(first), vmovl_u16(vget_low_u16(values)));
    high = vmlaq_u32(high, vld1q_u32(second), vmovl_u16(vget_high_u16(values)));
  }
  return vaddvq_u32(vaddq_u32(low, high)) + newel_forward_dot_scalar(tokens, impacts, count, weights);
}
#endif
