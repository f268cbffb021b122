/* Parallel Research Kernel nstream: A += B + 3 C. */
#include "prk.h"

int main(int argc, char **argv) {
  start(&argc, &argv, 2);
  int iterations = atoi(argv[1]), length = atoi(argv[2]);
  size_t offset = argc > 3 ? atoi(argv[3]) : 0, count = block_count(length, size, rank);
  double *space = doubles(3 * count + 2 * offset);
  double *restrict a = space, *restrict b = a + count + offset, *restrict c = b + count + offset;
  for (size_t i = 0; i < count; i++) b[i] = c[i] = 2;
  for (int pass = 0; pass <= iterations; pass++) {
    begin_pass(pass);
    for (size_t i = 0; i < count; i++) a[i] += b[i] + 3 * c[i];
  }
  double seconds = seconds_per(iterations);
  double sum = 0, expected = 8.0 * (iterations + 1) * length;
  for (size_t i = 0; i < count; i++) sum += fabs(a[i]);
  done(fabs(sum_on_root(sum) - expected) <= 1e-8 * expected, "MB/s", 32.0 * length, seconds);
  return 0;
}
