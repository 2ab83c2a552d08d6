// x86-64 with AVX-512 F, BW and VL.
#include "kernels.h"

#if defined(__x86_64__)
#define TRAINING_TARGET __attribute__((target("avx512f,avx512bw,avx512vl")))
#define TRAINING_TABLE newel_avx512_training_kernels
#include "training_lanes.h"
#include "training_elements.h"
#include "training_rows.h"
#include "training_table.h"
#endif
