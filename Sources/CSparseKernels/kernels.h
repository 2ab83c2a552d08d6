// What the files of this target share: the table of each instruction set, and the kernels that another one borrows.
#ifndef NEWEL_KERNELS_H
#define NEWEL_KERNELS_H

#include "CSparseKernels.h"
#include <string.h>

extern const newel_kernels newel_plain_kernels;
extern const newel_training_kernels newel_plain_training_kernels;

uint32_t newel_crc32c_scalar(uint32_t crc, const void *bytes, size_t count);
void newel_half_to_float_scalar(const void *source, float *destination, size_t count);
void newel_float_to_half_scalar(const float *source, void *destination, size_t count);
size_t newel_collect_at_least_scalar(const int32_t *cells, size_t count, int32_t threshold, uint32_t *positions);

size_t newel_add_strip_scalar(const newel_strip *entry, const uint8_t *strips, uint64_t wanted, int32_t weight,
                              int32_t *cells);
size_t newel_add_strips_scalar(const newel_strip *entries, size_t count, const uint8_t *strips, int32_t weight,
                               int32_t *cells);
void newel_refined_weights_scalar(const newel_strip *entries, const uint8_t *strips, const uint32_t *documents, size_t count,
                                  uint32_t *weights);
void newel_add_maxima_scalar(const newel_strip *entries, size_t count, const uint8_t *maxima, uint32_t weight,
                             uint32_t *bounds);
void newel_window_bounds_scalar(const uint32_t *bounds, size_t count, uint32_t *largest);
uint64_t newel_blocks_at_least_scalar(const uint32_t *bounds, uint32_t threshold);
void newel_sum_cells_scalar(const newel_bound_row *rows, size_t row_count, size_t count, uint32_t *sums);
size_t newel_refine_bounds_scalar(const newel_bound_row *rows, size_t row_count, uint32_t threshold,
                                  const uint32_t *windows, uint32_t *slots, size_t count, uint32_t *bounds);
uint64_t newel_blocks_reaching_scalar(const int32_t *cells, uint64_t wanted, const uint32_t *rest, uint32_t threshold);
uint32_t newel_forward_dot_scalar(const uint8_t *tokens, const uint8_t *impacts, size_t count, const uint32_t *weights);
size_t newel_forward_matches_scalar(const uint8_t *tokens, size_t count, const uint32_t *weights, uint32_t *positions);
void newel_half_dots_scalar(const float *query, const uint8_t *rows, size_t dimension, const uint32_t *numbers,
                            size_t count, float *products);
void newel_byte_dots_scalar(const int8_t *query, const int8_t *rows, size_t dimension, const uint32_t *numbers,
                            size_t count, int32_t *products);

#if defined(__x86_64__)
extern const newel_kernels newel_avx2_kernels;
extern const newel_training_kernels newel_avx2_training_kernels;
extern const newel_training_kernels newel_avx512_training_kernels;
size_t newel_add_strip_avx2(const newel_strip *entry, const uint8_t *strips, uint64_t wanted, int32_t weight,
                            int32_t *cells);
size_t newel_add_strips_avx2(const newel_strip *entries, size_t count, const uint8_t *strips, int32_t weight,
                             int32_t *cells);
void newel_refined_weights_popcnt(const newel_strip *entries, const uint8_t *strips, const uint32_t *documents, size_t count,
                                  uint32_t *weights);
void newel_add_maxima_avx2(const newel_strip *entries, size_t count, const uint8_t *maxima, uint32_t weight,
                           uint32_t *bounds);
void newel_window_bounds_avx2(const uint32_t *bounds, size_t count, uint32_t *largest);
uint64_t newel_blocks_at_least_avx2(const uint32_t *bounds, uint32_t threshold);
void newel_sum_cells_avx2(const newel_bound_row *rows, size_t row_count, size_t count, uint32_t *sums);
size_t newel_refine_bounds_avx2(const newel_bound_row *rows, size_t row_count, uint32_t threshold,
                                  const uint32_t *windows, uint32_t *slots, size_t count, uint32_t *bounds);
uint64_t newel_blocks_reaching_avx2(const int32_t *cells, uint64_t wanted, const uint32_t *rest, uint32_t threshold);

size_t newel_add_strip_avx512(const newel_strip *entry, const uint8_t *strips, uint64_t wanted, int32_t weight,
                              int32_t *cells);
size_t newel_add_strips_avx512(const newel_strip *entries, size_t count, const uint8_t *strips, int32_t weight,
                               int32_t *cells);
void newel_add_maxima_avx512(const newel_strip *entries, size_t count, const uint8_t *maxima, uint32_t weight,
                             uint32_t *bounds);
void newel_window_bounds_avx512(const uint32_t *bounds, size_t count, uint32_t *largest);
uint64_t newel_blocks_at_least_avx512(const uint32_t *bounds, uint32_t threshold);
void newel_sum_cells_avx512(const newel_bound_row *rows, size_t row_count, size_t count, uint32_t *sums);
size_t newel_refine_bounds_avx512(const newel_bound_row *rows, size_t row_count, uint32_t threshold,
                                  const uint32_t *windows, uint32_t *slots, size_t count, uint32_t *bounds);
uint64_t newel_blocks_reaching_avx512(const int32_t *cells, uint64_t wanted, const uint32_t *rest, uint32_t threshold);

extern const newel_kernels newel_avx512_kernels;

uint32_t newel_forward_dot_avx2(const uint8_t *tokens, const uint8_t *impacts, size_t count, const uint32_t *weights);
size_t newel_forward_matches_avx2(const uint8_t *tokens, size_t count, const uint32_t *weights, uint32_t *positions);
uint32_t newel_forward_dot_avx512(const uint8_t *tokens, const uint8_t *impacts, size_t count, const uint32_t *weights);
size_t newel_forward_matches_avx512(const uint8_t *tokens, size_t count, const uint32_t *weights, uint32_t *positions);
void newel_half_dots_avx2(const float *query, const uint8_t *rows, size_t dimension, const uint32_t *numbers,
                          size_t count, float *products);
void newel_byte_dots_avx2(const int8_t *query, const int8_t *rows, size_t dimension, const uint32_t *numbers,
                          size_t count, int32_t *products);
void newel_half_dots_avx512(const float *query, const uint8_t *rows, size_t dimension, const uint32_t *numbers,
                            size_t count, float *products);
void newel_byte_dots_avx512(const int8_t *query, const int8_t *rows, size_t dimension, const uint32_t *numbers,
                            size_t count, int32_t *products);

// AVX-512 has no better instruction for it.
uint32_t newel_crc32c_sse42(uint32_t crc, const void *bytes, size_t count);
#endif

#if defined(__aarch64__)
extern const newel_kernels newel_neon_kernels;
uint32_t newel_forward_dot_neon(const uint8_t *tokens, const uint8_t *impacts, size_t count, const uint32_t *weights);
void newel_half_dots_neon(const float *query, const uint8_t *rows, size_t dimension, const uint32_t *numbers,
                          size_t count, float *products);
void newel_byte_dots_neon(const int8_t *query, const int8_t *rows, size_t dimension, const uint32_t *numbers,
                          size_t count, int32_t *products);
#endif

#endif
