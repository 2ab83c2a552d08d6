// The few kernels that Swift cannot dispatch by itself: each has a plain reference and, where the CPU allows, SIMD
// variants with the same result to the bit. No allocation, no errors, no I/O; callers check all lengths.
//
// With a count of 0 no pointer is read, written or moved, so that all of them may be NULL. Arrays of `float`,
// `uint32_t` and `int32_t` must be aligned to 4 bytes; bytes and halves need no alignment. Inputs and outputs must not
// overlap.
#ifndef CSPARSEKERNELS_H
#define CSPARSEKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "training.h"

// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78) of `count` bytes, continuing from `crc` (0 to start).
uint32_t newel_crc32c(uint32_t crc, const void *bytes, size_t count);

// IEEE 754 binary16 to binary32, exact; NaN payloads are kept, made quiet.
void newel_half_to_float(const void *source, float *destination, size_t count);

// binary32 to binary16, round to nearest even, overflow to infinity; NaN is made quiet and keeps its upper ten bits.
void newel_float_to_half(const float *source, void *destination, size_t count);

// Writes the positions of the cells that are at least `threshold` to `positions`, ascending, and returns how many
// there are. `positions` has room for `count` values; those behind the returned number are left undefined.
size_t newel_collect_at_least(const int32_t *cells, size_t count, int32_t threshold, uint32_t *positions);

// One entry of a term's directory: where the postings of a window of 4,096 documents are. FORMAT.md describes the bytes;
// whoever calls has checked that entry and strip agree.
typedef struct newel_strip {
  uint64_t blocks;            // Bit b: the term is in a document of the window's b-th block of 64.
  uint32_t start : 24;        // First byte of the strip, counted from the term's first strip.
  uint32_t dense_count : 8;   // Dense blocks.
  uint16_t sparse_count;      // Postings in sparse blocks.
  uint16_t first_maximum;     // Number of the window's first maximum, counted from the term's first.
} newel_strip;

// What bounds need of a term: its directory, the maxima of its blocks, and those of its cells of 1,024 documents, four a window.
typedef struct newel_bound_row {
  const newel_strip *entries;
  const uint8_t *maxima;
  const uint8_t *cell_maxima;
  uint32_t weight;
} newel_bound_row;

// How many bytes behind a strip, and behind a row of maxima, must be readable; what they hold does not matter.
enum { NEWEL_STRIP_PADDING = 64, NEWEL_WINDOW_CELLS = 4096, NEWEL_WINDOW_BLOCKS = 64 };
enum { NEWEL_WINDOW_PARTS = 4, NEWEL_PART_BLOCKS = 16 };

// Adds `weight * impact` of the postings of one strip to the 4,096 cells of its window, modulo 2^32: those of the dense
// blocks that are `wanted`, and all of the sparse blocks when one of these is wanted. Returns how many were added.
size_t newel_add_strip(const newel_strip *entry, const uint8_t *strips, uint64_t wanted, int32_t weight,
                       int32_t *cells);

// Adds `weight * impact` of all postings of `count` neighbouring windows to the cells of theirs. Returns how many. One entry
// more is read, for where the last strip ends.
size_t newel_add_strips(const newel_strip *entries, size_t count, const uint8_t *strips, int32_t weight,
                        int32_t *cells);

// The 12-bit weights that a term has in some documents, in 1/32 of an impact, 0 where it is in none: `entries` and `strips`
// are all of a term's, with refinements. Documents are numbered over all windows.
void newel_refined_weights(const newel_strip *entries, const uint8_t *strips, const uint32_t *documents, size_t count,
                           uint32_t *weights);

// Adds `weight * maximum` to the bound of every block of `count` windows that has the term, modulo 2^32. `maxima` holds a
// byte for each of these blocks, `bounds` has 64 cells a window.
void newel_add_maxima(const newel_strip *entries, size_t count, const uint8_t *maxima, uint32_t weight,
                      uint32_t *bounds);

// The largest bound of each of `count` windows of 64 blocks.
void newel_window_bounds(const uint32_t *bounds, size_t count, uint32_t *largest);

// Which of the 64 bounds of a window are at least `threshold`, a bit each.
uint64_t newel_blocks_at_least(const uint32_t *bounds, uint32_t threshold);

// The sum of `weight * cell maximum` over the rows, modulo 2^32, for `count` cells of 1,024 documents. `sums` has room for `count`
// rounded up to a multiple of 64; what it holds behind `count` is undefined.
void newel_sum_cells(const newel_bound_row *rows, size_t row_count, size_t count, uint32_t *sums);

// Takes from the bounds of windows what the rows can give a document of a cell, and adds what they can give one of a block instead.
// `slots` names `count` places: `windows[slot]` is the window, the 64 bounds of its blocks stand at `bounds + 64 * slot`.
// Where a bound of the window still is at least `threshold`, the new bounds are written there and the slot is kept: moved to the front
// of `slots`. Returns how many are kept. Bounds of others are undefined. Every bound must be at least what the rows' cells
// add to it.
size_t newel_refine_bounds(const newel_bound_row *rows, size_t row_count, uint32_t threshold, const uint32_t *windows,
                           uint32_t *slots, size_t count, uint32_t *bounds);

// Those of the `wanted` blocks of a window in which a score can still reach `threshold`: the largest of the block's 64 cells so far,
// and rest[block] for the terms to come. Their sum must stay below 2^32.
uint64_t newel_blocks_reaching(const int32_t *cells, uint64_t wanted, const uint32_t *rest, uint32_t threshold);

// The sum of weights[token] * impact over the postings of a document, modulo 2^32. `tokens` are `count` 16-bit numbers;
// `weights` has 65,536 entries.
uint32_t newel_forward_dot(const uint8_t *tokens, const uint8_t *impacts, size_t count, const uint32_t *weights);

// Writes the positions of the tokens whose entry in `weights` is not 0 to `positions`, ascending, and returns how many
// there are. `tokens` and `weights` as above; `positions` has room for `count` values, of which only those are written.
size_t newel_forward_matches(const uint8_t *tokens, size_t count, const uint32_t *weights, uint32_t *positions);

// The dot products of a query with `count` rows of halves: of rows[number] for each of `numbers`, of `dimension` halves each.
// The order of the sums is fixed and the same on every CPU.
void newel_half_dots(const float *query, const uint8_t *rows, size_t dimension, const uint32_t *numbers, size_t count,
                     float *products);

// The same of bytes, exact; `dimension` is at most 131,071, so that no sum passes 32 bits.
void newel_byte_dots(const int8_t *query, const int8_t *rows, size_t dimension, const uint32_t *numbers, size_t count,
                     int32_t *products);

// The instruction sets that have kernels of their own, in order of preference on each architecture.
enum {
  NEWEL_PLAIN = 0,   // C only, any CPU.
  NEWEL_AVX2 = 1,    // x86-64 with SSE4.2, PCLMULQDQ, AVX2, BMI2 and F16C.
  NEWEL_AVX512 = 2,  // In addition AVX-512 F, BW, VL and VBMI2.
  NEWEL_NEON = 3,    // aarch64 with the CRC32 instructions.
  NEWEL_LEVELS = 4,
};

// The kernels of one instruction set. Each member is the function of the same name above.
typedef struct newel_kernels {
  const char *name;
  uint32_t (*crc32c)(uint32_t crc, const void *bytes, size_t count);
  void (*half_to_float)(const void *source, float *destination, size_t count);
  void (*float_to_half)(const float *source, void *destination, size_t count);
  size_t (*collect_at_least)(const int32_t *cells, size_t count, int32_t threshold, uint32_t *positions);
  size_t (*add_strip)(const newel_strip *entry, const uint8_t *strips, uint64_t wanted, int32_t weight,
                      int32_t *cells);
  size_t (*add_strips)(const newel_strip *entries, size_t count, const uint8_t *strips, int32_t weight,
                       int32_t *cells);
  void (*refined_weights)(const newel_strip *entries, const uint8_t *strips, const uint32_t *documents, size_t count,
                          uint32_t *weights);
  void (*add_maxima)(const newel_strip *entries, size_t count, const uint8_t *maxima, uint32_t weight,
                     uint32_t *bounds);
  void (*window_bounds)(const uint32_t *bounds, size_t count, uint32_t *largest);
  uint64_t (*blocks_at_least)(const uint32_t *bounds, uint32_t threshold);
  void (*sum_cells)(const newel_bound_row *rows, size_t row_count, size_t count, uint32_t *sums);
  size_t (*refine_bounds)(const newel_bound_row *rows, size_t row_count, uint32_t threshold, const uint32_t *windows,
                          uint32_t *slots, size_t count, uint32_t *bounds);
  uint64_t (*blocks_reaching)(const int32_t *cells, uint64_t wanted, const uint32_t *rest, uint32_t threshold);
  uint32_t (*forward_dot)(const uint8_t *tokens, const uint8_t *impacts, size_t count, const uint32_t *weights);
  size_t (*forward_matches)(const uint8_t *tokens, size_t count, const uint32_t *weights, uint32_t *positions);
  void (*half_dots)(const float *query, const uint8_t *rows, size_t dimension, const uint32_t *numbers, size_t count,
                    float *products);
  void (*byte_dots)(const int8_t *query, const int8_t *rows, size_t dimension, const uint32_t *numbers, size_t count,
                    int32_t *products);
} newel_kernels;

// The kernels of a level, or NULL when this CPU or this build lacks it. For tests and measurements; everybody else
// calls the functions above.
const newel_kernels *newel_kernels_at(int level);

// The level that the functions above use: the best that this CPU has, chosen once per process. NEWEL_FORCE_SCALAR=1 in
// the environment makes it NEWEL_PLAIN.
int newel_kernel_level(void);

// Adds `weight * impact` of every posting of a run to the cells of their documents: `count` 16-bit document numbers, for
// each of which there is a cell, then as many 8-bit impacts. Inline and for every CPU: there is nothing to gain by SIMD.
static inline void newel_add_run(const uint8_t *run, size_t count, int32_t weight, int32_t *cells) {
  const uint8_t *impacts = run + 2 * count;
  for (size_t i = 0; i < count; i++) {
    uint16_t document;
    __builtin_memcpy(&document, run + 2 * i, 2);
    cells[document] += weight * impacts[i];
  }
}

// Asks for the cache line at `address` ahead of its use; any address is allowed.
static inline void newel_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

#endif
