// The kernels of dense rows on aarch64: the 32 lanes are eight registers.
#include "dots.h"

#if defined(__aarch64__)
#include <arm_neon.h>

enum { PARTS = DOT_LANES / 4 };

static inline void add_lanes(float32x4_t *sums, const float *query, const uint8_t *row) {
  for (int part = 0; part < PARTS; part++) {
    const float32x4_t numbers = vcvt_f32_f16(vreinterpret_f16_u8(vld1_u8(row + 8 * part)));
    const float32x4_t product = vmulq_f32(vld1q_f32(query + 4 * part), numbers);
    sums[part] = vaddq_f32(sums[part], product);
  }
}

static inline float half_dot(const float *query, const uint8_t *row, size_t dimension) {
  float32x4_t sums[PARTS];
  for (int part = 0; part < PARTS; part++) sums[part] = vdupq_n_f32(0);
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
  for (int width = PARTS / 2; width > 0; width /= 2)
    for (int part = 0; part < width; part++) sums[part] = vaddq_f32(sums[part], sums[part + width]);
  const float32x2_t twos = vadd_f32(vget_low_f32(sums[0]), vget_high_f32(sums[0]));
  return vget_lane_f32(twos, 0) + vget_lane_f32(twos, 1);
}

void newel_half_dots_neon(const float *query, const uint8_t *rows, size_t dimension, const uint32_t *numbers,
                          size_t count, float *products) {
  for (size_t i = 0; i < count; i++) {
    newel_prefetch_row(rows + 2 * dimension * newel_row_ahead(numbers, i, count), 2 * dimension);
    products[i] = half_dot(query, rows + 2 * dimension * numbers[i], dimension);
  }
}

static inline int32_t byte_dot(const int8_t *query, const int8_t *row, size_t dimension) {
  int32x4_t low = vdupq_n_s32(0), high = vdupq_n_s32(0);
  size_t k = 0;
  for (; k + 16 <= dimension; k += 16) {
    const int8x16_t x = vld1q_s8(query + k), y = vld1q_s8(row + k);
    low = vpadalq_s16(low, vmull_s8(vget_low_s8(x), vget_low_s8(y)));
    high = vpadalq_s16(high, vmull_s8(vget_high_s8(x), vget_high_s8(y)));
  }
  int32_t sum = vaddvq_s32(vaddq_s32(low, high));
  for (; k < dimension; k++) sum += query[k] * row[k];
  return sum;
}

void newel_byte_dots_neon(const int8_t *query, const int8_t *rows, size_t dimension, const uint32_t *numbers,
                          size_t count, int32_t *products) {
  for (size_t i = 0; i < count; i++) {
    newel_prefetch_row((const uint8_t *)rows + dimension * newel_row_ahead(numbers, i, count), dimension);
    products[i] = byte_dot(query, rows + dimension * numbers[i], dimension);
  }
}
#endif
