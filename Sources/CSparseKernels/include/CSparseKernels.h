// The few kernels that Swift cannot dispatch by itself: each has a scalar reference and, where the CPU allows, a
// SIMD variant with the same result to the bit. No allocation, no errors, no I/O; callers check all lengths.
#ifndef CSPARSEKERNELS_H
#define CSPARSEKERNELS_H

#include <stddef.h>
#include <stdint.h>

// The level in use: 0 scalar, 1 SSE4.2, AVX2 and F16C. Chosen once per process; NEWEL_FORCE_SCALAR=1 in the
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

#endif
