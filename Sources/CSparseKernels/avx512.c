// x86-64 with AVX-512 F, BW and VL. Ends are done under a mask: a lane that is masked off is not read and not written.
#include "kernels.h"
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

// The mask of the first `count` (< 16) lanes.
static inline unsigned first_lanes(size_t count) { return (1u << count) - 1u; }

AVX512 static void half_to_float_avx512(const void *source, float *destination, size_t count) {
  const uint8_t *p = source;
  for (; count >= 16; count -= 16, p += 32, destination += 16)
    _mm512_storeu_ps(destination, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)));
  if (count == 0) return;
  const __mmask16 lanes = (__mmask16)first_lanes(count);
  _mm512_mask_storeu_ps(destination, lanes, _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes, p)));
}

AVX512 static void float_to_half_avx512(const float *source, void *destination, size_t count) {
  uint8_t *out = destination;
  for (; count >= 16; count -= 16, source += 16, out += 32)
    _mm256_storeu_si256((__m256i *)out,
                        _mm512_cvtps_ph(_mm512_loadu_ps(source), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  if (count == 0) return;
  const __mmask16 lanes = (__mmask16)first_lanes(count);
  _mm256_mask_storeu_epi16(
      out, lanes,
      _mm512_cvtps_ph(_mm512_maskz_loadu_ps(lanes, source), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}

// Writes the numbers of the lanes in `mask`, counted from `first`, to `positions` and returns how many there are. They
// are packed in a register and that is stored whole, since a store that packs is far slower on some CPUs.
AVX512 static inline size_t write_positions(__mmask16 mask, size_t first, uint32_t *positions) {
  const __m512i lane_numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i numbers = _mm512_add_epi32(lane_numbers, _mm512_set1_epi32((int)(uint32_t)first));
  _mm512_storeu_si512(positions, _mm512_maskz_compress_epi32(mask, numbers));
  return (size_t)__builtin_popcount(mask);
}

AVX512 static size_t collect_at_least_avx512(const int32_t *cells, size_t count, int32_t threshold,
                                              uint32_t *positions) {
  const __m512i least = _mm512_set1_epi32(threshold);
  size_t found = 0, i = 0;
  for (; i + 64 <= count; i += 64) {
    const __m512i a = _mm512_loadu_si512(cells + i), b = _mm512_loadu_si512(cells + i + 16);
    const __m512i c = _mm512_loadu_si512(cells + i + 32), d = _mm512_loadu_si512(cells + i + 48);
    // Few cells are sought: sixty-four that hold none are passed at once.
    const __m512i largest = _mm512_max_epi32(_mm512_max_epi32(a, b), _mm512_max_epi32(c, d));
    if (_mm512_cmpge_epi32_mask(largest, least) == 0) continue;
    // What is stored ends within the `count` that there is room for, because found is at most the position reached.
    found += write_positions(_mm512_cmpge_epi32_mask(a, least), i, positions + found);
    found += write_positions(_mm512_cmpge_epi32_mask(b, least), i + 16, positions + found);
    found += write_positions(_mm512_cmpge_epi32_mask(c, least), i + 32, positions + found);
    found += write_positions(_mm512_cmpge_epi32_mask(d, least), i + 48, positions + found);
  }
  for (; i + 16 <= count; i += 16) {
    const __mmask16 mask = _mm512_cmpge_epi32_mask(_mm512_loadu_si512(cells + i), least);
    if (mask != 0) found += write_positions(mask, i, positions + found);
  }
  if (i == count) return found;
  const __mmask16 lanes = (__mmask16)first_lanes(count - i);
  const __mmask16 mask = _mm512_mask_cmpge_epi32_mask(lanes, _mm512_maskz_loadu_epi32(lanes, cells + i), least);
  if (mask == 0) return found;
  // There may be no room for a whole register.
  uint32_t last[16];
  const size_t more = write_positions(mask, i, last);
  memcpy(positions + found, last, 4 * more);
  return found + more;
}

const newel_kernels newel_avx512_kernels = {
    .name = "avx512",
    .crc32c = newel_crc32c_sse42,
    .half_to_float = half_to_float_avx512,
    .float_to_half = float_to_half_avx512,
    .collect_at_least = collect_at_least_avx512,
    .add_strip = newel_add_strip_avx512,
    .add_strips = newel_add_strips_avx512,
    .refined_weights = newel_refined_weights_popcnt,
    .add_maxima = newel_add_maxima_avx512,
    .window_bounds = newel_window_bounds_avx512,
    .blocks_at_least = newel_blocks_at_least_avx512,
    .sum_cells = newel_sum_cells_avx512,
    .refine_bounds = newel_refine_bounds_avx512,
    .blocks_reaching = newel_blocks_reaching_avx512,
    .forward_dot = newel_forward_dot_avx512,
    .forward_matches = newel_forward_matches_avx512,
    .half_dots = newel_half_dots_avx512,
    .byte_dots = newel_byte_dots_avx512,
};
#endif
