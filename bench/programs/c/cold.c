/* One way of 8 bytes in the very first messages of a job, nothing warmed up: cold=<how many>. */
#include "bench.h"

static void one(const char *name, size_t count, int first, double budget) {
  (void)first;
  (void)budget;
  unsigned char out[8], into[8] = {0};
  fill_bytes(out, sizeof out, rank);
  MPI_Barrier(MPI_COMM_WORLD);
  double start = MPI_Wtime();
  for (size_t i = 0; i < count / 2; i++) {
    if (rank == 0) MPI_Send(out, sizeof out, MPI_BYTE, 1, 0, MPI_COMM_WORLD);
    MPI_Recv(into, sizeof into, MPI_BYTE, 1 - rank, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (rank == 1) MPI_Send(out, sizeof out, MPI_BYTE, 0, 0, MPI_COMM_WORLD);
  }
  double us = (MPI_Wtime() - start) * 1e6 / (double)count;
  if (!has_bytes(into, sizeof into, 1 - rank)) fail(name, "wrong data", sizeof into);
  print_line(name, count, us, us, (int)count);
}

int main(int argc, char **argv) {
  start(&argc, &argv);
  each_size(argc, argv, one);
  MPI_Finalize();
  return 0;
}
