/* latency, bw, bibw and rate as osu_latency, osu_bw, osu_bibw and osu_mbw_mr have them. */
#include "bench.h"

#define WINDOW 64

static unsigned char *out, *in;
static unsigned char ack;
static size_t length;
static int sends; /* the first half of the ranks */
static int partner;
static MPI_Request requests[2 * WINDOW];

static double run_latency(int n) {
  int bytes = (int)length;
  double start = MPI_Wtime();
  if (rank == 0) {
    for (int i = 0; i < n; i++) {
      MPI_Send(out, bytes, MPI_BYTE, 1, 0, MPI_COMM_WORLD);
      MPI_Recv(in, bytes, MPI_BYTE, 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
  } else {
    for (int i = 0; i < n; i++) {
      MPI_Recv(in, bytes, MPI_BYTE, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      MPI_Send(out, bytes, MPI_BYTE, 0, 0, MPI_COMM_WORLD);
    }
  }
  return MPI_Wtime() - start;
}

/* A window of messages one way, then a short answer; in pairs of a rank of the first half and one of the second. */
static double run_one_way(int n) {
  int bytes = (int)length;
  double start = MPI_Wtime();
  for (int i = 0; i < n; i++) {
    if (sends) {
      for (int w = 0; w < WINDOW; w++)
        MPI_Isend(out, bytes, MPI_BYTE, partner, 0, MPI_COMM_WORLD, &requests[w]);
      MPI_Waitall(WINDOW, requests, MPI_STATUSES_IGNORE);
      MPI_Recv(&ack, 1, MPI_BYTE, partner, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else {
      for (int w = 0; w < WINDOW; w++)
        MPI_Irecv(in, bytes, MPI_BYTE, partner, 0, MPI_COMM_WORLD, &requests[w]);
      MPI_Waitall(WINDOW, requests, MPI_STATUSES_IGNORE);
      MPI_Send(&ack, 1, MPI_BYTE, partner, 1, MPI_COMM_WORLD);
    }
  }
  return MPI_Wtime() - start;
}

/* Both ways at once. */
static double run_both_ways(int n) {
  int bytes = (int)length;
  double start = MPI_Wtime();
  for (int i = 0; i < n; i++) {
    for (int w = 0; w < WINDOW; w++)
      MPI_Irecv(in, bytes, MPI_BYTE, partner, 0, MPI_COMM_WORLD, &requests[w]);
    for (int w = 0; w < WINDOW; w++)
      MPI_Isend(out, bytes, MPI_BYTE, partner, 0, MPI_COMM_WORLD, &requests[WINDOW + w]);
    MPI_Waitall(2 * WINDOW, requests, MPI_STATUSES_IGNORE);
    if (sends) {
      MPI_Recv(&ack, 1, MPI_BYTE, partner, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else {
      MPI_Send(&ack, 1, MPI_BYTE, partner, 1, MPI_COMM_WORLD);
    }
  }
  return MPI_Wtime() - start;
}

static void clear(void) { memset(in, 0, length); }

static const char *check(void) { return has_bytes(in, length, partner) ? NULL : "wrong data received"; }

static const char *check_one_way(void) { return sends ? NULL : check(); }

static void one(const char *name, size_t bytes, int first, double budget) {
  int pairs = size / 2, iterations;
  sends = rank < pairs;
  partner = sends ? rank + pairs : rank - pairs;
  length = bytes;
  out = allocate(bytes);
  in = allocate(bytes);
  fill_bytes(out, bytes, rank);
  struct bench b = {NULL, clear, check};
  if (strcmp(name, "latency") == 0) {
    b.run = run_latency;
    double seconds = measure(b, name, bytes, first, budget, &iterations);
    print_line(name, bytes, seconds / 2 * 1e6, seconds / 2 * 1e6, iterations);
  } else if (strcmp(name, "bibw") == 0) {
    b.run = run_both_ways;
    double seconds = measure(b, name, bytes, first, budget, &iterations);
    double mb_per_s = 2.0 * WINDOW * (double)bytes / seconds / 1e6;
    print_line(name, bytes, mb_per_s, mb_per_s, iterations);
  } else if (strcmp(name, "bw") == 0 || strcmp(name, "rate") == 0) {
    b.run = run_one_way;
    b.check = check_one_way;
    double seconds = measure(b, name, bytes, first, budget, &iterations);
    double mine = sends ? seconds / pairs : 0, mean;
    MPI_Allreduce(&mine, &mean, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    double per_s = WINDOW * (double)pairs / mean;
    double value = strcmp(name, "bw") == 0 ? per_s * (double)bytes / 1e6 : per_s;
    print_line(name, bytes, value, value, iterations);
  } else {
    fail(name, "no such benchmark", bytes);
  }
  free(out);
  free(in);
}

int main(int argc, char **argv) {
  start(&argc, &argv);
  each_size(argc, argv, one);
  MPI_Finalize();
  return 0;
}
