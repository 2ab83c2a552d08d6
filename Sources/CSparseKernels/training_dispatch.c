// Which training kernels are used: those of the level of the other kernels.
#include "kernels.h"

const newel_training_kernels *newel_training_kernels_at(int level) {
  if (!newel_kernels_at(level)) return NULL;
  switch (level) {
#if defined(__x86_64__)
    case NEWEL_AVX512: return &newel_avx512_training_kernels;
    case NEWEL_AVX2: return &newel_avx2_training_kernels;
#endif
    default: return &newel_plain_training_kernels;
  }
}

const newel_training_kernels *newel_training(void) { return newel_training_kernels_at(newel_kernel_level()); }
