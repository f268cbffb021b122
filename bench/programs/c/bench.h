/* What the C programs share: arguments, warm-up, test patterns, output. Twins: ../ts/bench.ts and ../py/bench.py. */
#ifndef BENCH_H
#define BENCH_H

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rank, size;

/* One thing to measure at one size. `run` gives the seconds that n calls took on this rank. */
struct bench {
  double (*run)(int n);
  void (*clear)(void);      /* empties what is received into, so that old data cannot pass for new */
  const char *(*check)(void); /* NULL, or what is wrong with the data */
};

static void fail(const char *what, const char *why, size_t bytes) {
  fprintf(stderr, "rank %d: %s of %zu bytes: %s\n", rank, what, bytes, why);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

static inline void *allocate(size_t bytes) {
  void *memory = NULL;
  if (posix_memalign(&memory, 4096, bytes > 0 ? bytes : 1) != 0) fail("memory", "none left", bytes);
  memset(memory, 0, bytes);
  return memory;
}

/* Bytes that differ from rank to rank and from place to place. */
static inline void fill_bytes(unsigned char *data, size_t bytes, int seed) {
  for (size_t i = 0; i < bytes; i++) data[i] = (unsigned char)((seed * 31 + i) % 251 + 1);
}

static inline int has_bytes(const unsigned char *data, size_t bytes, int seed) {
  for (size_t i = 0; i < bytes; i++)
    if (data[i] != (unsigned char)((seed * 31 + i) % 251 + 1)) return 0;
  return 1;
}

/* Small integers in doubles, which add up exactly: `factor` times the place, and `offset`. */
static inline void fill_doubles(double *data, size_t count, double factor, double offset) {
  for (size_t i = 0; i < count; i++) data[i] = factor * (double)(i % 17 + 1) + offset;
}

static inline int has_doubles(const double *data, size_t count, size_t first, double factor, double offset) {
  for (size_t i = 0; i < count; i++)
    if (data[i] != factor * (double)((first + i) % 17 + 1) + offset) return 0;
  return 1;
}

/*
 * Warms up with 1, 2, 4, ... calls until `warm_up` seconds are over, and tells how many calls fill the budget.
 * Rank 0 decides for all, by the better of the last two rounds: one alone may have been disturbed.
 */
static int calibrate(double (*run)(int), double warm_up, double budget) {
  double total = 0, previous = 0;
  for (int n = 1;; n *= 2) {
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    run(n);
    double spent = MPI_Wtime() - start;
    total += spent;
    double per_call = n > 1 && previous < spent / n ? previous : spent / n;
    previous = spent / n;
    int iterations = 0;
    if (total >= warm_up || n >= 1 << 22) {
      double fitting = budget / per_call;
      iterations = fitting < 3 ? 3 : fitting > 5e6 ? 5000000 : (int)fitting;
    }
    MPI_Bcast(&iterations, 1, MPI_INT, 0, MPI_COMM_WORLD);
    if (iterations > 0) return iterations;
  }
}

/* Seconds per call on this rank, and how many calls there were. */
static inline double measure(struct bench b, const char *name, size_t bytes, int first, double budget, int *iterations) {
  *iterations = calibrate(b.run, first ? budget * 2 : budget / 4, budget);
  b.clear();
  MPI_Barrier(MPI_COMM_WORLD);
  double seconds = b.run(*iterations);
  const char *wrong = b.check();
  if (wrong) fail(name, wrong, bytes);
  return seconds / *iterations;
}

static inline void print_line(const char *name, size_t bytes, double value, double max, int iterations) {
  if (rank != 0) return;
  printf("{\"bench\":\"%s\",\"ranks\":%d,\"bytes\":%zu,\"value\":%.9g,\"max\":%.9g,\"iterations\":%d}\n", name, size, bytes,
         value, max, iterations);
  fflush(stdout);
}

/*
 * Calls `one` for every size of every word `name=size,size,...` of the command line:
 * <program> <budget in ms> latency=1,8,64 bw=8,64
 */
static inline void each_size(int argc, char **argv, void (*one)(const char *name, size_t bytes, int first, double budget)) {
  double budget = argc > 1 ? atof(argv[1]) / 1000 : 0.1;
  for (int a = 2; a < argc; a++) {
    char *equals = strchr(argv[a], '=');
    if (!equals) fail(argv[a], "not a word of the form name=sizes", 0);
    *equals = 0;
    int first = 1;
    for (char *at = strtok(equals + 1, ","); at; at = strtok(NULL, ",")) {
      one(argv[a], (size_t)atoll(at), first, budget);
      first = 0;
    }
  }
}

static void start(int *argc, char ***argv) {
  MPI_Init(argc, argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
}

#endif
