// x86-64 with SSE4.2, PCLMULQDQ, AVX2, BMI2 and F16C. The kernels of strips have a file of their own.
#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define CRC __attribute__((target("sse4.2,pclmul")))
#define AVX2 __attribute__((target("avx2,f16c")))

// The CRC instruction takes three cycles, but one can start in each: three neighbouring stretches are summed side by
// side. A sum is moved past n bytes when it is multiplied by x^(8n) modulo the polynomial. The carry-less product of
// two reflected numbers holds a further factor x and the CRC instruction multiplies by x^32, so the number to multiply
// with is x^(8n - 33) modulo the polynomial, reflected.
// Source: Gopal et al., "Fast CRC computation for iSCSI polynomial using CRC32 instruction", Intel (2011).
enum { STRETCH = 1360 };  // Sixteen times three of them leave 256 bytes of a 64 KiB block.
static const uint32_t past_one_stretch = 0x3F70CC6Fu, past_two_stretches = 0x5AA1F3CFu;

CRC static inline uint64_t add_word(uint64_t sum, const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, 8);
  return _mm_crc32_u64(sum, word);
}

CRC static inline __m128i product(uint64_t sum, uint32_t factor) {
  return _mm_clmulepi64_si128(_mm_cvtsi64_si128((int64_t)sum), _mm_cvtsi32_si128((int)factor), 0);
}

CRC uint32_t newel_crc32c_sse42(uint32_t crc, const void *bytes, size_t count) {
  const uint8_t *p = bytes;
  uint64_t sum = (uint32_t)~crc;
  for (; count >= 3 * STRETCH; count -= 3 * STRETCH, p += 3 * STRETCH) {
    uint64_t second = 0, third = 0;
    for (size_t i = 0; i < STRETCH; i += 8) {
      sum = add_word(sum, p + i);
      second = add_word(second, p + STRETCH + i);
      third = add_word(third, p + 2 * STRETCH + i);
    }
    __m128i moved = _mm_xor_si128(product(sum, past_two_stretches), product(second, past_one_stretch));
    sum = third ^ _mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(moved));
  }
  for (; count >= 8; count -= 8, p += 8) sum = add_word(sum, p);
  for (; count > 0; count--, p++) sum = _mm_crc32_u8((uint32_t)sum, *p);
  return ~(uint32_t)sum;
}

AVX2 static void half_to_float_avx2(const void *source, float *destination, size_t count) {
  const uint8_t *p = source;
  for (; count >= 8; count -= 8, p += 16, destination += 8)
    _mm256_storeu_ps(destination, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)));
  newel_half_to_float_scalar(p, destination, count);
}

AVX2 static void float_to_half_avx2(const float *source, void *destination, size_t count) {
  uint8_t *out = destination;
  for (; count >= 8; count -= 8, source += 8, out += 16)
    _mm_storeu_si128((__m128i *)out,
                     _mm256_cvtps_ph(_mm256_loadu_ps(source), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  newel_float_to_half_scalar(source, out, count);
}

AVX2 static size_t collect_at_least_avx2(const int32_t *cells, size_t count, int32_t threshold, uint32_t *positions) {
  const __m256i least = _mm256_set1_epi32(threshold);
  size_t found = 0, i = 0;
  for (; i + 16 <= count; i += 16) {
    // There is only "greater": what is sought are the cells that the threshold is not greater than.
    __m256i low = _mm256_cmpgt_epi32(least, _mm256_loadu_si256((const __m256i *)(cells + i)));
    __m256i high = _mm256_cmpgt_epi32(least, _mm256_loadu_si256((const __m256i *)(cells + i + 8)));
    unsigned below = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(low)) |
                     (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(high)) << 8;
    for (unsigned mask = below ^ 0xFFFFu; mask; mask &= mask - 1)
      positions[found++] = (uint32_t)(i + (size_t)__builtin_ctz(mask));
  }
  for (; i < count; i++)
    if (cells[i] >= threshold) positions[found++] = (uint32_t)i;
  return found;
}

const newel_kernels newel_avx2_kernels = {
    .name = "avx2",
    .crc32c = newel_crc32c_sse42,
    .half_to_float = half_to_float_avx2,
    .float_to_half = float_to_half_avx2,
    .collect_at_least = collect_at_least_avx2,
    .add_strip = newel_add_strip_avx2,
    .add_strips = newel_add_strips_avx2,
    .refined_weights = newel_refined_weights_popcnt,
    .add_maxima = newel_add_maxima_avx2,
    .window_bounds = newel_window_bounds_avx2,
    .blocks_at_least = newel_blocks_at_least_avx2,
    .sum_cells = newel_sum_cells_avx2,
    .refine_bounds = newel_refine_bounds_avx2,
    .blocks_reaching = newel_blocks_reaching_avx2,
    .forward_dot = newel_forward_dot_avx2,
    .forward_matches = newel_forward_matches_avx2,
    .half_dots = newel_half_dots_avx2,
    .byte_dots = newel_byte_dots_avx2,
};
#endif
