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
#endif

static int detect(void) {
  const char *forced = getenv("NEWEL_FORCE_SCALAR");
  if (forced && strcmp(forced, "1") == 0) return 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c")) return 1;
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
