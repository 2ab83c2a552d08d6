// The kernels of dense rows on any CPU.
#include "dots.h"

static float half_dot(const float *query, const uint8_t *row, size_t dimension) {
  float sums[DOT_LANES] = {0}, numbers[DOT_LANES];
  for (size_t first = 0; first < dimension; first += DOT_LANES) {
    const size_t left = dimension - first, held = left < DOT_LANES ? left : DOT_LANES;
    newel_half_to_float_scalar(row + 2 * first, numbers, held);
    for (size_t k = 0; k < held; k++) {
      const float product = query[first + k] * numbers[k];
      sums[k] += product;
    }
    for (size_t k = held; k < DOT_LANES; k++) sums[k] += 0.0f;
  }
  for (size_t width = DOT_LANES / 2; width > 0; width /= 2)
    for (size_t k = 0; k < width; k++) sums[k] += sums[k + width];
  return sums[0];
}

void newel_half_dots_scalar(const float *query, const uint8_t *rows, size_t dimension, const uint32_t *numbers,
                            size_t count, float *products) {
  for (size_t i = 0; i < count; i++) products[i] = half_dot(query, rows + 2 * dimension * numbers[i], dimension);
}

void newel_byte_dots_scalar(const int8_t *query, const int8_t *rows, size_t dimension, const uint32_t *numbers,
                            size_t count, int32_t *products) {
  for (size_t i = 0; i < count; i++) {
    const int8_t *row = rows + dimension * numbers[i];
    int32_t sum = 0;
    for (size_t k = 0; k < dimension; k++) sum += query[k] * row[k];
    products[i] = sum;
  }
}
