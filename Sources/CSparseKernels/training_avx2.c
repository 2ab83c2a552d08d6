// x86-64 with AVX2.
#include "kernels.h"

#if defined(__x86_64__)
#define TRAINING_TARGET __attribute__((target("avx2")))
#define TRAINING_TABLE newel_avx2_training_kernels
#include "training_lanes.h"
#include "training_elements.h"
#include "training_rows.h"
#include "training_table.h"
#endif
