/* NAS Parallel Benchmark IS: integer bucket sort; Allreduce of bucket sizes, Alltoall of counts, Alltoallv of keys. */
#include "npb.h"

#define ITERATIONS 10

int main(int argc, char **argv) {
  char letter = start_class(argc, argv);
  int which = letter == 'A' ? 2 : letter == 'W';
  static const int KEYS[] = {16, 20, 23}, VALUES[] = {11, 16, 19}, BUCKETS[] = {9, 10, 10};
  static const int PLACES[][5] = {{48427, 17148, 23627, 62548, 4431},
                                  {357773, 934767, 875723, 898999, 404505},
                                  {2112377, 662041, 5336171, 3642833, 4250760}};
  static const int RIGHT[][5] = {{0, 18, 346, 64917, 65463},
                                 {1249, 11698, 1039987, 1043896, 1048018},
                                 {104, 17523, 123928, 8288932, 8388264}};
  int n = 1 << KEYS[which], values = 1 << VALUES[which], buckets = 1 << BUCKETS[which];
  int shift = VALUES[which] - BUCKETS[which];
  int begin = block_start(n, size, rank), count = block_count(n, size, rank);

  int *restrict keys = allocate(sizeof(int) * count), *restrict sorted = allocate(sizeof(int) * count);
  uint64_t x = state_after(314159265, 4ULL * begin);
  for (int i = 0; i < count; i++) {
    double sum = draw(&x);
    for (int k = 1; k < 4; k++) sum += draw(&x);
    keys[i] = (int)(values / 4 * sum);
  }
  int *restrict sizes = allocate(sizeof(int) * buckets), *restrict ends = allocate(sizeof(int) * buckets);
  int *restrict totals = allocate(sizeof(int) * (buckets + 5)), *mine = allocate(sizeof(int) * (buckets + 5));
  int *sent = allocate(sizeof(int) * size), *from = allocate(sizeof(int) * size);
  int *came = allocate(sizeof(int) * size), *to = allocate(sizeof(int) * size), *last = allocate(sizeof(int) * size);
  int room = count + count / 2 + 1024, total = 0, low = 0, high = 0, before = 0, right = 1;
  int *inbox = allocate(sizeof(int) * (size_t)room), *restrict counts = allocate(sizeof(int) * (size_t)values);

  for (int pass = 0; pass <= ITERATIONS; pass++) {
    if (pass == 1) start_clock();
    int iteration = pass == 0 ? 1 : pass;
    if (rank == 0) {
      keys[iteration] = iteration;
      keys[iteration + ITERATIONS] = values - iteration;
    }
    memset(sizes, 0, sizeof(int) * buckets);
    for (int i = 0; i < count; i++) sizes[keys[i] >> shift]++;
    for (int b = 0, end = 0; b < buckets; end += sizes[b++]) ends[b] = end;
    for (int i = 0; i < count; i++) sorted[ends[keys[i] >> shift]++] = keys[i];

    /* Behind the sizes: the keys that are looked for, each from the rank that has it. */
    memcpy(mine, sizes, sizeof(int) * buckets);
    for (int k = 0; k < 5; k++) {
      int place = PLACES[which][k] - begin;
      mine[buckets + k] = place >= 0 && place < count ? keys[place] : 0;
    }
    MPI_Allreduce(mine, totals, buckets + 5, MPI_INT, MPI_SUM, MPI_COMM_WORLD);

    /* Consecutive buckets for each rank, until it has about n / size keys. */
    memset(sent, 0, sizeof(int) * size);
    long reached = 0;
    int r = 0, bucket = 0;
    for (int b = 0; b < buckets; b++) {
      sent[r] += sizes[b];
      reached += totals[b];
      if (r < size - 1 && reached >= (long)n * (r + 1) / size) last[r++] = b;
    }
    while (r < size) last[r++] = buckets - 1;
    bucket = rank == 0 ? 0 : last[rank - 1] + 1;
    low = bucket << shift;
    high = (last[rank] + 1) << shift;
    before = 0;
    for (int b = 0; b < bucket; b++) before += totals[b];
    MPI_Alltoall(sent, 1, MPI_INT, came, 1, MPI_INT, MPI_COMM_WORLD);
    total = 0;
    for (int s = 0, out = 0; s < size; s++) {
      from[s] = out;
      to[s] = total;
      out += sent[s];
      total += came[s];
    }
    if (total > room) fail("more keys than room");
    MPI_Alltoallv(sorted, sent, from, MPI_INT, inbox, came, to, MPI_INT, MPI_COMM_WORLD);

    memset(counts, 0, sizeof(int) * (high - low));
    for (int i = 0; i < total; i++) counts[inbox[i] - low]++;
    for (int v = 1; v < high - low; v++) counts[v] += counts[v - 1];

    for (int k = 0; k < 5; k++) {
      int key = totals[buckets + k];
      if (key < low || key >= high) continue;
      int place = before + (key > low ? counts[key - 1 - low] : 0);
      int moved = which == 0   ? (k <= 2 ? iteration : -iteration)
                  : which == 1 ? (k < 2 ? iteration - 2 : -iteration)
                               : (k <= 2 ? iteration - 1 : 1 - iteration);
      right = right && place == RIGHT[which][k] + moved;
    }
  }
  double seconds = seconds_per(ITERATIONS) * ITERATIONS;

  /* The whole order: counts are running sums of what came, and nothing is below the left neighbour's range. */
  right = right && (high == low || counts[high - low - 1] == total);
  for (int i = 0; i < total; i++) right = right && inbox[i] >= low && inbox[i] < high;
  int all = 0, found = 0;
  MPI_Reduce(&right, &all, 1, MPI_INT, MPI_MIN, 0, MPI_COMM_WORLD);
  MPI_Reduce(&total, &found, 1, MPI_INT, MPI_SUM, 0, MPI_COMM_WORLD);
  return close_npb(seconds, 10.0 * n, all && found == n);
}
