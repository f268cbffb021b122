/*
 * NAS Parallel Benchmark MG: V-cycles of multigrid on a periodic cube. Ranks have slabs of planes and renew the planes
 * next to them after every operator; a grid with fewer planes than ranks is whole on every rank.
 */
#include "npb.h"

#define CHARGES 10

/* Points 1 to n along x and y, planes 1 to `planes` along z; the others are ghosts. */
struct level {
  int n, planes, first, whole;
  size_t side, plane;
  double *u, *r;
};

static struct level levels[16];
static double row_one[300], row_two[300];

#define AT(l, a, z, y) ((a) + (size_t)(z) * (l)->plane + (size_t)(y) * (l)->side)

static void refresh(const struct level *l, double *a) {
  for (int z = 1; z <= l->planes; z++) {
    for (int y = 1; y <= l->n; y++) {
      double *row = AT(l, a, z, y);
      row[0] = row[l->n];
      row[l->n + 1] = row[1];
    }
    memcpy(AT(l, a, z, 0), AT(l, a, z, l->n), l->side * sizeof(double));
    memcpy(AT(l, a, z, l->n + 1), AT(l, a, z, 1), l->side * sizeof(double));
  }
  if (l->whole) {
    memcpy(AT(l, a, 0, 0), AT(l, a, l->n, 0), l->plane * sizeof(double));
    memcpy(AT(l, a, l->n + 1, 0), AT(l, a, 1, 0), l->plane * sizeof(double));
    return;
  }
  int below = (rank + size - 1) % size, above = (rank + 1) % size;
  MPI_Request requests[4];
  MPI_Irecv(AT(l, a, 0, 0), (int)l->plane, MPI_DOUBLE, below, 1, MPI_COMM_WORLD, &requests[0]);
  MPI_Irecv(AT(l, a, l->planes + 1, 0), (int)l->plane, MPI_DOUBLE, above, 0, MPI_COMM_WORLD, &requests[1]);
  MPI_Isend(AT(l, a, 1, 0), (int)l->plane, MPI_DOUBLE, below, 0, MPI_COMM_WORLD, &requests[2]);
  MPI_Isend(AT(l, a, l->planes, 0), (int)l->plane, MPI_DOUBLE, above, 1, MPI_COMM_WORLD, &requests[3]);
  MPI_Waitall(4, requests, MPI_STATUSES_IGNORE);
}

/* Sums of the four neighbours of each point of a row that differ in y or in z, and of the four that differ in both. */
static inline void neighbours(const struct level *l, const double *a, int z, int y) {
  const double *south = AT(l, a, z, y - 1), *north = AT(l, a, z, y + 1);
  const double *below = AT(l, a, z - 1, y), *above = AT(l, a, z + 1, y);
  const double *ba = AT(l, a, z - 1, y - 1), *bb = AT(l, a, z - 1, y + 1);
  const double *ca = AT(l, a, z + 1, y - 1), *cb = AT(l, a, z + 1, y + 1);
  for (size_t x = 0; x < l->side; x++) {
    row_one[x] = south[x] + north[x] + below[x] + above[x];
    row_two[x] = ba[x] + bb[x] + ca[x] + cb[x];
  }
}

/* r = v - A u; v may be r. */
static void residual(const struct level *l, const double *v) {
  for (int z = 1; z <= l->planes; z++)
    for (int y = 1; y <= l->n; y++) {
      neighbours(l, l->u, z, y);
      const double *u = AT(l, l->u, z, y), *right = AT(l, v, z, y);
      double *r = AT(l, l->r, z, y);
      for (int x = 1; x <= l->n; x++)
        r[x] = right[x] + 8.0 / 3 * u[x] - (row_two[x] + row_one[x - 1] + row_one[x + 1]) / 6 -
               (row_two[x - 1] + row_two[x + 1]) / 12;
    }
  refresh(l, l->r);
}

/* u += S r. */
static void smooth(const struct level *l) {
  for (int z = 1; z <= l->planes; z++)
    for (int y = 1; y <= l->n; y++) {
      neighbours(l, l->r, z, y);
      const double *restrict r = AT(l, l->r, z, y);
      double *restrict u = AT(l, l->u, z, y);
      for (int x = 1; x <= l->n; x++)
        u[x] += -3.0 / 8 * r[x] + (r[x - 1] + r[x + 1] + row_one[x]) / 32 -
                (row_two[x] + row_one[x - 1] + row_one[x + 1]) / 64;
    }
  refresh(l, l->u);
}

/* The residual on the next coarser grid, whose point J is the fine point 2 J. */
static void restrict_to(const struct level *fine, const struct level *coarse) {
  int from = fine->whole ? 1 : fine->first / 2 + 1, to = fine->whole ? coarse->n : (fine->first + fine->planes) / 2;
  for (int j = from; j <= to; j++)
    for (int y = 1; y <= coarse->n; y++) {
      neighbours(fine, fine->r, 2 * j - fine->first, 2 * y);
      const double *r = AT(fine, fine->r, 2 * j - fine->first, 2 * y);
      double *s = AT(coarse, coarse->r, j - coarse->first, y);
      for (int k = 1, x = 2; k <= coarse->n; k++, x += 2)
        s[k] = 0.5 * r[x] + 0.25 * (r[x - 1] + r[x + 1] + row_one[x]) +
               0.125 * (row_one[x - 1] + row_one[x + 1] + row_two[x]) + 0.0625 * (row_two[x - 1] + row_two[x + 1]);
    }
  if (coarse->whole && !fine->whole) {
    /* Every rank has as many planes as it has fine planes with even numbers: one or none. */
    int counts[size], displs[size];
    for (int r = 0; r < size; r++) {
      int begin = r * fine->planes / 2, end = (r + 1) * fine->planes / 2;
      counts[r] = (end - begin) * (int)coarse->plane;
      displs[r] = (begin + 1) * (int)coarse->plane;
    }
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DOUBLE, coarse->r, counts, displs, MPI_DOUBLE, MPI_COMM_WORLD);
  }
  refresh(coarse, coarse->r);
}

/* Adds the coarse correction, ghosts included: the value itself at even places, the mean of two between them. */
static void prolong(const struct level *coarse, const struct level *fine) {
  for (int z = 0; z <= fine->planes + 1; z++) {
    int global = z + fine->first, z0 = global / 2 - coarse->first, z1 = (global + 1) / 2 - coarse->first;
    for (int y = 0; y <= fine->n + 1; y++) {
      int y0 = y / 2, y1 = (y + 1) / 2;
      const double *a = AT(coarse, coarse->u, z0, y0), *b = AT(coarse, coarse->u, z0, y1);
      const double *c = AT(coarse, coarse->u, z1, y0), *d = AT(coarse, coarse->u, z1, y1);
      for (size_t x = 0; x < coarse->side; x++) row_one[x] = 0.25 * (a[x] + b[x] + c[x] + d[x]);
      double *u = AT(fine, fine->u, z, y);
      for (int k = 0; k <= coarse->n; k++) {
        u[2 * k] += row_one[k];
        u[2 * k + 1] += 0.5 * (row_one[k] + row_one[k + 1]);
      }
    }
  }
}

static void clear(const struct level *l, double *a) { memset(a, 0, (l->planes + 2) * l->plane * sizeof(double)); }

static void cycle(int top, const double *v) {
  for (int k = top; k > 1; k--) restrict_to(&levels[k], &levels[k - 1]);
  clear(&levels[1], levels[1].u);
  smooth(&levels[1]);
  for (int k = 2; k <= top; k++) {
    if (k < top) clear(&levels[k], levels[k].u);
    prolong(&levels[k - 1], &levels[k]);
    residual(&levels[k], k < top ? levels[k].r : v);
    smooth(&levels[k]);
  }
}

struct extreme {
  double value, place;
};

static int falling(const void *a, const void *b) {
  double x = ((const struct extreme *)a)->value, y = ((const struct extreme *)b)->value;
  return x < y ? 1 : x > y ? -1 : 0;
}

/* +1 at the ten largest, -1 at the ten smallest of n^3 random numbers. */
static void make_charges(const struct level *l, double *v) {
  size_t points = (size_t)l->n * l->n * l->planes, begin = (size_t)l->n * l->n * l->first;
  for (int sign = 1; sign >= -1; sign -= 2) {
    struct extreme best[CHARGES + 1], all[CHARGES * size];
    int known = 0;
    uint64_t x = state_after(314159265, begin);
    for (size_t i = 0; i < points; i++) {
      double value = sign * draw(&x);
      if (known == CHARGES && value <= best[CHARGES - 1].value) continue;
      int at = known < CHARGES ? known++ : CHARGES - 1;
      for (; at > 0 && best[at - 1].value < value; at--) best[at] = best[at - 1];
      best[at] = (struct extreme){value, (double)(begin + i)};
    }
    if (known < CHARGES) fail("too few points on this rank");
    MPI_Allgather(best, 2 * CHARGES, MPI_DOUBLE, all, 2 * CHARGES, MPI_DOUBLE, MPI_COMM_WORLD);
    qsort(all, CHARGES * size, sizeof(struct extreme), falling);
    for (int k = 0; k < CHARGES; k++) {
      size_t place = (size_t)all[k].place;
      if (place < begin || place >= begin + points) continue;
      size_t local = place - begin, n = l->n;
      AT(l, v, local / (n * n) + 1, local / n % n + 1)[local % n + 1] = sign;
    }
  }
  refresh(l, v);
}

int main(int argc, char **argv) {
  char letter = start_class(argc, argv);
  int which = letter == 'A' ? 2 : letter == 'W', iterations = 4;
  static const int LOG[] = {5, 7, 8};
  static const double RIGHT[] = {0.5307707005734e-4, 0.6467329375339e-5, 0.2433365309069e-5};
  int top = LOG[which], n = 1 << top;
  if ((size & (size - 1)) != 0 || size > n) fail("the number of ranks must be a power of two, and not above n");
  for (int k = 1; k <= top; k++) {
    struct level *l = &levels[k];
    l->n = 1 << k;
    l->whole = size == 1 || l->n < size;
    l->planes = l->whole ? l->n : l->n / size;
    l->first = l->whole ? 0 : rank * l->planes;
    l->side = l->n + 2;
    l->plane = l->side * l->side;
    l->u = doubles((l->planes + 2) * l->plane);
    l->r = doubles((l->planes + 2) * l->plane);
  }
  const struct level *fine = &levels[top];
  double *v = doubles((fine->planes + 2) * fine->plane);
  make_charges(fine, v);

  residual(fine, v);
  cycle(top, v);
  clear(fine, fine->u);
  start_clock();
  residual(fine, v);
  for (int i = 0; i < iterations; i++) {
    cycle(top, v);
    residual(fine, v);
  }
  double sum = 0, total = 0;
  for (int z = 1; z <= fine->planes; z++)
    for (int y = 1; y <= n; y++)
      for (int x = 1; x <= n; x++) sum += AT(fine, fine->r, z, y)[x] * AT(fine, fine->r, z, y)[x];
  MPI_Allreduce(&sum, &total, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  double seconds = seconds_per(1), cells = (double)n * n * n;
  return close_npb(seconds, 58 * cells * iterations, near(sqrt(total / cells), RIGHT[which], 1e-8));
}
