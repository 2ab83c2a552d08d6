// Functions of single numbers and of whole arrays. See training_lanes.h.

TRAINING_TARGET static void gelu(const float *x, float *y, size_t count) {
  EACH_LANES(i, n, count) {
    const lanes v = load(x + i, n);
    store(v * normal_distribution(v, exponential(all(-0.5f) * v * v)), y + i, n);
  }
}

TRAINING_TARGET static void gelu_backward(const float *x, float *gradient, size_t count) {
  EACH_LANES(i, n, count) {
    const lanes v = load(x + i, n), density = exponential(all(-0.5f) * v * v);
    const lanes slope = normal_distribution(v, density) + v * density * all(0.398942280f);
    store(load(gradient + i, n) * slope, gradient + i, n);
  }
}

TRAINING_TARGET static void relu(float *x, size_t count) {
  EACH_LANES(i, n, count) {
    const lanes v = load(x + i, n);
    store(choose((whole_lanes)(v <= all(0.0f)), all(0.0f), v), x + i, n);
  }
}

TRAINING_TARGET static void relu_backward(const float *y, float *gradient, size_t count) {
  EACH_LANES(i, n, count) {
    const whole_lanes off = (whole_lanes)(load(y + i, n) <= all(0.0f));
    store(choose(off, all(0.0f), load(gradient + i, n)), gradient + i, n);
  }
}

TRAINING_TARGET static void hyperbolic_tangent(float *x, size_t count) {
  EACH_LANES(i, n, count) {
    const lanes v = load(x + i, n), size = absolute(v), z = v * v;
    const lanes far = all(1.0f) - all(2.0f) / (exponential(size + size) + all(1.0f));
    lanes p = all(-5.70498872745e-3f);
    p = p * z + all(2.06390887954e-2f);
    p = p * z + all(-5.37397155531e-2f);
    p = p * z + all(1.33314422036e-1f);
    p = p * z + all(-3.33332819422e-1f);
    const lanes near = p * z * v + v;
    const lanes signed_far = (lanes)((whole_lanes)far | ((whole_lanes)v & all_whole(INT32_MIN)));
    store(choose((whole_lanes)(size < all(0.625f)), near, signed_far), x + i, n);
  }
}

TRAINING_TARGET static void tanh_backward(const float *y, float *gradient, size_t count) {
  EACH_LANES(i, n, count) {
    const lanes v = load(y + i, n);
    store(load(gradient + i, n) * (all(1.0f) - v * v), gradient + i, n);
  }
}

TRAINING_TARGET static void softplus(const float *x, float *y, size_t count) {
  EACH_LANES(i, n, count) {
    const lanes v = load(x + i, n);
    const lanes positive = choose((whole_lanes)(v <= all(0.0f)), all(0.0f), v);
    store(positive + logarithm_of_one_plus(exponential(-absolute(v))), y + i, n);
  }
}

TRAINING_TARGET static void sigmoid(const float *x, float *y, size_t count) {
  EACH_LANES(i, n, count) store(all(1.0f) / (all(1.0f) + exponential(-load(x + i, n))), y + i, n);
}

TRAINING_TARGET static float dot(const float *x, const float *y, size_t count) {
  lanes sum = all(0.0f);
  EACH_LANES(i, n, count) sum += load(x + i, n) * load(y + i, n);
  return sum_of(sum);
}

TRAINING_TARGET static void add(float alpha, const float *x, float *y, size_t count) {
  EACH_LANES(i, n, count) store(load(y + i, n) + all(alpha) * load(x + i, n), y + i, n);
}

TRAINING_TARGET static void scale(float alpha, float *x, size_t count) {
  EACH_LANES(i, n, count) store(all(alpha) * load(x + i, n), x + i, n);
}

TRAINING_TARGET static double sum_of_squares(const float *x, size_t count) {
  double total = 0;
  for (size_t start = 0; start < count; start += 4096) {
    const size_t piece = count - start < 4096 ? count - start : 4096;
    total += dot(x + start, x + start, piece);
  }
  return total;
}

TRAINING_TARGET static int all_finite(const float *x, size_t count) {
  whole_lanes wrong = {0};
  EACH_LANES(i, n, count) {
    const whole_lanes exponent = (whole_lanes)load(x + i, n) & all_whole(0x7F800000);
    wrong |= (whole_lanes)(exponent == all_whole(0x7F800000));
  }
  for (int k = 0; k < LANES; k++)
    if (wrong[k]) return 0;
  return 1;
}

TRAINING_TARGET static void adamw(const newel_adamw_step *step, const float *gradient, float *values, float *first,
                                  float *second, float *average, size_t count) {
  const lanes scale = all(step->gradient_scale), keep1 = all(1.0f - step->beta1), keep2 = all(1.0f - step->beta2);
  const lanes rate = all(step->rate), second_scale = all(step->second_scale), epsilon = all(step->epsilon);
  const lanes shrink = all(step->shrink), keep = all(1.0f - step->average_decay);
  EACH_LANES(i, n, count) {
    const lanes g = load(gradient + i, n) * scale;
    lanes m = load(first + i, n), v = load(second + i, n), x = load(values + i, n);
    m += keep1 * (g - m);
    v += keep2 * (g * g - v);
    x = x * shrink - rate * m / (__builtin_elementwise_sqrt(v * second_scale) + epsilon);
    store(m, first + i, n);
    store(v, second + i, n);
    store(x, values + i, n);
    if (average) {
      const lanes a = load(average + i, n);
      store(a + keep * (x - a), average + i, n);
    }
  }
}

INLINE word_lanes rotated(word_lanes x, int bits) { return x << bits | x >> (32 - bits); }

// Twenty rounds of Threefry on pairs of words.
// Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
INLINE void threefry(const uint32_t key[2], word_lanes *x, word_lanes *y) {
  static const int turns[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  const uint32_t keys[3] = {key[0], key[1], 0x1BD11BDAu ^ key[0] ^ key[1]};
  *x += (word_lanes)all_whole((int32_t)keys[0]);
  *y += (word_lanes)all_whole((int32_t)keys[1]);
  for (uint32_t group = 1; group <= 5; group++) {
    for (int round = 0; round < 4; round++) {
      *x += *y;
      *y = rotated(*y, turns[(group - 1) % 2 * 4 + (uint32_t)round]) ^ *x;
    }
    *x += (word_lanes)all_whole((int32_t)keys[group % 3]);
    *y += (word_lanes)all_whole((int32_t)(keys[(group + 1) % 3] + group));
  }
}

// Two normally distributed numbers from two random words.
// Source: Box and Muller, "A note on the generation of random normal deviates" (1958).
INLINE void normal_pair(word_lanes a, word_lanes b, lanes *x, lanes *y) {
  const lanes uniform =
      (__builtin_convertvector((whole_lanes)(a >> 8), lanes) + all(0.5f)) * all(5.96046448e-8f);
  const lanes radius = __builtin_elementwise_sqrt(all(-2.0f) * logarithm(uniform));
  // The angle is a quarter turn times `quarter` plus at most an eighth of a turn.
  const word_lanes quarter = (b + (word_lanes)all_whole(1 << 29)) >> 30;
  const lanes angle = __builtin_convertvector((whole_lanes)(b - (quarter << 30)), lanes) * all(1.46291808e-9f);
  const lanes z = angle * angle;
  const lanes sine =
      ((all(-1.9515295891e-4f) * z + all(8.3321608736e-3f)) * z + all(-1.6666654611e-1f)) * z * angle + angle;
  const lanes cosine = ((all(2.443315711809948e-5f) * z + all(-1.388731625493765e-3f)) * z +
                        all(4.166664568298827e-2f)) * z * z - all(0.5f) * z + all(1.0f);
  const whole_lanes odd = (whole_lanes)((quarter & (word_lanes)all_whole(1)) != (word_lanes)all_whole(0));
  // cos and sin of the whole angle.
  const lanes c = choose(odd, -sine, cosine), s = choose(odd, cosine, sine);
  const whole_lanes flip = (whole_lanes)((quarter >> 1) << 31);
  *x = radius * (lanes)((whole_lanes)c ^ flip);
  *y = radius * (lanes)((whole_lanes)s ^ flip);
}

TRAINING_TARGET static void add_noise(float deviation, uint64_t seed, uint64_t stream, uint32_t block, float *x,
                                      size_t count) {
  const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32) ^ (uint32_t)(stream >> 32)};
  const word_lanes numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  for (size_t start = 0; start < count; start += 2 * LANES, block++) {
    word_lanes a = numbers + (word_lanes)all_whole((int32_t)(block * LANES));
    word_lanes b = (word_lanes)all_whole((int32_t)(uint32_t)stream);
    threefry(key, &a, &b);
    lanes pair[2];
    normal_pair(a, b, &pair[0], &pair[1]);
    for (size_t half = 0; half < 2 && start + half * LANES < count; half++) {
      float *place = x + start + half * LANES;
      const size_t n = at_most_lanes(count - start - half * LANES);
      store(load(place, n) + all(deviation) * pair[half], place, n);
    }
  }
}
