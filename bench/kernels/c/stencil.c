/* Parallel Research Kernel stencil: a star of radius 2, tiles, halo exchange with Irecv and Isend. */
#include "prk.h"

#define R 2

int main(int argc, char **argv) {
  start(&argc, &argv, 2);
  int iterations = atoi(argv[1]), n = atoi(argv[2]);
  int across = most_square(size), down = size / across;
  int x = rank % across, y = rank / across;
  int left = block_start(n, across, x), width = block_count(n, across, x);
  int top = block_start(n, down, y), height = block_count(n, down, y);
  int west = x > 0 ? rank - 1 : MPI_PROC_NULL, east = x < across - 1 ? rank + 1 : MPI_PROC_NULL;
  int north = y > 0 ? rank - across : MPI_PROC_NULL, south = y < down - 1 ? rank + across : MPI_PROC_NULL;

  size_t stride = width + 2 * R;
  double *restrict in = doubles(stride * (height + 2 * R)), *restrict out = doubles((size_t)width * height);
#define IN(i, j) in[((j) + R) * stride + (i) + R]
#define OUT(i, j) out[(size_t)(j) * width + (i)]
  for (int j = 0; j < height; j++)
    for (int i = 0; i < width; i++) IN(i, j) = left + i + top + j;
  int i0 = R - left > 0 ? R - left : 0, i1 = n - R - left < width ? n - R - left : width;
  int j0 = R - top > 0 ? R - top : 0, j1 = n - R - top < height ? n - R - top : height;

  double *to_west = doubles(R * height), *to_east = doubles(R * height);
  double *from_west = doubles(R * height), *from_east = doubles(R * height);
  int row = (int)(R * stride), column = R * height;

  for (int pass = 0; pass <= iterations; pass++) {
    begin_pass(pass);
    MPI_Request requests[8];
    MPI_Irecv(&IN(-R, -R), row, MPI_DOUBLE, north, 1, MPI_COMM_WORLD, &requests[0]);
    MPI_Irecv(&IN(-R, height), row, MPI_DOUBLE, south, 0, MPI_COMM_WORLD, &requests[1]);
    MPI_Irecv(from_west, column, MPI_DOUBLE, west, 1, MPI_COMM_WORLD, &requests[2]);
    MPI_Irecv(from_east, column, MPI_DOUBLE, east, 0, MPI_COMM_WORLD, &requests[3]);
    for (int j = 0; j < height; j++)
      for (int k = 0; k < R; k++) {
        to_west[R * j + k] = IN(k, j);
        to_east[R * j + k] = IN(width - R + k, j);
      }
    MPI_Isend(&IN(-R, 0), row, MPI_DOUBLE, north, 0, MPI_COMM_WORLD, &requests[4]);
    MPI_Isend(&IN(-R, height - R), row, MPI_DOUBLE, south, 1, MPI_COMM_WORLD, &requests[5]);
    MPI_Isend(to_west, column, MPI_DOUBLE, west, 0, MPI_COMM_WORLD, &requests[6]);
    MPI_Isend(to_east, column, MPI_DOUBLE, east, 1, MPI_COMM_WORLD, &requests[7]);
    MPI_Waitall(8, requests, MPI_STATUSES_IGNORE);
    for (int j = 0; j < height; j++)
      for (int k = 0; k < R; k++) {
        if (west != MPI_PROC_NULL) IN(k - R, j) = from_west[R * j + k];
        if (east != MPI_PROC_NULL) IN(width + k, j) = from_east[R * j + k];
      }

    for (int j = j0; j < j1; j++)
      for (int i = i0; i < i1; i++)
        OUT(i, j) += 0.25 * (IN(i + 1, j) - IN(i - 1, j) + IN(i, j + 1) - IN(i, j - 1)) +
                     0.125 * (IN(i + 2, j) - IN(i - 2, j) + IN(i, j + 2) - IN(i, j - 2));
    for (int j = 0; j < height; j++)
      for (int i = 0; i < width; i++) IN(i, j) += 1;
  }
  double seconds = seconds_per(iterations);

  double mine = 0, active = (double)(n - 2 * R) * (n - 2 * R);
  for (int j = j0; j < j1; j++)
    for (int i = i0; i < i1; i++) mine += fabs(OUT(i, j));
  double norm = sum_on_root(mine) / active;
  done(fabs(norm - 2.0 * (iterations + 1)) <= 1e-8, "MFlops/s", 19 * active, seconds);
  return 0;
}
