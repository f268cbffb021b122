/* Parallel Research Kernel transpose: blocks of columns, size - 1 phases of Irecv, Isend, Wait. */
#include "prk.h"

#define MIN(a, b) ((a) < (b) ? (a) : (b))

int main(int argc, char **argv) {
  start(&argc, &argv, 2);
  int iterations = atoi(argv[1]), n = atoi(argv[2]), tile = argc > 3 ? atoi(argv[3]) : 32;
  if (n % size != 0) fail("the order must be divisible by the number of ranks");
  if (tile <= 0 || tile > n) tile = n;
  int width = n / size;
  size_t order = n;
  double *restrict a = doubles(order * width), *restrict b = doubles(order * width);
  double *restrict outgoing = doubles((size_t)width * width), *restrict incoming = doubles((size_t)width * width);
  for (int j = 0; j < width; j++)
    for (int i = 0; i < n; i++) a[i + order * j] = (double)n * (rank * width + j) + i;

  for (int pass = 0; pass <= iterations; pass++) {
    begin_pass(pass);
    size_t top = (size_t)rank * width;
    for (int i0 = 0; i0 < width; i0 += tile)
      for (int j0 = 0; j0 < width; j0 += tile)
        for (int i = i0; i < MIN(i0 + tile, width); i++)
          for (int j = j0; j < MIN(j0 + tile, width); j++) {
            b[top + j + order * i] += a[top + i + order * j];
            a[top + i + order * j] += 1;
          }
    for (int phase = 1; phase < size; phase++) {
      int source = (rank + phase) % size, dest = (rank - phase + size) % size;
      MPI_Request received, sent;
      MPI_Irecv(incoming, width * width, MPI_DOUBLE, source, phase, MPI_COMM_WORLD, &received);
      top = (size_t)dest * width;
      for (int i0 = 0; i0 < width; i0 += tile)
        for (int j0 = 0; j0 < width; j0 += tile)
          for (int i = i0; i < MIN(i0 + tile, width); i++)
            for (int j = j0; j < MIN(j0 + tile, width); j++) {
              outgoing[j + (size_t)width * i] = a[top + i + order * j];
              a[top + i + order * j] += 1;
            }
      MPI_Isend(outgoing, width * width, MPI_DOUBLE, dest, phase, MPI_COMM_WORLD, &sent);
      MPI_Wait(&received, MPI_STATUS_IGNORE);
      MPI_Wait(&sent, MPI_STATUS_IGNORE);
      top = (size_t)source * width;
      for (int j = 0; j < width; j++)
        for (int i = 0; i < width; i++) b[top + i + order * j] += incoming[i + (size_t)width * j];
    }
  }
  double seconds = seconds_per(iterations);

  double error = 0, added = iterations * (iterations + 1.0) / 2;
  for (int j = 0; j < width; j++)
    for (int i = 0; i < n; i++)
      error += fabs(b[i + order * j] - (((double)n * i + rank * width + j) * (iterations + 1) + added));
  done(sum_on_root(error) < 1e-8, "MB/s", 16.0 * n * n, seconds);
  return 0;
}
