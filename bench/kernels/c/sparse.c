/* Parallel Research Kernel sparse: rows in blocks, Allgather in place of the vector, then the product. */
#include "prk.h"

static int reversed(int index, int bits) {
  int other = 0;
  for (int bit = 0; bit < bits; bit++) other |= ((index >> bit) & 1) << (bits - 1 - bit);
  return other;
}

static int by_size(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

int main(int argc, char **argv) {
  start(&argc, &argv, 3);
  int iterations = atoi(argv[1]), log = atoi(argv[2]), radius = atoi(argv[3]);
  int extent = 1 << log, order = extent * extent, per_row = 4 * radius + 1;
  int begin = block_start(order, size, rank), count = block_count(order, size, rank);
  int *restrict columns = allocate((size_t)count * per_row * sizeof(int));
  double *restrict values = doubles((size_t)count * per_row);
  for (int row = 0; row < count; row++) {
    int i = (begin + row) % extent, j = (begin + row) / extent, at = 0;
    int *here = columns + (size_t)row * per_row;
    here[at++] = reversed(i + j * extent, 2 * log);
    for (int d = 1; d <= radius; d++) {
      here[at++] = reversed((i + d) % extent + j * extent, 2 * log);
      here[at++] = reversed((i - d + extent) % extent + j * extent, 2 * log);
      here[at++] = reversed(i + (j + d) % extent * extent, 2 * log);
      here[at++] = reversed(i + (j - d + extent) % extent * extent, 2 * log);
    }
    qsort(here, per_row, sizeof(int), by_size);
    for (int k = 0; k < per_row; k++) values[(size_t)row * per_row + k] = 1.0 / (here[k] + 1);
  }
  double *restrict vector = doubles(order), *restrict result = doubles(count);
  int *counts = allocate(size * sizeof(int)), *displs = allocate(size * sizeof(int));
  for (int r = 0; r < size; r++) {
    counts[r] = block_count(order, size, r);
    displs[r] = block_start(order, size, r);
  }

  for (int pass = 0; pass <= iterations; pass++) {
    begin_pass(pass);
    for (int k = 0; k < count; k++) vector[begin + k] += begin + k + 1;
    if (order % size == 0)
      MPI_Allgather(MPI_IN_PLACE, 0, MPI_DOUBLE, vector, count, MPI_DOUBLE, MPI_COMM_WORLD);
    else
      MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DOUBLE, vector, counts, displs, MPI_DOUBLE, MPI_COMM_WORLD);
    for (int row = 0; row < count; row++) {
      double sum = 0;
      for (size_t at = (size_t)row * per_row; at < (size_t)(row + 1) * per_row; at++) sum += values[at] * vector[columns[at]];
      result[row] += sum;
    }
  }
  double seconds = seconds_per(iterations);
  double sum = 0, expected = 0.5 * order * per_row * (iterations + 1.0) * (iterations + 2.0);
  for (int k = 0; k < count; k++) sum += result[k];
  done(fabs(sum_on_root(sum) - expected) <= 1e-8 * expected, "MFlops/s", 2.0 * order * per_row, seconds);
  return 0;
}
