// aarch64. NEON and its half-precision conversions are part of every such CPU; the CRC32 instructions of nearly every.
#include "kernels.h"

#if defined(__aarch64__)
#include <arm_acle.h>
#include <arm_neon.h>
#include <string.h>

__attribute__((target("crc"))) static uint32_t crc32c_neon(uint32_t crc, const void *bytes, size_t count) {
  const uint8_t *p = bytes;
  uint32_t sum = ~crc;
  for (; count >= 8; count -= 8, p += 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    sum = __crc32cd(sum, word);
  }
  for (; count > 0; count--, p++) sum = __crc32cb(sum, *p);
  return ~sum;
}

static void half_to_float_neon(const void *source, float *destination, size_t count) {
  const uint8_t *p = source;
  for (; count >= 4; count -= 4, p += 8, destination += 4)
    vst1q_f32(destination, vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(p))));
  newel_half_to_float_scalar(p, destination, count);
}

static void float_to_half_neon(const float *source, void *destination, size_t count) {
  uint8_t *out = destination;
  for (; count >= 4; count -= 4, source += 4, out += 8)
    vst1_u8(out, vreinterpret_u8_f16(vcvt_f16_f32(vld1q_f32(source))));
  newel_float_to_half_scalar(source, out, count);
}

static size_t collect_at_least_neon(const int32_t *cells, size_t count, int32_t threshold, uint32_t *positions) {
  size_t found = 0, i = 0;
  for (; i + 16 <= count; i += 16) {
    const int32x4_t low = vmaxq_s32(vld1q_s32(cells + i), vld1q_s32(cells + i + 4));
    const int32x4_t high = vmaxq_s32(vld1q_s32(cells + i + 8), vld1q_s32(cells + i + 12));
    // Few cells are sought; sixteen that hold none are the common case.
    if (vmaxvq_s32(vmaxq_s32(low, high)) < threshold) continue;
    for (size_t cell = i; cell < i + 16; cell++)
      if (cells[cell] >= threshold) positions[found++] = (uint32_t)cell;
  }
  for (; i < count; i++)
    if (cells[i] >= threshold) positions[found++] = (uint32_t)i;
  return found;
}

const newel_kernels newel_neon_kernels = {
    .name = "neon",
    .crc32c = crc32c_neon,
    .half_to_float = half_to_float_neon,
    .float_to_half = float_to_half_neon,
    .collect_at_least = collect_at_least_neon,
    .add_strip = newel_add_strip_scalar,
    .add_strips = newel_add_strips_scalar,
    .refined_weights = newel_refined_weights_scalar,
    .add_maxima = newel_add_maxima_scalar,
    .window_bounds = newel_window_bounds_scalar,
    .blocks_at_least = newel_blocks_at_least_scalar,
    .sum_cells = newel_sum_cells_scalar,
    .refine_bounds = newel_refine_bounds_scalar,
    .blocks_reaching = newel_blocks_reaching_scalar,
    .forward_dot = newel_forward_dot_neon,
    .forward_matches = newel_forward_matches_scalar,
    .half_dots = newel_half_dots_neon,
    .byte_dots = newel_byte_dots_neon,
};
#endif
