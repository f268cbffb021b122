/* NAS Parallel Benchmark EP: pairs of normal deviates, in batches of 2^16 dealt to the ranks in blocks. */
#include "npb.h"

#define BATCH (1 << 16)

int main(int argc, char **argv) {
  char letter = start_class(argc, argv);
  int power = letter == 'A' ? 28 : letter == 'W' ? 25 : 24;
  double sx_right = letter == 'A' ? -4.295875165629892e3 : letter == 'W' ? -2.863319731645753e3 : -3.247834652034740e3;
  double sy_right = letter == 'A' ? -1.580732573678431e4 : letter == 'W' ? -6.320053679109499e3 : -6.958407078382297e3;
  int batches = 1 << (power - 16);
  static double u[2 * BATCH];
  start_clock();
  double sums[12] = {0};
  double sx = 0, sy = 0, *q = sums + 2;
  int first = block_start(batches, size, rank), end = first + block_count(batches, size, rank);
  for (int batch = first; batch < end; batch++) {
    uint64_t x = state_after(271828183, 2ULL * BATCH * batch);
    for (int i = 0; i < 2 * BATCH; i++) u[i] = draw(&x);
    for (int i = 0; i < BATCH; i++) {
      double a = 2 * u[2 * i] - 1, b = 2 * u[2 * i + 1] - 1, t = a * a + b * b;
      if (t > 1) continue;
      double f = sqrt(-2 * log(t) / t);
      a *= f;
      b *= f;
      sx += a;
      sy += b;
      q[(int)fmax(fabs(a), fabs(b))]++;
    }
  }
  sums[0] = sx;
  sums[1] = sy;
  MPI_Allreduce(MPI_IN_PLACE, sums, 12, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  double seconds = seconds_per(1);
  return close_npb(seconds, ldexp(1, power + 1), near(sums[0], sx_right, 1e-8) && near(sums[1], sy_right, 1e-8));
}
