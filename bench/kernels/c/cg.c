/* NAS Parallel Benchmark CG: rows in blocks, Allgatherv of p before each product, Allreduce of dot products. */
#include "npb.h"

#define RCOND 0.1
#define STEPS 25

static int n, begin, count, *restrict starts, *restrict columns, *counts, *displs;
static double *restrict values, *restrict whole;

struct entry {
  int row, column;
  double value;
};

static int by_place(const void *a, const void *b) {
  const struct entry *x = a, *y = b;
  return x->row != y->row ? x->row - y->row : x->column - y->column;
}

/* Every rank draws the whole stream and keeps its rows. */
static void make_matrix(int nonzer, double shift) {
  uint64_t x = 314159265;
  draw(&x);
  int power = 1;
  while (power < n) power *= 2;
  size_t room = (size_t)count * (nonzer + 1) * (nonzer + 1) * 3 / 2 + 4096, used = 0;
  struct entry *entries = allocate(room * sizeof(struct entry));
  int *places = allocate((nonzer + 1) * sizeof(int));
  double *vector = doubles(nonzer + 1), weight = 1, ratio = pow(RCOND, 1.0 / n);
  for (int i = 0; i < n; i++, weight *= ratio) {
    int length = 0;
    while (length < nonzer) {
      double value = draw(&x);
      int place = (int)(draw(&x) * power), known = place >= n;
      for (int k = 0; k < length; k++) known = known || places[k] == place;
      if (known) continue;
      places[length] = place;
      vector[length++] = value;
    }
    int at = 0;
    while (at < length && places[at] != i) at++;
    places[at] = i;
    vector[at] = 0.5;
    if (at == length) length++;
    for (int a = 0; a < length; a++) {
      if (places[a] < begin || places[a] >= begin + count) continue;
      if (used + length + 1 > room) {
        room *= 2;
        entries = realloc(entries, room * sizeof(struct entry));
        if (!entries) fail("no memory left");
      }
      for (int b = 0; b < length; b++)
        entries[used++] = (struct entry){places[a] - begin, places[b], weight * vector[a] * vector[b]};
      if (places[a] == i) entries[used++] = (struct entry){i - begin, i, RCOND - shift};
    }
  }
  qsort(entries, used, sizeof(struct entry), by_place);
  starts = allocate((count + 1) * sizeof(int));
  columns = allocate(used * sizeof(int));
  values = doubles(used);
  int filled = 0;
  for (size_t e = 0; e < used; e++) {
    if (e > 0 && entries[e].row == entries[e - 1].row && entries[e].column == entries[e - 1].column) {
      values[filled - 1] += entries[e].value;
      continue;
    }
    columns[filled] = entries[e].column;
    values[filled++] = entries[e].value;
    starts[entries[e].row + 1] = filled;
  }
  free(entries);
}

static void product(const double *v, double *restrict result) {
  MPI_Allgatherv(v, count, MPI_DOUBLE, whole, counts, displs, MPI_DOUBLE, MPI_COMM_WORLD);
  for (int row = 0; row < count; row++) {
    double sum = 0;
    for (int at = starts[row]; at < starts[row + 1]; at++) sum += values[at] * whole[columns[at]];
    result[row] = sum;
  }
}

static double dot(const double *a, const double *b) {
  double sum = 0;
  for (int i = 0; i < count; i++) sum += a[i] * b[i];
  MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  return sum;
}

int main(int argc, char **argv) {
  char letter = start_class(argc, argv);
  int which = letter == 'A' ? 2 : letter == 'W', outer = 15;
  static const int ORDER[] = {1400, 7000, 14000}, NONZER[] = {7, 8, 11};
  static const double SHIFT[] = {10, 12, 20}, RIGHT[] = {8.5971775078648, 10.362595087124, 17.130235054029};
  n = ORDER[which];
  begin = block_start(n, size, rank);
  count = block_count(n, size, rank);
  counts = allocate(size * sizeof(int));
  displs = allocate(size * sizeof(int));
  for (int r = 0; r < size; r++) {
    counts[r] = block_count(n, size, r);
    displs[r] = block_start(n, size, r);
  }
  make_matrix(NONZER[which], SHIFT[which]);
  whole = doubles(n);
  double *x = doubles(count), *z = doubles(count), *p = doubles(count), *q = doubles(count), *r = doubles(count);
  double zeta = 0;
  for (int step = 0; step <= outer; step++) {
    if (step <= 1)
      for (int i = 0; i < count; i++) x[i] = 1;
    if (step == 1) start_clock();
    for (int i = 0; i < count; i++) {
      z[i] = 0;
      r[i] = p[i] = x[i];
    }
    double rho = dot(r, r);
    for (int inner = 0; inner < STEPS; inner++) {
      product(p, q);
      double alpha = rho / dot(p, q), old = rho;
      for (int i = 0; i < count; i++) {
        z[i] += alpha * p[i];
        r[i] -= alpha * q[i];
      }
      rho = dot(r, r);
      double beta = rho / old;
      for (int i = 0; i < count; i++) p[i] = r[i] + beta * p[i];
    }
    /* The residual, as the benchmark has it. */
    product(z, q);
    for (int i = 0; i < count; i++) r[i] = x[i] - q[i];
    dot(r, r);
    zeta = SHIFT[which] + 1 / dot(x, z);
    double scale = 1 / sqrt(dot(z, z));
    for (int i = 0; i < count; i++) x[i] = scale * z[i];
  }
  double seconds = seconds_per(1), per_row = NONZER[which] * (NONZER[which] + 1);
  double operations = 2.0 * outer * n * (3 + per_row + 25 * (5 + per_row) + 3);
  return close_npb(seconds, operations, near(zeta, RIGHT[which], 1e-10));
}
