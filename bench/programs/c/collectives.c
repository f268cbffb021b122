/*
 * Every collective as OSU's programs have them: the time within the call, a barrier between calls that is not
 * timed, the mean over calls and ranks. Sizes are those of one block (gather, scatter, allgather, alltoall) or of
 * the vector (the others).
 */
#include "bench.h"

static unsigned char *out, *in;
static double *x, *y;
static size_t length, count; /* of a block or vector, in bytes and in doubles */

#define ALL MPI_COMM_WORLD
#define TIMED(call)                                                                                                      \
  {                                                                                                                      \
    double spent = 0;                                                                                                    \
    for (int i = 0; i < n; i++) {                                                                                        \
      double start = MPI_Wtime();                                                                                        \
      call;                                                                                                              \
      spent += MPI_Wtime() - start;                                                                                      \
      MPI_Barrier(ALL);                                                                                                  \
    }                                                                                                                    \
    return spent;                                                                                                        \
  }

static double run_barrier(int n) {
  double start = MPI_Wtime();
  for (int i = 0; i < n; i++) MPI_Barrier(ALL);
  return MPI_Wtime() - start;
}
static double run_bcast(int n) TIMED(MPI_Bcast(in, (int)length, MPI_BYTE, 0, ALL))
static double run_reduce(int n) TIMED(MPI_Reduce(x, y, (int)count, MPI_DOUBLE, MPI_SUM, 0, ALL))
static double run_allreduce(int n) TIMED(MPI_Allreduce(x, y, (int)count, MPI_DOUBLE, MPI_SUM, ALL))
static double run_reduce_scatter(int n)
    TIMED(MPI_Reduce_scatter_block(x, y, (int)count / size, MPI_DOUBLE, MPI_SUM, ALL))
static double run_scan(int n) TIMED(MPI_Scan(x, y, (int)count, MPI_DOUBLE, MPI_SUM, ALL))
static double run_gather(int n) TIMED(MPI_Gather(out, (int)length, MPI_BYTE, in, (int)length, MPI_BYTE, 0, ALL))
static double run_scatter(int n) TIMED(MPI_Scatter(out, (int)length, MPI_BYTE, in, (int)length, MPI_BYTE, 0, ALL))
static double run_allgather(int n) TIMED(MPI_Allgather(out, (int)length, MPI_BYTE, in, (int)length, MPI_BYTE, ALL))
static double run_alltoall(int n) TIMED(MPI_Alltoall(out, (int)length, MPI_BYTE, in, (int)length, MPI_BYTE, ALL))

static const char *const WRONG = "wrong data";

static void clear_nothing(void) {}
static const char *check_nothing(void) { return NULL; }

static void clear_bcast(void) {
  if (rank != 0) memset(in, 0, length);
}
static const char *check_bcast(void) { return has_bytes(in, length, 7) ? NULL : WRONG; }

static void clear_block(void) { memset(in, 0, length); }
static const char *check_scatter(void) { return has_bytes(in, length, rank) ? NULL : WRONG; }

static void clear_blocks(void) { memset(in, 0, length * size); }
static const char *check_allgather(void) {
  for (int r = 0; r < size; r++)
    if (!has_bytes(in + r * length, length, r)) return WRONG;
  return NULL;
}
static const char *check_gather(void) { return rank == 0 ? check_allgather() : NULL; }
static const char *check_alltoall(void) {
  for (int r = 0; r < size; r++)
    if (!has_bytes(in + r * length, length, r * size + rank)) return WRONG;
  return NULL;
}

/* Rank r's doubles are place + r, so the sum is size * place + 0 + 1 + ... */
static void clear_sum(void) { memset(y, 0, length); }
static const char *check_allreduce(void) {
  return has_doubles(y, count, 0, size, size * (size - 1) / 2.0) ? NULL : WRONG;
}
static const char *check_reduce(void) { return rank == 0 ? check_allreduce() : NULL; }
static const char *check_reduce_scatter(void) {
  size_t mine = count / size;
  return has_doubles(y, mine, rank * mine, size, size * (size - 1) / 2.0) ? NULL : WRONG;
}
static const char *check_scan(void) {
  return has_doubles(y, count, 0, rank + 1, rank * (rank + 1) / 2.0) ? NULL : WRONG;
}

struct collective {
  const char *name;
  size_t out_blocks, in_blocks; /* 0: as many as there are ranks */
  struct bench bench;
};

static const struct collective COLLECTIVES[] = {
    {"barrier", 1, 1, {run_barrier, clear_nothing, check_nothing}},
    {"bcast", 1, 1, {run_bcast, clear_bcast, check_bcast}},
    {"reduce", 1, 1, {run_reduce, clear_sum, check_reduce}},
    {"allreduce", 1, 1, {run_allreduce, clear_sum, check_allreduce}},
    {"reduce_scatter", 1, 1, {run_reduce_scatter, clear_sum, check_reduce_scatter}},
    {"scan", 1, 1, {run_scan, clear_sum, check_scan}},
    {"gather", 1, 0, {run_gather, clear_blocks, check_gather}},
    {"scatter", 0, 1, {run_scatter, clear_block, check_scatter}},
    {"allgather", 1, 0, {run_allgather, clear_blocks, check_allgather}},
    {"alltoall", 0, 0, {run_alltoall, clear_blocks, check_alltoall}},
};

static const struct collective *find(const char *name) {
  for (size_t i = 0; i < sizeof COLLECTIVES / sizeof *COLLECTIVES; i++)
    if (strcmp(COLLECTIVES[i].name, name) == 0) return &COLLECTIVES[i];
  fail(name, "no such benchmark", 0);
  return NULL;
}

static void one(const char *name, size_t bytes, int first, double budget) {
  const struct collective *c = find(name);
  length = bytes;
  count = bytes / sizeof(double);
  size_t out_blocks = c->out_blocks ? c->out_blocks : (size_t)size;
  size_t in_blocks = c->in_blocks ? c->in_blocks : (size_t)size;
  out = allocate(out_blocks * bytes);
  in = allocate(in_blocks * bytes);
  x = (double *)out;
  y = (double *)in;
  if (c->bench.clear == clear_sum) {
    fill_doubles(x, count, 1, rank);
  } else if (strcmp(name, "bcast") == 0) {
    if (rank == 0) fill_bytes(in, bytes, 7);
  } else if (strcmp(name, "scatter") == 0) {
    for (int r = 0; r < size; r++) fill_bytes(out + r * bytes, bytes, r);
  } else if (strcmp(name, "alltoall") == 0) {
    for (int r = 0; r < size; r++) fill_bytes(out + r * bytes, bytes, rank * size + r);
  } else {
    fill_bytes(out, bytes, rank);
  }
  int iterations;
  double us = measure(c->bench, name, bytes, first, budget, &iterations) * 1e6, sum, max;
  MPI_Reduce(&us, &sum, 1, MPI_DOUBLE, MPI_SUM, 0, ALL);
  MPI_Reduce(&us, &max, 1, MPI_DOUBLE, MPI_MAX, 0, ALL);
  print_line(name, bytes, sum / size, max, iterations);
  free(out);
  free(in);
}

int main(int argc, char **argv) {
  start(&argc, &argv);
  each_size(argc, argv, one);
  MPI_Finalize();
  return 0;
}
