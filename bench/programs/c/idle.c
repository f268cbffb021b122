/* CPU time of a rank that waits for a message: idle=<ms to wait>. */
#include "bench.h"

#include <sys/resource.h>
#include <time.h>

static double cpu_seconds(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)used.ru_utime.tv_sec + (double)used.ru_stime.tv_sec +
         (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void one(const char *name, size_t wait_ms, int first, double budget) {
  (void)first;
  (void)budget;
  double percent;
  MPI_Barrier(MPI_COMM_WORLD);
  if (rank == 0) {
    unsigned char out = 42;
    struct timespec wait = {(time_t)(wait_ms / 1000), (long)(wait_ms % 1000) * 1000000};
    nanosleep(&wait, NULL);
    MPI_Send(&out, 1, MPI_BYTE, 1, 0, MPI_COMM_WORLD);
    MPI_Recv(&percent, 1, MPI_DOUBLE, 1, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    print_line(name, wait_ms, percent, percent, 1);
  } else {
    unsigned char in = 0;
    double start = MPI_Wtime(), cpu = cpu_seconds();
    MPI_Recv(&in, 1, MPI_BYTE, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (in != 42) fail(name, "wrong data", 1);
    percent = (cpu_seconds() - cpu) / (MPI_Wtime() - start) * 100;
    MPI_Send(&percent, 1, MPI_DOUBLE, 0, 1, MPI_COMM_WORLD);
  }
}

int main(int argc, char **argv) {
  start(&argc, &argv);
  each_size(argc, argv, one);
  MPI_Finalize();
  return 0;
}
