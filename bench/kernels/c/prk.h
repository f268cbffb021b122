/* What the C kernels share: parameters, the clock, memory, output. They print what the tsmpi kernels print. */
#ifndef PRK_H
#define PRK_H

#include <math.h>
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rank, size;

static void start(int *argc, char ***argv, int wanted) {
  MPI_Init(argc, argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (*argc - 1 >= wanted) return;
  if (rank == 0) fprintf(stderr, "%s: %d parameters, please\n", **argv, wanted);
  MPI_Finalize();
  exit(1);
}

static inline void fail(const char *why) {
  fprintf(stdout, "ERROR: rank %d: %s\n", rank, why);
  fflush(stdout);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

static inline void *allocate(size_t bytes) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, bytes > 0 ? bytes : 64) != 0) fail("no memory left");
  memset(memory, 0, bytes);
  return memory;
}

static inline double *doubles(size_t count) { return allocate(count * sizeof(double)); }

static double started;

/* Pass 0 is not timed: called at the beginning of each pass. */
static inline void begin_pass(int pass) {
  if (pass != 1) return;
  MPI_Barrier(MPI_COMM_WORLD);
  started = MPI_Wtime();
}

/* Seconds per pass of the slowest rank. */
static inline double seconds_per(int passes) {
  double mine = (MPI_Wtime() - started) / passes, slowest;
  MPI_Allreduce(&mine, &slowest, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return slowest;
}

static inline double sum_on_root(double mine) {
  double total = 0;
  MPI_Reduce(&mine, &total, 1, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
  return total;
}

/* The first and the number of the things that part `index` has of `n`; the first parts have one more. */
static inline int block_start(int n, int parts, int index) {
  int more = n % parts;
  return index * (n / parts) + (index < more ? index : more);
}
static inline int block_count(int n, int parts, int index) { return n / parts + (index < n % parts); }

/* The smaller of two factors of n that are as near to each other as can be. */
static inline int most_square(int n) {
  int small = (int)sqrt((double)n);
  while (n % small != 0) small--;
  return small;
}

/* On rank 0: the answer is right, and how long it took. */
static inline void done(int valid, const char *unit, double work, double seconds) {
  if (rank == 0) {
    if (!valid) fail("the solution does not validate");
    printf("Solution validates\nRate (%s): %f  Avg time (s): %f\n", unit, 1e-6 * work / seconds, seconds);
  }
  MPI_Finalize();
}

#endif
