// The reference of every kernel: plain C, any CPU.
#include "kernels.h"
#include <string.h>

// The reflected polynomial 0x82F63B78, four bits at a time.
// Sixteen entries stay in the cache and need no initialisation order.
static const uint32_t nibble_table[16] = {
    0x00000000u, 0x105EC76Fu, 0x20BD8EDEu, 0x30E349B1u, 0x417B1DBCu, 0x5125DAD3u, 0x61C69362u, 0x7198540Du,
    0x82F63B78u, 0x92A8FC17u, 0xA24BB5A6u, 0xB21572C9u, 0xC38D26C4u, 0xD3D3E1ABu, 0xE330A81Au, 0xF36E6F75u};

uint32_t newel_crc32c_scalar(uint32_t crc, const void *bytes, size_t count) {
  const uint8_t *p = bytes;
  crc = ~crc;
  for (size_t i = 0; i < count; i++) {
    crc ^= p[i];
    crc = nibble_table[crc & 15u] ^ (crc >> 4);
    crc = nibble_table[crc & 15u] ^ (crc >> 4);
  }
  return ~crc;
}

void newel_half_to_float_scalar(const void *source, float *destination, size_t count) {
  const uint8_t *p = source;
  for (size_t i = 0; i < count; i++) {
    uint16_t half;
    memcpy(&half, p + 2 * i, 2);
    uint32_t sign = (uint32_t)(half & 0x8000u) << 16, exponent = (half >> 10) & 31u, mantissa = half & 1023u, bits;
    if (exponent == 31) {
      bits = sign | 0x7F800000u | (mantissa << 13) | (mantissa ? 0x00400000u : 0u);
    } else if (exponent != 0) {
      bits = sign | ((exponent + 112u) << 23) | (mantissa << 13);
    } else if (mantissa == 0) {
      bits = sign;
    } else {
      uint32_t shift = 0;
      while (!(mantissa & 1024u)) mantissa <<= 1, shift++;
      bits = sign | ((113u - shift) << 23) | ((mantissa & 1023u) << 13);
    }
    memcpy(destination + i, &bits, 4);
  }
}

void newel_float_to_half_scalar(const float *source, void *destination, size_t count) {
  uint8_t *out = destination;
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, source + i, 4);
    uint32_t sign = (bits >> 16) & 0x8000u, magnitude = bits & 0x7FFFFFFFu, half;
    if (magnitude > 0x7F800000u) {
      half = 0x7E00u | ((magnitude >> 13) & 1023u);
    } else if (magnitude >= 0x477FF000u) {
      half = 0x7C00u;  // Rounds to infinity: 65520 and above.
    } else if (magnitude >= 0x38800000u) {
      uint32_t shifted = magnitude - 0x38000000u;
      half = (shifted + 0x0FFFu + ((shifted >> 13) & 1u)) >> 13;
    } else if (magnitude > 0x33000000u) {
      // Subnormal: the value is mantissa * 2^(exponent - 150); one unit of the half is 2^-24.
      uint32_t exponent = magnitude >> 23, mantissa = (magnitude & 0x7FFFFFu) | 0x800000u, shift = 126u - exponent;
      uint32_t kept = mantissa >> shift, rest = mantissa & ((1u << shift) - 1u), middle = 1u << (shift - 1u);
      half = kept + ((rest > middle || (rest == middle && (kept & 1u))) ? 1u : 0u);
    } else {
      half = 0;
    }
    uint16_t value = (uint16_t)(sign | half);
    memcpy(out + 2 * i, &value, 2);
  }
}

size_t newel_collect_at_least_scalar(const int32_t *cells, size_t count, int32_t threshold, uint32_t *positions) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++)
    if (cells[i] >= threshold) positions[found++] = (uint32_t)i;
  return found;
}

const newel_kernels newel_plain_kernels = {
    .name = "plain",
    .crc32c = newel_crc32c_scalar,
    .half_to_float = newel_half_to_float_scalar,
    .float_to_half = newel_float_to_half_scalar,
    .collect_at_least = newel_collect_at_least_scalar,
    .add_strip = newel_add_strip_scalar,
    .add_strips = newel_add_strips_scalar,
    .refined_weights = newel_refined_weights_scalar,
    .add_maxima = newel_add_maxima_scalar,
    .window_bounds = newel_window_bounds_scalar,
    .blocks_at_least = newel_blocks_at_least_scalar,
    .sum_cells = newel_sum_cells_scalar,
    .refine_bounds = newel_refine_bounds_scalar,
    .blocks_reaching = newel_blocks_reaching_scalar,
    .forward_dot = newel_forward_dot_scalar,
    .forward_matches = newel_forward_matches_scalar,
    .half_dots = newel_half_dots_scalar,
    .byte_dots = newel_byte_dots_scalar,
};
