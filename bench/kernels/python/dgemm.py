"""Parallel Research Kernel dgemm: SUMMA over a grid of ranks; the product is numpy's."""

import numpy as np

from prk import block, comm, done, most_square, parameters, rank, seconds_per_pass, size

iterations, n, step = parameters(3)[:3]
step = step if step > 0 else n
columns = most_square(size)
rows = size // columns
i, j = divmod(rank, columns)
row, column = comm.Split(i), comm.Split(j)
top, height = block(n, rows, i)
left, width = block(n, columns, j)
a = np.tile(np.arange(left, left + width, dtype=float), (height, 1))
b = a.copy()
c = np.zeros((height, width))


def panels():
    """First and end of each panel, none of which has more than one owner in A or in B, and its owners."""
    start = owner_row = owner_column = 0
    while start < n:
        row_end, column_end = sum(block(n, rows, owner_row)), sum(block(n, columns, owner_column))
        end = min(start + step, row_end, column_end)
        yield start, end, owner_row, owner_column
        owner_row += end == row_end
        owner_column += end == column_end
        start = end


plan = list(panels())


def one_pass():
    for start, end, owner_row, owner_column in plan:
        if j == owner_column:
            ours = np.ascontiguousarray(a[:, start - left : end - left])
        else:
            ours = np.empty((height, end - start))
        theirs = b[start - top : end - top] if i == owner_row else np.empty((end - start, width))
        row.Bcast(ours, owner_column)
        column.Bcast(theirs, owner_row)
        np.add(c, ours.dot(theirs), out=c)


seconds = seconds_per_pass(iterations, one_pass)
total = comm.reduce(float(c.sum()))
expected = 0.25 * float(n) ** 3 * (n - 1) ** 2 * (iterations + 1)
done(rank != 0 or abs(total - expected) <= 1e-8 * expected, "MFlops/s", 2 * n**3, seconds)
