"""Parallel Research Kernel p2p: a pipeline of tiny messages, with blocking Send and Recv."""

import numpy as np

from prk import block, comm, done, parameters, rank, seconds_per_pass, size

iterations, m, n = parameters(3)[:3]
last = size - 1
begin, count = block(m, size, rank)
# At index 0 of each row: the left neighbour's last one; on rank 0 column 0 of the whole grid.
first = 1 if rank == 0 else 0
width = count + 1 - first
grid = np.zeros((n, width))
grid[0] = np.arange(begin - (1 - first), begin - (1 - first) + width)
if rank == 0:
    grid[:, 0] = np.arange(n)
steps = np.empty(width)
corner = np.empty(1)


def one_pass():
    for j in range(1, n):
        below, row = grid[j - 1], grid[j]
        if rank > 0:
            comm.Recv(row[:1], rank - 1)
        # west + (south - south-west), summed up along the row.
        np.subtract(below[1:], below[:-1], out=steps[1:])
        steps[0] = row[0]
        np.cumsum(steps, out=row)
        if rank < last:
            comm.Send(row[-1:], rank + 1)
    corner[0] = -grid[-1, -1]
    if size > 1 and rank == last:
        comm.Send(corner, 0)
    if size > 1 and rank == 0:
        comm.Recv(corner, last)
    if rank == 0:
        grid[0, 0] = corner[0]


seconds = seconds_per_pass(iterations, one_pass)
top_right = comm.bcast(float(grid[-1, -1]), last)
expected = (iterations + 1) * (m + n - 2)
done(abs(top_right - expected) <= 1e-8 * expected, "MFlops/s", 2 * (m - 1) * (n - 1), seconds)
