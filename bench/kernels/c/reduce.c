/* Parallel Research Kernel reduce: vectors added up on rank 0, in place. */
#include "prk.h"

int main(int argc, char **argv) {
  start(&argc, &argv, 2);
  int iterations = atoi(argv[1]), length = atoi(argv[2]);
  double *restrict vector = doubles(length), *restrict ones = doubles(length);
  for (int i = 0; i < length; i++) vector[i] = ones[i] = 1;
  for (int pass = 0; pass <= iterations; pass++) {
    begin_pass(pass);
    for (int i = 0; i < length; i++) vector[i] += ones[i];
    MPI_Reduce(rank == 0 ? MPI_IN_PLACE : vector, vector, length, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
  }
  double seconds = seconds_per(iterations);
  double it = iterations, expected = it + 2 + (it * it + 5 * it + 4) * (size - 1) / 2;
  int valid = 1;
  for (int i = 0; rank == 0 && i < length; i++) valid = valid && fabs(vector[i] - expected) < 1e-8;
  done(valid, "MFlops/s", (2.0 * size - 1) * length, seconds);
  return 0;
}
