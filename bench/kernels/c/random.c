/* Parallel Research Kernel random: updates at random places of a table, dealt by Alltoall and Alltoallv. */
#include "prk.h"

#define STREAMS 1024
#define START 834568137686317453ULL

static uint64_t times_x(uint64_t word) { return word << 1 ^ ((int64_t)word < 0 ? 7 : 0); }

static uint64_t product(uint64_t a, uint64_t b) {
  uint64_t sum = 0;
  for (; b != 0; b >>= 1, a = times_x(a))
    if (b & 1) sum ^= a;
  return sum;
}

static uint64_t power(uint64_t n) {
  uint64_t word = 1;
  for (int bit = 63; bit >= 0; bit--) {
    word = product(word, word);
    if (n >> bit & 1) word = times_x(word);
  }
  return word;
}

int main(int argc, char **argv) {
  start(&argc, &argv, 2);
  int ratio = atoi(argv[1]), log = atoi(argv[2]);
  uint64_t table_size = 1ULL << log, local = table_size / size, updates = table_size * ratio;
  if ((size & (size - 1)) != 0) fail("the number of ranks must be a power of two");
  if (updates < 2ULL * size * STREAMS) fail("too few updates");
  int shift = __builtin_ctzll(local);
  uint64_t *restrict table = allocate(local * 8), *restrict numbers = allocate(STREAMS * 8);
  uint64_t *restrict outbox = allocate(STREAMS * 8), *restrict inbox = allocate((size_t)STREAMS * size * 8);
  int *counts = allocate(size * 4), *displs = allocate(size * 4), *ends = allocate(size * 4);
  int *came = allocate(size * 4), *places = allocate(size * 4);
  for (uint64_t j = 0; j < local; j++) table[j] = local * rank + j;
  uint64_t batches = updates / size / STREAMS / 2;

  MPI_Barrier(MPI_COMM_WORLD);
  started = MPI_Wtime();
  for (int time = 0; time < 2; time++) {
    uint64_t step = power(updates / size / STREAMS), word = power(START + local * rank);
    for (int j = 0; j < STREAMS; j++, word = product(word, step)) numbers[j] = word;
    for (uint64_t batch = 0; batch < batches; batch++) {
      memset(counts, 0, size * sizeof(int));
      for (int j = 0; j < STREAMS; j++) {
        numbers[j] = times_x(numbers[j]);
        counts[(numbers[j] & (table_size - 1)) >> shift]++;
      }
      for (int r = 0, end = 0; r < size; end += counts[r++]) displs[r] = ends[r] = end;
      for (int j = 0; j < STREAMS; j++) outbox[ends[(numbers[j] & (table_size - 1)) >> shift]++] = numbers[j];
      MPI_Alltoall(counts, 1, MPI_INT, came, 1, MPI_INT, MPI_COMM_WORLD);
      int total = 0;
      for (int r = 0; r < size; total += came[r++]) places[r] = total;
      MPI_Alltoallv(outbox, counts, displs, MPI_UINT64_T, inbox, came, places, MPI_UINT64_T, MPI_COMM_WORLD);
      for (int j = 0; j < total; j++) table[inbox[j] & (local - 1)] ^= inbox[j];
    }
  }
  double mine = MPI_Wtime() - started, seconds, wrong = 0;
  MPI_Allreduce(&mine, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  for (uint64_t j = 0; j < local; j++) wrong += table[j] != local * rank + j;
  if (sum_on_root(wrong) != 0) fail("the table is not as it was");
  if (rank == 0) printf("Solution validates\nRate (GUPS/s): %f, Time (s): %f\n", 1e-9 * updates / seconds, seconds);
  MPI_Finalize();
  return 0;
}
