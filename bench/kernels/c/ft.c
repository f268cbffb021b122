/* NAS Parallel Benchmark FT: slabs of z planes; FFTs along x and y, a transposition by Alltoall, FFTs along z. */
#include <complex.h>

#include "npb.h"

typedef double complex number;

/* So many lines go through a transform side by side: the inner loops run over them. */
#define LINES 16

static number *roots;

/* Roots of unity exp(-2 pi i k / n) for each level, the level of length 2 first: n - 1 in all. */
static void make_roots(int most) {
  roots = allocate(sizeof(number) * most);
  for (int half = 1, at = 0; half < most; half *= 2)
    for (int k = 0; k < half; k++) roots[at++] = cexp(-I * M_PI * k / half);
}

/*
 * LINES transforms of length n, element k of line l at k * LINES + l, by Stockham's method: each level reads one
 * array and writes the other. Gives the array that has the result.
 */
static number *transform(number *restrict x, number *restrict y, int n, int inverse) {
  double sign = inverse ? -1 : 1;
  for (int blocks = n / 2, stride = 1; blocks >= 1; blocks /= 2, stride *= 2) {
    const number *level = roots + stride - 1;
    for (int b = 0; b < blocks; b++)
      for (int k = 0; k < stride; k++) {
        double re = creal(level[k]), im = sign * cimag(level[k]);
        const double *restrict p = (const double *)(x + (size_t)(b * stride + k) * LINES);
        const double *restrict q = (const double *)(x + (size_t)(b * stride + k + n / 2) * LINES);
        double *restrict upper = (double *)(y + (size_t)(2 * b * stride + k) * LINES);
        double *restrict lower = upper + 2 * (size_t)stride * LINES;
        for (int l = 0; l < LINES; l++) {
          double qr = q[2 * l] * re - q[2 * l + 1] * im, qi = q[2 * l] * im + q[2 * l + 1] * re;
          double pr = p[2 * l], pi = p[2 * l + 1];
          upper[2 * l] = pr + qr;
          upper[2 * l + 1] = pi + qi;
          lower[2 * l] = pr - qr;
          lower[2 * l + 1] = pi - qi;
        }
      }
    number *other = x;
    x = y;
    y = other;
  }
  return x;
}

/* Transforms `lines` neighbouring lines: element k of line l is at base[k * step + l * apart]. */
static void along(number *base, int n, size_t step, size_t apart, int lines, int inverse, number *x, number *y) {
  for (int first = 0; first < lines; first += LINES) {
    number *here = base + first * apart;
    int some = lines - first < LINES ? lines - first : LINES;
    for (int k = 0; k < n; k++)
      for (int l = 0; l < some; l++) x[(size_t)k * LINES + l] = here[k * step + l * apart];
    const number *done = transform(x, y, n, inverse);
    for (int k = 0; k < n; k++)
      for (int l = 0; l < some; l++) here[k * step + l * apart] = done[(size_t)k * LINES + l];
  }
}

static int nx, ny, nz, planes, rows;
static number *sendbuf, *recvbuf, *work_x, *work_y;

/* Slabs of z (planes of y rows of x) to slabs of y (rows of z, each of x). */
static void to_rows(const number *slab, number *out) {
  size_t block = (size_t)planes * rows * nx;
  for (int r = 0; r < size; r++)
    for (int z = 0; z < planes; z++)
      memcpy(sendbuf + r * block + (size_t)z * rows * nx, slab + ((size_t)z * ny + (size_t)r * rows) * nx,
             sizeof(number) * rows * nx);
  MPI_Alltoall(sendbuf, (int)(2 * block), MPI_DOUBLE, recvbuf, (int)(2 * block), MPI_DOUBLE, MPI_COMM_WORLD);
  for (int z = 0; z < nz; z++)
    for (int y = 0; y < rows; y++)
      memcpy(out + ((size_t)y * nz + z) * nx, recvbuf + ((size_t)z * rows + y) * nx, sizeof(number) * nx);
}

static void to_planes(const number *slab, number *out) {
  size_t block = (size_t)planes * rows * nx;
  for (int z = 0; z < nz; z++)
    for (int y = 0; y < rows; y++)
      memcpy(sendbuf + ((size_t)z * rows + y) * nx, slab + ((size_t)y * nz + z) * nx, sizeof(number) * nx);
  MPI_Alltoall(sendbuf, (int)(2 * block), MPI_DOUBLE, recvbuf, (int)(2 * block), MPI_DOUBLE, MPI_COMM_WORLD);
  for (int r = 0; r < size; r++)
    for (int z = 0; z < planes; z++)
      memcpy(out + ((size_t)z * ny + (size_t)r * rows) * nx, recvbuf + r * block + (size_t)z * rows * nx,
             sizeof(number) * rows * nx);
}

static void planes_fft(number *slab, int inverse) {
  for (int z = 0; z < planes; z++) {
    number *plane = slab + (size_t)z * ny * nx;
    along(plane, nx, 1, nx, ny, inverse, work_x, work_y);
    along(plane, ny, nx, 1, nx, inverse, work_x, work_y);
  }
}

static void rows_fft(number *slab, int inverse) {
  for (int y = 0; y < rows; y++) along(slab + (size_t)y * nz * nx, nz, nx, 1, nx, inverse, work_x, work_y);
}

static double wave(int i, int n) {
  int k = (i + n / 2) % n - n / 2;
  return (double)k * k;
}

int main(int argc, char **argv) {
  char letter = start_class(argc, argv);
  int which = letter == 'A' ? 2 : letter == 'W', iterations = 6, verified = 1;
  static const int SIDES[][3] = {{64, 64, 64}, {128, 128, 32}, {256, 256, 128}};
  static const double RIGHT[][6][2] = {
      {{554.6087004964, 484.5363331978}, {554.6385409189, 486.5304269511}, {554.6148406171, 488.3910722336},
       {554.5423607415, 490.1273169046}, {554.4255039624, 491.7475857993}, {554.2683411902, 493.2597244941}},
      {{567.3612178944, 529.3246849175}, {563.1436885271, 528.2149986629}, {559.4024089970, 527.0996558037},
       {556.0698047020, 526.0027904925}, {553.0898991250, 524.9400845633}, {550.4159734538, 523.9212247086}},
      {{504.6735008193, 511.4047905510}, {505.9412319734, 509.8809666433}, {506.9376896287, 509.8144042213},
       {507.7892868474, 510.1336130759}, {508.5233095391, 510.4914655194}, {509.1487099959, 510.7917842803}}};
  nx = SIDES[which][0];
  ny = SIDES[which][1];
  nz = SIDES[which][2];
  if (nz % size != 0 || ny % size != 0) fail("the sides of the grid must be divisible by the number of ranks");
  planes = nz / size;
  rows = ny / size;
  size_t local = (size_t)nx * ny * planes;
  number *spectrum = allocate(sizeof(number) * local), *slab = allocate(sizeof(number) * local);
  number *wide = allocate(sizeof(number) * local);
  double *factors = doubles(local);
  sendbuf = allocate(sizeof(number) * local);
  recvbuf = allocate(sizeof(number) * local);
  work_x = allocate(sizeof(number) * 256 * LINES);
  work_y = allocate(sizeof(number) * 256 * LINES);

  start_clock();
  make_roots(256);
  uint64_t x = state_after(314159265, 2 * local * rank);
  for (size_t i = 0; i < local; i++) {
    double re = draw(&x), im = draw(&x);
    slab[i] = re + im * I;
  }
  for (int y = 0; y < rows; y++)
    for (int z = 0; z < nz; z++)
      for (int i = 0; i < nx; i++)
        factors[((size_t)y * nz + z) * nx + i] =
            exp(-4e-6 * M_PI * M_PI * (wave(i, nx) + wave(rank * rows + y, ny) + wave(z, nz)));
  planes_fft(slab, 0);
  to_rows(slab, spectrum);
  rows_fft(spectrum, 0);

  for (int t = 0; t < iterations; t++) {
    for (size_t i = 0; i < local; i++) wide[i] = spectrum[i] *= factors[i];
    rows_fft(wide, 1);
    to_planes(wide, slab);
    planes_fft(slab, 1);
    double sums[2] = {0, 0}, totals[2];
    for (int j = 1; j <= 1024; j++) {
      int z = 5 * j % nz - rank * planes;
      if (z < 0 || z >= planes) continue;
      number value = slab[((size_t)z * ny + 3 * j % ny) * nx + j % nx];
      sums[0] += creal(value);
      sums[1] += cimag(value);
    }
    MPI_Reduce(sums, totals, 2, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
    double points = (double)nx * ny * nz;
    for (int k = 0; rank == 0 && k < 2; k++)
      verified = verified && near(totals[k] / points, RIGHT[which][t][k], 1e-12);
  }
  double seconds = seconds_per(1), points = (double)nx * ny * nz, ln = log(points);
  double operations = points * (14.8157 + 7.19641 * ln + (5.23518 + 7.21113 * ln) * iterations);
  return close_npb(seconds, operations, verified);
}
