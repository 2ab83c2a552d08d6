// One choice per process, made on first use; every variant gives the same bits, so a race is harmless.
#include "CSparseKernels.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t crc, const void *bytes, size_t count) {
  const uint8_t *p = bytes;
  uint64_t state = (uint32_t)~crc;
  for (; count >= 8; count -= 8, p += 8) {
    uint64_t word;
    memcpy(&word, p, 8);
    state = _mm_crc32_u64(state, word);
  }
  for (; count > 0; count--, p++) state = _mm_crc32_u8((uint32_t)state, *p);
  return ~(uint32_t)state;
}

__attribute__((target("avx2,f16c"))) static void half_to_float_f16c(const void *source, float *destination,
                                                                    size_t count) {
  const uint8_t *p = source;
  size_t i = 0;
  for (; i + 8 <= count; i += 8)
    _mm256_storeu_ps(destination + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 2 * i))));
  newel_half_to_float_scalar(p + 2 * i, destination + i, count - i);
}

__attribute__((target("avx2,f16c"))) static void float_to_half_f16c(const float *source, void *destination,
                                                                    size_t count) {
  uint8_t *out = destination;
  size_t i = 0;
  for (; i + 8 <= count; i += 8)
    _mm_storeu_si128((__m128i *)(out + 2 * i),
                     _mm256_cvtps_ph(_mm256_loadu_ps(source + i), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  newel_float_to_half_scalar(source + i, out + 2 * i, count - i);
}

__attribute__((target("avx2"))) static void add_scaled_bytes_avx2(const uint8_t *bytes, uint32_t weight,
                                                                  uint32_t *cells, size_t count) {
  const __m256i factor = _mm256_set1_epi32((int)weight);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256i row = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(bytes + i)));
    __m256i sum = _mm256_loadu_si256((const __m256i *)(cells + i));
    _mm256_storeu_si256((__m256i *)(cells + i), _mm256_add_epi32(sum, _mm256_mullo_epi32(row, factor)));
  }
  newel_add_scaled_bytes_scalar(bytes + i, weight, cells + i, count - i);
}

__attribute__((target("avx512f,avx512bw,avx512vl"))) static void add_scaled_bytes_avx512(const uint8_t *bytes,
                                                                                         uint32_t weight,
                                                                                         uint32_t *cells,
                                                                                         size_t count) {
  const __m512i factor = _mm512_set1_epi32((int)weight);
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    __m512i row = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(bytes + i)));
    __m512i sum = _mm512_loadu_si512(cells + i);
    _mm512_storeu_si512(cells + i, _mm512_add_epi32(sum, _mm512_mullo_epi32(row, factor)));
  }
  newel_add_scaled_bytes_scalar(bytes + i, weight, cells + i, count - i);
}

__attribute__((target("avx2"))) static size_t collect_at_least_avx2(const int32_t *cells, size_t count,
                                                                    int32_t threshold, uint32_t *positions) {
  const __m256i below = _mm256_set1_epi32(threshold - 1);
  size_t found = 0, i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256i above = _mm256_cmpgt_epi32(_mm256_loadu_si256((const __m256i *)(cells + i)), below);
    unsigned mask = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(above));
    for (; mask; mask &= mask - 1) positions[found++] = (uint32_t)(i + (size_t)__builtin_ctz(mask));
  }
  for (; i < count; i++)
    if (cells[i] >= threshold) positions[found++] = (uint32_t)i;
  return found;
}

__attribute__((target("avx512f,avx512bw,avx512vl"))) static size_t collect_at_least_avx512(const int32_t *cells,
                                                                                           size_t count,
                                                                                           int32_t threshold,
                                                                                           uint32_t *positions) {
  const __m512i least = _mm512_set1_epi32(threshold);
  size_t found = 0, i = 0;
  for (; i + 16 <= count; i += 16) {
    unsigned mask = _mm512_cmpge_epi32_mask(_mm512_loadu_si512(cells + i), least);
    for (; mask; mask &= mask - 1) positions[found++] = (uint32_t)(i + (size_t)__builtin_ctz(mask));
  }
  for (; i < count; i++)
    if (cells[i] >= threshold) positions[found++] = (uint32_t)i;
  return found;
}
#endif

static int detect(void) {
  const char *forced = getenv("NEWEL_FORCE_SCALAR");
  if (forced && strcmp(forced, "1") == 0) return 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("sse4.2") || !__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("f16c")) return 0;
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
             ? 2
             : 1;
#endif
  return 0;
}

static atomic_int chosen = -1;

int newel_kernel_level(void) {
  int level = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (level < 0) {
    level = detect();
    atomic_store_explicit(&chosen, level, memory_order_relaxed);
  }
  return level;
}

uint32_t newel_crc32c(uint32_t crc, const void *bytes, size_t count) {
#if defined(__x86_64__)
  if (newel_kernel_level() >= 1) return crc32c_sse42(crc, bytes, count);
#endif
  return newel_crc32c_scalar(crc, bytes, count);
}

void newel_half_to_float(const void *source, float *destination, size_t count) {
#if defined(__x86_64__)
  if (newel_kernel_level() >= 1) {
    half_to_float_f16c(source, destination, count);
    return;
  }
#endif
  newel_half_to_float_scalar(source, destination, count);
}

void newel_float_to_half(const float *source, void *destination, size_t count) {
#if defined(__x86_64__)
  if (newel_kernel_level() >= 1) {
    float_to_half_f16c(source, destination, count);
    return;
  }
#endif
  newel_float_to_half_scalar(source, destination, count);
}

void newel_add_scaled_bytes(const uint8_t *bytes, uint32_t weight, uint32_t *cells, size_t count) {
#if defined(__x86_64__)
  switch (newel_kernel_level()) {
    case 2: add_scaled_bytes_avx512(bytes, weight, cells, count); return;
    case 1: add_scaled_bytes_avx2(bytes, weight, cells, count); return;
  }
#endif
  newel_add_scaled_bytes_scalar(bytes, weight, cells, count);
}

size_t newel_collect_at_least(const int32_t *cells, size_t count, int32_t threshold, uint32_t *positions) {
#if defined(__x86_64__)
  switch (newel_kernel_level()) {
    case 2: return collect_at_least_avx512(cells, count, threshold, positions);
    case 1: return collect_at_least_avx2(cells, count, threshold, positions);
  }
#endif
  return newel_collect_at_least_scalar(cells, count, threshold, positions);
}
