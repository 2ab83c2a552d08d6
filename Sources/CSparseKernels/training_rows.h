// Functions of the rows and columns of matrices. See training_lanes.h.

TRAINING_TARGET static void add_row(const float *row, float *x, size_t rows, size_t columns) {
  for (; rows > 0; rows--, x += columns)
    EACH_LANES(i, n, columns) store(load(x + i, n) + load(row + i, n), x + i, n);
}

TRAINING_TARGET static void add_to_sums(const float *x, float *sums, size_t rows, size_t columns) {
  for (; rows > 0; rows--, x += columns)
    EACH_LANES(i, n, columns) store(load(sums + i, n) + load(x + i, n), sums + i, n);
}

TRAINING_TARGET static void standardise(const float *means, const float *scales, float *x, size_t rows,
                                        size_t columns) {
  for (; rows > 0; rows--, x += columns)
    EACH_LANES(i, n, columns) store((load(x + i, n) - load(means + i, n)) * load(scales + i, n), x + i, n);
}

TRAINING_TARGET static void scale_and_shift(const float *x, const float *gain, const float *shift, float *y,
                                            size_t rows, size_t columns) {
  for (; rows > 0; rows--, x += columns, y += columns)
    EACH_LANES(i, n, columns) store(load(x + i, n) * load(gain + i, n) + load(shift + i, n), y + i, n);
}

TRAINING_TARGET static void normalise_rows(float *x, float *inverse_deviations, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns) {
    lanes sum = all(0.0f), squares = all(0.0f);
    EACH_LANES(i, n, columns) sum += load(x + i, n);
    const float mean = sum_of(sum) / (float)columns;
    EACH_LANES(i, n, columns) {
      const lanes difference =
          (lanes)((whole_lanes)(load(x + i, n) - all(mean)) & first_of(n));
      squares += difference * difference;
    }
    const float inverse = 1.0f / __builtin_elementwise_sqrt(sum_of(squares) / (float)columns + 1e-5f);
    EACH_LANES(i, n, columns) store((load(x + i, n) - all(mean)) * all(inverse), x + i, n);
    inverse_deviations[row] = inverse;
  }
}

TRAINING_TARGET static void normalise_rows_backward(const float *normalised, const float *inverse_deviations,
                                                    const float *gain, float *gradient, float *gain_gradient,
                                                    float *shift_gradient, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, normalised += columns, gradient += columns) {
    lanes sum = all(0.0f), product = all(0.0f);
    EACH_LANES(i, n, columns) {
      const lanes g = load(gradient + i, n), x = load(normalised + i, n), scaled = g * load(gain + i, n);
      store(load(gain_gradient + i, n) + g * x, gain_gradient + i, n);
      store(load(shift_gradient + i, n) + g, shift_gradient + i, n);
      sum += scaled;
      product += scaled * x;
    }
    const lanes mean = all(sum_of(sum) / (float)columns), along = all(sum_of(product) / (float)columns);
    const lanes inverse = all(inverse_deviations[row]);
    EACH_LANES(i, n, columns) {
      const lanes scaled = load(gradient + i, n) * load(gain + i, n);
      store(inverse * ((scaled - mean) - load(normalised + i, n) * along), gradient + i, n);
    }
  }
}

TRAINING_TARGET static void unit_rows(float *x, float *lengths, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns) {
    lengths[row] = __builtin_elementwise_sqrt(dot(x, x, columns) + 1e-12f);
    EACH_LANES(i, n, columns) store(load(x + i, n) / all(lengths[row]), x + i, n);
  }
}

TRAINING_TARGET static void unit_rows_backward(const float *unit, const float *lengths, float *gradient, size_t rows,
                                               size_t columns) {
  for (size_t row = 0; row < rows; row++, unit += columns, gradient += columns) {
    const lanes along = all(dot(unit, gradient, columns)), length = all(lengths[row]);
    EACH_LANES(i, n, columns) store((load(gradient + i, n) - load(unit + i, n) * along) / length, gradient + i, n);
  }
}

TRAINING_TARGET static size_t token_weights(const float *x, float *w, float *column_sums, float *row_sums,
                                            size_t rows, size_t columns) {
  whole_lanes found = {0};
  for (size_t row = 0; row < rows; row++, x += columns, w += columns) {
    lanes sum = all(0.0f);
    EACH_LANES(i, n, columns) {
      const lanes v = load(x + i, n);
      const lanes positive = choose((whole_lanes)(v <= all(0.0f)), all(0.0f), v);
      const lanes weight = logarithm_of_one_plus(positive);
      store(weight, w + i, n);
      store(load(column_sums + i, n) + weight, column_sums + i, n);
      sum += weight;
      // The masks are -1.
      found -= (whole_lanes)(weight > all(0.0f));
    }
    row_sums[row] = sum_of(sum);
  }
  size_t total = 0;
  for (int k = 0; k < LANES; k++) total += (size_t)(uint32_t)found[k];
  return total;
}

TRAINING_TARGET static void token_weights_backward(const float *w, const float *terms, float scale, float *gradient,
                                                   float *sums, size_t rows, size_t columns) {
  for (; rows > 0; rows--, w += columns, gradient += columns) {
    EACH_LANES(i, n, columns) {
      const lanes weight = load(w + i, n);
      const whole_lanes off = (whole_lanes)(weight <= all(0.0f));
      const lanes whole = load(gradient + i, n) + load(terms + i, n) + all(scale) * weight;
      const lanes result = (lanes)((whole_lanes)(whole * exponential(-weight)) & ~off);
      store(result, gradient + i, n);
      store(load(sums + i, n) + result, sums + i, n);
    }
  }
}

TRAINING_TARGET static void row_log_sums(const float *x, float *log_sums, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns) {
    lanes largest = all(-3e38f), sum = all(0.0f);
    EACH_LANES(i, n, columns) {
      largest = larger(choose(first_of(n), load(x + i, n), all(-3e38f)), largest);
    }
    const float top = largest_of(largest);
    EACH_LANES(i, n, columns) {
      sum += (lanes)((whole_lanes)exponential(load(x + i, n) - all(top)) & first_of(n));
    }
    log_sums[row] = top + logarithm(all(sum_of(sum)))[0];
  }
}

TRAINING_TARGET static void column_maxima(const float *x, float *maxima, size_t rows, size_t columns) {
  for (; rows > 0; rows--, x += columns)
    EACH_LANES(i, n, columns) store(larger(load(x + i, n), load(maxima + i, n)), maxima + i, n);
}

TRAINING_TARGET static void column_exponentials(const float *x, const float *maxima, float *sums, size_t rows,
                                                size_t columns) {
  for (; rows > 0; rows--, x += columns)
    EACH_LANES(i, n, columns) {
      store(load(sums + i, n) + exponential(load(x + i, n) - load(maxima + i, n)), sums + i, n);
    }
}

TRAINING_TARGET static void softmax(const float *log_sums, float *x, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns)
    EACH_LANES(i, n, columns) store(exponential(load(x + i, n) - all(log_sums[row])), x + i, n);
}

TRAINING_TARGET static void add_softmax(const float *x, const float *log_sums, const float *row_scales,
                                        float *gradient, float *sums, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns, gradient += columns)
    EACH_LANES(i, n, columns) {
      const lanes share = all(row_scales[row]) * exponential(load(x + i, n) - all(log_sums[row]));
      store(load(gradient + i, n) + share, gradient + i, n);
      store(load(sums + i, n) + share, sums + i, n);
    }
}

TRAINING_TARGET static void double_softmax(const float *row_log_sums, const float *column_log_sums, float scale,
                                           float *x, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns)
    EACH_LANES(i, n, columns) {
      const lanes v = load(x + i, n);
      const lanes by_row = exponential(v - all(row_log_sums[row]));
      store(all(scale) * (by_row + exponential(v - load(column_log_sums + i, n))), x + i, n);
    }
}

TRAINING_TARGET static void sparse_scores(newel_sparse_rows sparse, const float *values, const float *w, float *scores,
                                          size_t rows, size_t columns) {
  for (; rows > 0; rows--, w += columns, scores += sparse.rows)
    for (size_t i = 0; i < sparse.rows; i++) {
      float sum = 0;
      for (ptrdiff_t k = sparse.offsets[i]; k < sparse.offsets[i + 1]; k++) sum += values[k] * w[sparse.indices[k]];
      scores[i] = sum;
    }
}

TRAINING_TARGET static void sparse_scores_backward(newel_sparse_rows sparse, const float *values, const float *scores,
                                                   float *gradient, size_t rows, size_t columns) {
  for (; rows > 0; rows--, gradient += columns, scores += sparse.rows)
    for (size_t i = 0; i < sparse.rows; i++)
      for (ptrdiff_t k = sparse.offsets[i]; k < sparse.offsets[i + 1]; k++)
        gradient[sparse.indices[k]] += scores[i] * values[k];
}

TRAINING_TARGET static void sparse_value_gradient(newel_sparse_rows sparse, const float *scores, const float *w,
                                                  float *values, size_t rows, size_t columns) {
  for (; rows > 0; rows--, w += columns, scores += sparse.rows)
    for (size_t i = 0; i < sparse.rows; i++)
      for (ptrdiff_t k = sparse.offsets[i]; k < sparse.offsets[i + 1]; k++)
        values[k] += scores[i] * w[sparse.indices[k]];
}
