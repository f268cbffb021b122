/* What the C versions of the NAS Parallel Benchmarks share: the generator, the class, the clock, the closing lines. */
#ifndef NPB_H
#define NPB_H

#include "prk.h"

/* x becomes 5^13 x mod 2^46; gives x 2^-46. */
#define NPB_MASK ((1ULL << 46) - 1)
#define NPB_FACTOR 1220703125ULL

static inline double draw(uint64_t *x) {
  *x = *x * NPB_FACTOR & NPB_MASK;
  return (double)*x * 0x1p-46;
}

/* The state n draws behind `seed`. */
static inline uint64_t state_after(uint64_t seed, uint64_t n) {
  for (uint64_t factor = NPB_FACTOR; n > 0; n >>= 1, factor = factor * factor & NPB_MASK)
    if (n & 1) seed = seed * factor & NPB_MASK;
  return seed;
}

/* Starts MPI; gives the letter behind --class, S without it. */
static char start_class(int argc, char **argv) {
  start(&argc, &argv, 0);
  return argc > 2 && strcmp(argv[1], "--class") == 0 ? argv[2][0] : 'S';
}

static inline void start_clock(void) {
  MPI_Barrier(MPI_COMM_WORLD);
  started = MPI_Wtime();
}

static inline int near(double value, double expected, double tolerance) {
  return fabs((value - expected) / expected) <= tolerance;
}

/* On rank 0, whose `verified` counts. Ends MPI and the program. */
static inline int close_npb(double seconds, double operations, int verified) {
  if (rank == 0)
    printf(" Time in seconds = %24.2f\n Mop/s total     = %24.2f\n Verification    = %24s\n", seconds,
           1e-6 * operations / seconds, verified ? "SUCCESSFUL" : "UNSUCCESSFUL");
  MPI_Finalize();
  return rank == 0 && !verified;
}

#endif
