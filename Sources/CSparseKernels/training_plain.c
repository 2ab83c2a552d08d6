// Any CPU.
#include "kernels.h"

#define TRAINING_TARGET
#define TRAINING_TABLE newel_plain_training_kernels
#include "training_lanes.h"
#include "training_elements.h"
#include "training_rows.h"
#include "training_table.h"
