/* Parallel Research Kernel dgemm: SUMMA over a grid of ranks, with a plain blocked product as the original has. */
#include "prk.h"

#define INNER 32

/* C (m x n) += A (m x k) B (k x n), all row by row; a block of C's rows meets a block of its columns. */
static void multiply(const double *restrict a, const double *restrict b, double *restrict c, int m, int k, int n) {
  for (int i0 = 0; i0 < m; i0 += INNER)
    for (int j0 = 0; j0 < n; j0 += 8 * INNER) {
      int i1 = i0 + INNER < m ? i0 + INNER : m, j1 = j0 + 8 * INNER < n ? j0 + 8 * INNER : n;
      for (int i = i0; i < i1; i++)
        for (int l = 0; l < k; l++) {
          double factor = a[(size_t)i * k + l];
          const double *restrict row_of_b = b + (size_t)l * n;
          double *restrict row_of_c = c + (size_t)i * n;
          for (int j = j0; j < j1; j++) row_of_c[j] += factor * row_of_b[j];
        }
    }
}

int main(int argc, char **argv) {
  start(&argc, &argv, 3);
  int iterations = atoi(argv[1]), n = atoi(argv[2]), step = atoi(argv[3]) > 0 ? atoi(argv[3]) : n;
  int columns = most_square(size), rows = size / columns, i = rank / columns, j = rank % columns;
  MPI_Comm row, column;
  MPI_Comm_split(MPI_COMM_WORLD, i, rank, &row);
  MPI_Comm_split(MPI_COMM_WORLD, j, rank, &column);
  int top = block_start(n, rows, i), height = block_count(n, rows, i);
  int left = block_start(n, columns, j), width = block_count(n, columns, j);
  double *a = doubles((size_t)height * width), *b = doubles((size_t)height * width);
  double *c = doubles((size_t)height * width);
  for (size_t at = 0; at < (size_t)height * width; at++) a[at] = b[at] = left + (double)(at % width);
  double *panel_of_a = doubles((size_t)height * step), *panel_of_b = doubles((size_t)step * width);

  for (int pass = 0; pass <= iterations; pass++) {
    begin_pass(pass);
    int owner_row = 0, owner_column = 0;
    for (int from = 0; from < n;) {
      int row_end = block_start(n, rows, owner_row) + block_count(n, rows, owner_row);
      int column_end = block_start(n, columns, owner_column) + block_count(n, columns, owner_column);
      int end = from + step < n ? from + step : n;
      if (end > row_end) end = row_end;
      if (end > column_end) end = column_end;
      int count = end - from;
      if (j == owner_column)
        for (int r = 0; r < height; r++)
          memcpy(panel_of_a + (size_t)r * count, a + (size_t)r * width + from - left, count * sizeof(double));
      if (i == owner_row)
        memcpy(panel_of_b, b + (size_t)(from - top) * width, (size_t)count * width * sizeof(double));
      MPI_Bcast(panel_of_a, height * count, MPI_DOUBLE, owner_column, row);
      MPI_Bcast(panel_of_b, count * width, MPI_DOUBLE, owner_row, column);
      multiply(panel_of_a, panel_of_b, c, height, count, width);
      if (end == row_end) owner_row++;
      if (end == column_end) owner_column++;
      from = end;
    }
  }
  double seconds = seconds_per(iterations);
  double sum = 0, order = n, expected = 0.25 * order * order * order * (order - 1) * (order - 1) * (iterations + 1);
  for (size_t at = 0; at < (size_t)height * width; at++) sum += c[at];
  done(fabs(sum_on_root(sum) - expected) <= 1e-8 * expected, "MFlops/s", 2 * order * order * order, seconds);
  return 0;
}
