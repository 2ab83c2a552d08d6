// Sixteen floats at a time, on any instruction set: the compiler makes one, two or four registers of them. A file that
// includes this first defines TRAINING_TARGET, the attribute of its functions.
#include <stdint.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF
#pragma clang diagnostic ignored "-Wpsabi"

typedef float lanes __attribute__((vector_size(64)));
typedef int32_t whole_lanes __attribute__((vector_size(64)));
typedef uint32_t word_lanes __attribute__((vector_size(64)));

enum { LANES = 16 };

#define INLINE TRAINING_TARGET static inline __attribute__((always_inline))

INLINE lanes all(float x) { return (lanes){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }

INLINE whole_lanes all_whole(int32_t x) {
  return (whole_lanes){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x};
}

// The first `count` (up to 16) floats, and zeros.
INLINE lanes load(const float *x, size_t count) {
  lanes result = {0};
  if (count == LANES) memcpy(&result, x, sizeof result);
  else memcpy(&result, x, count * sizeof(float));
  return result;
}

INLINE void store(lanes x, float *y, size_t count) {
  if (count == LANES) memcpy(y, &x, sizeof x);
  else memcpy(y, &x, count * sizeof(float));
}

INLINE size_t at_most_lanes(size_t count) { return count < LANES ? count : LANES; }

// For every sixteen places of `count`: `i` is the first, `n` how many there are.
#define EACH_LANES(i, n, count) \
  for (size_t i = 0, n = at_most_lanes(count); i < (count); i += LANES, n = at_most_lanes((count) - i))

// `a` where the mask is all ones, `b` where it is 0.
INLINE lanes choose(whole_lanes mask, lanes a, lanes b) {
  return (lanes)(((whole_lanes)a & mask) | ((whole_lanes)b & ~mask));
}

INLINE lanes larger(lanes a, lanes b) { return choose((whole_lanes)(a > b), a, b); }
INLINE lanes absolute(lanes x) { return (lanes)((whole_lanes)x & all_whole(0x7FFFFFFF)); }

INLINE float sum_of(lanes x) {
  float part[LANES];
  memcpy(part, &x, sizeof part);
  for (int width = LANES / 2; width > 0; width /= 2)
    for (int k = 0; k < width; k++) part[k] += part[k + width];
  return part[0];
}

INLINE float largest_of(lanes x) {
  float part[LANES];
  memcpy(part, &x, sizeof part);
  float largest = part[0];
  for (int k = 1; k < LANES; k++) largest = part[k] > largest ? part[k] : largest;
  return largest;
}

// The mask of the first `count` lanes.
INLINE whole_lanes first_of(size_t count) {
  const whole_lanes numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return (whole_lanes)(numbers < all_whole((int32_t)count));
}

// The polynomials of exp and log are those of Moshier, "Methods and programs for mathematical functions" (1989).
// exp below -87 is 0; NaN stays.
INLINE lanes exponential(lanes x) {
  const lanes low = all(-87.0f), high = all(88.0f), rounder = all(12582912.0f);
  const whole_lanes vanishes = (whole_lanes)(x < low);
  x = choose((whole_lanes)(x > high), high, choose(vanishes, low, x));
  const lanes shifted = x * all(1.44269504f) + rounder;
  const lanes n = shifted - rounder;
  const lanes r = (x - n * all(0.693359375f)) - n * all(-2.12194440e-4f);
  lanes p = all(1.9875691500e-4f);
  p = p * r + all(1.3981999507e-3f);
  p = p * r + all(8.3334519073e-3f);
  p = p * r + all(4.1665795894e-2f);
  p = p * r + all(1.6666665459e-1f);
  p = p * r + all(5.0000001201e-1f);
  const lanes fraction = (p * (r * r) + r) + all(1.0f);
  const lanes power = (lanes)((((word_lanes)shifted << 23) + (word_lanes)all_whole(127 << 23)));
  return (lanes)((whole_lanes)(fraction * power) & ~vanishes);
}

// For positive normal numbers.
INLINE lanes logarithm(lanes x) {
  const whole_lanes bits = (whole_lanes)x;
  whole_lanes exponent = (bits >> 23) - all_whole(126);
  lanes m = (lanes)((bits & all_whole(0x007FFFFF)) | all_whole(0x3F000000));
  const whole_lanes small = (whole_lanes)(m < all(0.707106781f));
  exponent += small;
  m = (m - all(1.0f)) + (lanes)((whole_lanes)m & small);
  const lanes e = __builtin_convertvector(exponent, lanes), z = m * m;
  lanes p = all(7.0376836292e-2f);
  p = p * m + all(-1.1514610310e-1f);
  p = p * m + all(1.1676998740e-1f);
  p = p * m + all(-1.2420140846e-1f);
  p = p * m + all(1.4249322787e-1f);
  p = p * m + all(-1.6668057665e-1f);
  p = p * m + all(2.0000714765e-1f);
  p = p * m + all(-2.4999993993e-1f);
  p = p * m + all(3.3333331174e-1f);
  p = p * m * z + e * all(-2.12194440e-4f);
  p = p - all(0.5f) * z;
  return (m + p) + e * all(0.693359375f);
}

// log(1 + x) for x from 0; what 1 + x rounds away comes back as a correction. NaN and infinity stay.
INLINE lanes logarithm_of_one_plus(lanes x) {
  const lanes u = all(1.0f) + x;
  const lanes result = logarithm(u) + (x - (u - all(1.0f))) / u;
  return choose((whole_lanes)(x < all(3e38f)), result, x);
}

// Φ(x) of the normal distribution; `density` is exp(-x²/2).
// Source: Hastings, "Approximations for digital computers" (1955), the error function, sheet 45.
INLINE lanes normal_distribution(lanes x, lanes density) {
  const lanes t = all(1.0f) / (all(1.0f) + all(0.231641888f) * absolute(x));
  lanes p = all(1.061405429f);
  p = p * t + all(-1.453152027f);
  p = p * t + all(1.421413741f);
  p = p * t + all(-0.284496736f);
  p = p * t + all(0.254829592f);
  const lanes tail = all(0.5f) * p * t * density;
  return choose((whole_lanes)(x > all(0.0f)), all(1.0f) - tail, tail);
}
