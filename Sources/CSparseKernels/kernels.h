// What the files of this target share: the table of each instruction set, and the kernels that another one borrows.
#ifndef NEWEL_KERNELS_H
#define NEWEL_KERNELS_H

#include "CSparseKernels.h"
#include <string.h>

extern const newel_kernels newel_plain_kernels;

uint32_t newel_crc32c_scalar(uint32_t crc, const void *bytes, size_t count);
void newel_half_to_float_scalar(const void *source, float *destination, size_t count);
void newel_float_to_half_scalar(const float *source, void *destination, size_t count);
void newel_add_scaled_bytes_scalar(const uint8_t *bytes, uint32_t weight, uint32_t *cells, size_t count);
size_t newel_collect_at_least_scalar(const int32_t *cells, size_t count, int32_t threshold, uint32_t *positions);

void newel_add_groups_scalar(const uint8_t *groups, size_t count, int32_t weight, int32_t *cells);

uint32_t newel_forward_dot_scalar(const uint8_t *tokens, const uint8_t *impacts, size_t count, const uint32_t *weights);
size_t newel_forward_matches_scalar(const uint8_t *tokens, size_t count, const uint32_t *weights, uint32_t *positions);

// Adds sixteen amounts to the cells of a group's documents, one by one, since two postings may share a cell's line.
static inline void newel_scatter_group(const uint8_t *group, const int32_t *amounts, int32_t *cells) {
  for (int quarter = 0; quarter < 4; quarter++, amounts += 4) {
    uint64_t documents;
    memcpy(&documents, group + 8 * quarter, 8);
    cells[documents & 0xFFFF] += amounts[0];
    cells[documents >> 16 & 0xFFFF] += amounts[1];
    cells[documents >> 32 & 0xFFFF] += amounts[2];
    cells[documents >> 48] += amounts[3];
  }
}

#if defined(__x86_64__)
extern const newel_kernels newel_avx2_kernels;
extern const newel_kernels newel_avx512_kernels;

uint32_t newel_forward_dot_avx2(const uint8_t *tokens, const uint8_t *impacts, size_t count, const uint32_t *weights);
size_t newel_forward_matches_avx2(const uint8_t *tokens, size_t count, const uint32_t *weights, uint32_t *positions);
uint32_t newel_forward_dot_avx512(const uint8_t *tokens, const uint8_t *impacts, size_t count, const uint32_t *weights);
size_t newel_forward_matches_avx512(const uint8_t *tokens, size_t count, const uint32_t *weights, uint32_t *positions);

// AVX-512 has no better instruction for it.
uint32_t newel_crc32c_sse42(uint32_t crc, const void *bytes, size_t count);
#endif

#if defined(__aarch64__)
extern const newel_kernels newel_neon_kernels;
uint32_t newel_forward_dot_neon(const uint8_t *tokens, const uint8_t *impacts, size_t count, const uint32_t *weights);
#endif

#endif
