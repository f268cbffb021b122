/* Parallel Research Kernel p2p: a pipeline of tiny messages, with blocking Send and Recv. */
#include "prk.h"

int main(int argc, char **argv) {
  start(&argc, &argv, 3);
  int iterations = atoi(argv[1]), m = atoi(argv[2]), n = atoi(argv[3]), last = size - 1;
  int begin = block_start(m, size, rank), count = block_count(m, size, rank);
  /* At index 0 of each row: the left neighbour's last one; on rank 0 column 0 of the whole grid. */
  int first = rank == 0 ? 1 : 0;
  size_t width = count + 1 - first;
  double *grid = doubles(width * n);
  for (size_t i = 0; i < width; i++) grid[i] = begin + (double)i - (1 - first);
  if (rank == 0)
    for (int j = 0; j < n; j++) grid[j * width] = j;

  for (int pass = 0; pass <= iterations; pass++) {
    begin_pass(pass);
    for (int j = 1; j < n; j++) {
      double *row = grid + j * width, *below = row - width;
      if (rank > 0) MPI_Recv(row, 1, MPI_DOUBLE, rank - 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      double west = row[0], south_west = below[0];
      for (size_t i = 1; i < width; i++) {
        double south = below[i];
        west += south - south_west;
        row[i] = west;
        south_west = south;
      }
      if (rank < last) MPI_Send(row + width - 1, 1, MPI_DOUBLE, rank + 1, 0, MPI_COMM_WORLD);
    }
    double corner = -grid[width * n - 1];
    if (size > 1 && rank == last) MPI_Send(&corner, 1, MPI_DOUBLE, 0, 0, MPI_COMM_WORLD);
    if (size > 1 && rank == 0) MPI_Recv(&corner, 1, MPI_DOUBLE, last, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (rank == 0) grid[0] = corner;
  }
  double seconds = seconds_per(iterations);
  double top_right = grid[width * n - 1], expected = (iterations + 1.0) * (m + n - 2);
  MPI_Bcast(&top_right, 1, MPI_DOUBLE, last, MPI_COMM_WORLD);
  done(fabs(top_right - expected) <= 1e-8 * expected, "MFlops/s", 2.0 * (m - 1) * (n - 1), seconds);
  return 0;
}
