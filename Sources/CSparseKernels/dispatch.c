// Which instruction set is used: one pointer to a constant table, set by the first call.
#include "kernels.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

const newel_kernels *newel_kernels_at(int level) {
  switch (level) {
    case NEWEL_PLAIN: return &newel_plain_kernels;
#if defined(__x86_64__)
    case NEWEL_AVX512:
      __builtin_cpu_init();
      if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
          !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512vbmi2"))
        return NULL;
      // It borrows from AVX2, which no CPU with AVX-512 lacks.
      return newel_kernels_at(NEWEL_AVX2) ? &newel_avx512_kernels : NULL;
    case NEWEL_AVX2:
      __builtin_cpu_init();
      return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("avx2") &&
                     __builtin_cpu_supports("f16c") && __builtin_cpu_supports("bmi2")
                 ? &newel_avx2_kernels
                 : NULL;
#endif
#if defined(__aarch64__)
    case NEWEL_NEON:
#if defined(__linux__)
      if (!(getauxval(AT_HWCAP) & HWCAP_CRC32)) return NULL;
#elif !defined(__ARM_FEATURE_CRC32)
      return NULL;
#endif
      return &newel_neon_kernels;
#endif
    default: return NULL;
  }
}

static int best_level(void) {
  const char *forced = getenv("NEWEL_FORCE_SCALAR");
  if (forced && strcmp(forced, "1") == 0) return NEWEL_PLAIN;
  int level = NEWEL_LEVELS - 1;
  while (!newel_kernels_at(level)) level--;  // Ends at NEWEL_PLAIN, which is always there.
  return level;
}

// Until the first call the pointer leads to functions that set it and go on to the chosen kernel, so that a call costs
// no test. Threads that come first together store the same address, and what it leads to is constant: no order of
// memory accesses is needed.
static const newel_kernels first_call;
static _Atomic(const newel_kernels *) kernels = &first_call;

static inline const newel_kernels *chosen(void) { return atomic_load_explicit(&kernels, memory_order_relaxed); }

static const newel_kernels *choose(void) {
  const newel_kernels *best = newel_kernels_at(best_level());
  atomic_store_explicit(&kernels, best, memory_order_relaxed);
  return best;
}

static uint32_t first_crc32c(uint32_t crc, const void *bytes, size_t count) {
  return choose()->crc32c(crc, bytes, count);
}

static void first_half_to_float(const void *source, float *destination, size_t count) {
  choose()->half_to_float(source, destination, count);
}

static void first_float_to_half(const float *source, void *destination, size_t count) {
  choose()->float_to_half(source, destination, count);
}

static size_t first_collect_at_least(const int32_t *cells, size_t count, int32_t threshold, uint32_t *positions) {
  return choose()->collect_at_least(cells, count, threshold, positions);
}

static size_t first_add_strip(const newel_strip *entry, const uint8_t *strips, uint64_t wanted, int32_t weight,
                              int32_t *cells) {
  return choose()->add_strip(entry, strips, wanted, weight, cells);
}

static size_t first_add_strips(const newel_strip *entries, size_t count, const uint8_t *strips, int32_t weight,
                               int32_t *cells) {
  return choose()->add_strips(entries, count, strips, weight, cells);
}

static void first_refined_weights(const newel_strip *entries, const uint8_t *strips, const uint32_t *documents,
                                  size_t count, uint32_t *weights) {
  choose()->refined_weights(entries, strips, documents, count, weights);
}

static void first_add_maxima(const newel_strip *entries, size_t count, const uint8_t *maxima, uint32_t weight,
                             uint32_t *bounds) {
  choose()->add_maxima(entries, count, maxima, weight, bounds);
}

static void first_window_bounds(const uint32_t *bounds, size_t count, uint32_t *largest) {
  choose()->window_bounds(bounds, count, largest);
}

static uint64_t first_blocks_at_least(const uint32_t *bounds, uint32_t threshold) {
  return choose()->blocks_at_least(bounds, threshold);
}

static void first_sum_cells(const newel_bound_row *rows, size_t row_count, size_t count, uint32_t *sums) {
  choose()->sum_cells(rows, row_count, count, sums);
}

static size_t first_refine_bounds(const newel_bound_row *rows, size_t row_count, uint32_t threshold,
                                  const uint32_t *windows, uint32_t *slots, size_t count, uint32_t *bounds) {
  return choose()->refine_bounds(rows, row_count, threshold, windows, slots, count, bounds);
}

static uint64_t first_blocks_reaching(const int32_t *cells, uint64_t wanted, const uint32_t *rest, uint32_t threshold) {
  return choose()->blocks_reaching(cells, wanted, rest, threshold);
}

static uint32_t first_forward_dot(const uint8_t *tokens, const uint8_t *impacts, size_t count,
                                  const uint32_t *weights) {
  return choose()->forward_dot(tokens, impacts, count, weights);
}

static size_t first_forward_matches(const uint8_t *tokens, size_t count, const uint32_t *weights,
                                    uint32_t *positions) {
  return choose()->forward_matches(tokens, count, weights, positions);
}

static void first_half_dots(const float *query, const uint8_t *rows, size_t dimension, const uint32_t *numbers,
                            size_t count, float *products) {
  choose()->half_dots(query, rows, dimension, numbers, count, products);
}

static void first_byte_dots(const int8_t *query, const int8_t *rows, size_t dimension, const uint32_t *numbers,
                            size_t count, int32_t *products) {
  choose()->byte_dots(query, rows, dimension, numbers, count, products);
}

static const newel_kernels first_call = {
    .name = "not chosen",
    .crc32c = first_crc32c,
    .half_to_float = first_half_to_float,
    .float_to_half = first_float_to_half,
    .collect_at_least = first_collect_at_least,
    .add_strip = first_add_strip,
    .add_strips = first_add_strips,
    .refined_weights = first_refined_weights,
    .add_maxima = first_add_maxima,
    .window_bounds = first_window_bounds,
    .blocks_at_least = first_blocks_at_least,
    .sum_cells = first_sum_cells,
    .refine_bounds = first_refine_bounds,
    .blocks_reaching = first_blocks_reaching,
    .forward_dot = first_forward_dot,
    .forward_matches = first_forward_matches,
    .half_dots = first_half_dots,
    .byte_dots = first_byte_dots,
};

int newel_kernel_level(void) {
  const newel_kernels *table = chosen();
  if (table == &first_call) table = choose();
  int level = NEWEL_LEVELS - 1;
  while (newel_kernels_at(level) != table) level--;
  return level;
}

uint32_t newel_crc32c(uint32_t crc, const void *bytes, size_t count) { return chosen()->crc32c(crc, bytes, count); }

void newel_half_to_float(const void *source, float *destination, size_t count) {
  chosen()->half_to_float(source, destination, count);
}

void newel_float_to_half(const float *source, void *destination, size_t count) {
  chosen()->float_to_half(source, destination, count);
}

size_t newel_collect_at_least(const int32_t *cells, size_t count, int32_t threshold, uint32_t *positions) {
  return chosen()->collect_at_least(cells, count, threshold, positions);
}

size_t newel_add_strip(const newel_strip *entry, const uint8_t *strips, uint64_t wanted, int32_t weight,
                       int32_t *cells) {
  return chosen()->add_strip(entry, strips, wanted, weight, cells);
}

size_t newel_add_strips(const newel_strip *entries, size_t count, const uint8_t *strips, int32_t weight,
                        int32_t *cells) {
  return chosen()->add_strips(entries, count, strips, weight, cells);
}

void newel_refined_weights(const newel_strip *entries, const uint8_t *strips, const uint32_t *documents, size_t count,
                           uint32_t *weights) {
  chosen()->refined_weights(entries, strips, documents, count, weights);
}

void newel_add_maxima(const newel_strip *entries, size_t count, const uint8_t *maxima, uint32_t weight,
                      uint32_t *bounds) {
  chosen()->add_maxima(entries, count, maxima, weight, bounds);
}

void newel_window_bounds(const uint32_t *bounds, size_t count, uint32_t *largest) {
  chosen()->window_bounds(bounds, count, largest);
}

uint64_t newel_blocks_at_least(const uint32_t *bounds, uint32_t threshold) {
  return chosen()->blocks_at_least(bounds, threshold);
}

void newel_sum_cells(const newel_bound_row *rows, size_t row_count, size_t count, uint32_t *sums) {
  chosen()->sum_cells(rows, row_count, count, sums);
}

size_t newel_refine_bounds(const newel_bound_row *rows, size_t row_count, uint32_t threshold, const uint32_t *windows,
                           uint32_t *slots, size_t count, uint32_t *bounds) {
  return chosen()->refine_bounds(rows, row_count, threshold, windows, slots, count, bounds);
}

uint64_t newel_blocks_reaching(const int32_t *cells, uint64_t wanted, const uint32_t *rest, uint32_t threshold) {
  return chosen()->blocks_reaching(cells, wanted, rest, threshold);
}

uint32_t newel_forward_dot(const uint8_t *tokens, const uint8_t *impacts, size_t count, const uint32_t *weights) {
  return chosen()->forward_dot(tokens, impacts, count, weights);
}

size_t newel_forward_matches(const uint8_t *tokens, size_t count, const uint32_t *weights, uint32_t *positions) {
  return chosen()->forward_matches(tokens, count, weights, positions);
}

void newel_half_dots(const float *query, const uint8_t *rows, size_t dimension, const uint32_t *numbers, size_t count,
                     float *products) {
  chosen()->half_dots(query, rows, dimension, numbers, count, products);
}

void newel_byte_dots(const int8_t *query, const int8_t *rows, size_t dimension, const uint32_t *numbers, size_t count,
                     int32_t *products) {
  chosen()->byte_dots(query, rows, dimension, numbers, count, products);
}
