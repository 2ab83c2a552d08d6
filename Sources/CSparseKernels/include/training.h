// The kernels that models are trained with: functions of arrays of 32-bit floats, which must not overlap unless one is
// said to be changed in place. Matrices are row-major. Every instruction set gives the same result, bit by bit: sums are
// made in sixteen lanes that are added in the same order, and products are rounded before they are added.
//
// exp, log and erf are polynomials with an error of about 1e-7.
#ifndef NEWEL_TRAINING_H
#define NEWEL_TRAINING_H

#include <stddef.h>
#include <stdint.h>

// The coefficients of a step of AdamW: see newel_adamw.
typedef struct newel_adamw_step {
  float gradient_scale, beta1, beta2, rate, second_scale, epsilon, shrink, average_decay;
} newel_adamw_step;

// Rows of indices: offsets[r] to offsets[r + 1] are the places of row r in `indices`.
typedef struct newel_sparse_rows {
  const ptrdiff_t *offsets;
  const uint32_t *indices;
  size_t rows;
} newel_sparse_rows;

// The kernels of one instruction set.
typedef struct newel_training_kernels {
  // y = x Φ(x), and gradient *= its derivative.
  void (*gelu)(const float *x, float *y, size_t count);
  void (*gelu_backward)(const float *x, float *gradient, size_t count);
  // x = max(x, 0), keeping NaN; gradient = 0 where the result is 0.
  void (*relu)(float *x, size_t count);
  void (*relu_backward)(const float *y, float *gradient, size_t count);
  void (*tanh)(float *x, size_t count);
  void (*tanh_backward)(const float *y, float *gradient, size_t count);
  // y = log(1 + exp(x)); y = 1 / (1 + exp(-x)).
  void (*softplus)(const float *x, float *y, size_t count);
  void (*sigmoid)(const float *x, float *y, size_t count);

  // x += row; sums += the rows of x; x = (x - means) * scales; y = x * gain + shift.
  void (*add_row)(const float *row, float *x, size_t rows, size_t columns);
  void (*add_to_sums)(const float *x, float *sums, size_t rows, size_t columns);
  void (*standardise)(const float *means, const float *scales, float *x, size_t rows, size_t columns);
  void (*scale_and_shift)(const float *x, const float *gain, const float *shift, float *y, size_t rows, size_t columns);
  // Every row to mean 0 and variance 1, in place; the way back, in place, adding to the gradients of gain and shift.
  void (*normalise_rows)(float *x, float *inverse_deviations, size_t rows, size_t columns);
  void (*normalise_rows_backward)(const float *normalised, const float *inverse_deviations, const float *gain,
                                  float *gradient, float *gain_gradient, float *shift_gradient, size_t rows,
                                  size_t columns);
  // Every row to length 1, in place; the way back, in place.
  void (*unit_rows)(float *x, float *lengths, size_t rows, size_t columns);
  void (*unit_rows_backward)(const float *unit, const float *lengths, float *gradient, size_t rows, size_t columns);

  // w = log1p(relu(x)); adds to the sums of columns, writes those of rows, returns how many are not 0.
  size_t (*token_weights)(const float *x, float *w, float *column_sums, float *row_sums, size_t rows, size_t columns);
  // gradient = (gradient + terms + scale * w) * exp(-w) where w is not 0, else 0; adds to the sums of columns.
  void (*token_weights_backward)(const float *w, const float *terms, float scale, float *gradient, float *sums,
                                 size_t rows, size_t columns);

  // log Σ exp over every row, or column: of these first the maxima, then the sums of exp(x - maximum) are added to.
  void (*row_log_sums)(const float *x, float *log_sums, size_t rows, size_t columns);
  void (*column_maxima)(const float *x, float *maxima, size_t rows, size_t columns);
  void (*column_exponentials)(const float *x, const float *maxima, float *sums, size_t rows, size_t columns);
  // x = exp(x - row's log sum), in place.
  void (*softmax)(const float *log_sums, float *x, size_t rows, size_t columns);
  // gradient += row's scale * exp(x - row's log sum); adds what it added to the sums of columns.
  void (*add_softmax)(const float *x, const float *log_sums, const float *row_scales, float *gradient, float *sums,
                      size_t rows, size_t columns);
  // x = scale * (exp(x - row's) + exp(x - column's)), in place.
  void (*double_softmax)(const float *row_log_sums, const float *column_log_sums, float scale, float *x, size_t rows,
                         size_t columns);

  // scores[j, i] = Σ values * w[j, index] over row i of `sparse`, for `rows` rows of w.
  void (*sparse_scores)(newel_sparse_rows sparse, const float *values, const float *w, float *scores, size_t rows,
                        size_t columns);
  // gradient[j, index] += scores[j, i] * value.
  void (*sparse_scores_backward)(newel_sparse_rows sparse, const float *values, const float *scores, float *gradient,
                                 size_t rows, size_t columns);
  // values += Σ scores[j, i] * w[j, index] over j.
  void (*sparse_value_gradient)(newel_sparse_rows sparse, const float *scores, const float *w, float *values,
                                size_t rows, size_t columns);
  // x · y over `count` elements; y += alpha * x; x *= alpha; Σ x².
  float (*dot)(const float *x, const float *y, size_t count);
  void (*add)(float alpha, const float *x, float *y, size_t count);
  void (*scale)(float alpha, float *x, size_t count);
  double (*sum_of_squares)(const float *x, size_t count);
  // Whether all are finite: 1 or 0.
  int (*all_finite)(const float *x, size_t count);

  // x += deviation * normally distributed numbers, which are functions of seed, stream and place; the first element has
  // the place 32 * block.
  void (*add_noise)(float deviation, uint64_t seed, uint64_t stream, uint32_t block, float *x, size_t count);

  // first += (1 - beta1) (g - first); second += (1 - beta2) (g² - second) for g = gradient_scale * gradient; then
  // value = value * shrink - rate * first / (√(second * second_scale) + epsilon), and unless `average` is NULL
  // average += (1 - average_decay) (value - average).
  void (*adamw)(const newel_adamw_step *step, const float *gradient, float *values, float *first, float *second,
                float *average, size_t count);
} newel_training_kernels;

// The kernels of a level, or NULL when this CPU or this build lacks it. The plain ones serve every other CPU.
const newel_training_kernels *newel_training_kernels_at(int level);

// The kernels of the level that newel_kernel_level gives.
const newel_training_kernels *newel_training(void);

#endif
