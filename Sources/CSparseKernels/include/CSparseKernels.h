// The few kernels that Swift cannot dispatch by itself: each has a scalar reference and, where the CPU allows, a
// SIMD variant with the same result to the bit. No allocation, no errors, no I/O; callers check all lengths.
#ifndef CSPARSEKERNELS_H
#define CSPARSEKERNELS_H

#include <stddef.h>
#include <stdint.h>

// The level in use: 0 scalar, 1 SSE4.2, AVX2 and F16C, 2 AVX-512 (F, BW, VL). Chosen once per process; NEWEL_FORCE_SCALAR=1 in the
// environment forces 0.
int newel_kernel_level(void);

// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78) of `count` bytes, continuing from `crc` (0 to start).
uint32_t newel_crc32c(uint32_t crc, const void *bytes, size_t count);
uint32_t newel_crc32c_scalar(uint32_t crc, const void *bytes, size_t count);

// IEEE 754 binary16 to binary32, exact, NaN payloads kept quiet. `source` need not be aligned.
void newel_half_to_float(const void *source, float *destination, size_t count);
void newel_half_to_float_scalar(const void *source, float *destination, size_t count);

// binary32 to binary16, round to nearest even, overflow to infinity. `destination` need not be aligned.
void newel_float_to_half(const float *source, void *destination, size_t count);
void newel_float_to_half_scalar(const float *source, void *destination, size_t count);

// cells[i] += weight * bytes[i]: a row of 8-bit maxima into 32-bit bounds. Sums must stay below 2^32.
void newel_add_scaled_bytes(const uint8_t *bytes, uint32_t weight, uint32_t *cells, size_t count);
void newel_add_scaled_bytes_scalar(const uint8_t *bytes, uint32_t weight, uint32_t *cells, size_t count);

// Writes the positions of the cells that are at least `threshold` to `positions` (room for `count`), ascending, and
// returns how many there are. Cells are signed, `threshold` is at least 1.
size_t newel_collect_at_least(const int32_t *cells, size_t count, int32_t threshold, uint32_t *positions);
size_t newel_collect_at_least_scalar(const int32_t *cells, size_t count, int32_t threshold, uint32_t *positions);

// Asks for the cache line at `address` ahead of its use; any address is allowed.
static inline void newel_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

#endif
