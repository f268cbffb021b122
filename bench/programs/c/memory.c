/* Memory of a rank, the mean over ranks in MiB: when it begins, and when it has sent its first messages. */
#include "bench.h"

#include <unistd.h>

static double at_start;

static double mib(void) {
  long whole, resident = 0;
  FILE *statm = fopen("/proc/self/statm", "r");
  if (!statm || fscanf(statm, "%ld %ld", &whole, &resident) != 2) fail("memory", "no /proc/self/statm", 0);
  fclose(statm);
  return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1048576;
}

static void print_mean(const char *name, size_t row, double value) {
  double sum, max;
  MPI_Reduce(&value, &sum, 1, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
  MPI_Reduce(&value, &max, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
  print_line(name, row, sum / size, max, 1);
}

static void one(const char *name, size_t nothing, int first, double budget) {
  (void)nothing;
  (void)first;
  (void)budget;
  static const size_t SIZES[] = {8, 65536};
  for (int s = 0; s < 2; s++) {
    size_t bytes = SIZES[s];
    unsigned char *out = allocate(bytes), *in = allocate(bytes);
    int source = (rank + size - 1) % size;
    fill_bytes(out, bytes, rank);
    MPI_Sendrecv(out, (int)bytes, MPI_BYTE, (rank + 1) % size, 0, in, (int)bytes, MPI_BYTE, source, 0, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
    if (!has_bytes(in, bytes, source)) fail(name, "wrong data", bytes);
    free(out);
    free(in);
  }
  double mine = rank, sum;
  MPI_Allreduce(&mine, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  if (sum != size * (size - 1) / 2.0) fail(name, "wrong data", sizeof sum);
  double after_messages = mib();
  print_mean(name, 0, at_start);
  print_mean(name, 1, after_messages);
}

int main(int argc, char **argv) {
  start(&argc, &argv);
  at_start = mib();
  each_size(argc, argv, one);
  MPI_Finalize();
  return 0;
}
