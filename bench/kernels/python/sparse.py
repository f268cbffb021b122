"""Parallel Research Kernel sparse: rows in blocks, Allgatherv in place of the vector, then the product."""

import numpy as np
from mpi4py import MPI

from prk import block, comm, done, parameters, rank, seconds_per_pass, size

iterations, log, radius = parameters(3)[:3]
extent = 1 << log
order = extent * extent
begin, count = block(order, size, rank)
index = np.arange(begin, begin + count)
i, j = index % extent, index // extent


def reverse(points):
    other = np.zeros_like(points)
    for bit in range(2 * log):
        other |= (points >> bit & 1) << (2 * log - 1 - bit)
    return other


points = [index]
for d in range(1, radius + 1):
    points += [(i + d) % extent + j * extent, (i - d) % extent + j * extent]
    points += [i + (j + d) % extent * extent, i + (j - d) % extent * extent]
# As many entries in each row: a table of columns serves as well as compressed rows, and numpy likes it better.
columns = np.sort(np.stack([reverse(p) for p in points], axis=1), axis=1)
values = 1.0 / (columns + 1)
vector = np.zeros(order)
own = vector[begin : begin + count]
result = np.zeros(count)
counts = [block(order, size, r)[1] for r in range(size)]
increments = np.arange(begin + 1, begin + count + 1, dtype=float)


def one_pass():
    np.add(own, increments, out=own)
    comm.Allgatherv(MPI.IN_PLACE, [vector, counts])
    np.add(result, np.einsum("ij,ij->i", values, vector[columns]), out=result)


seconds = seconds_per_pass(iterations, one_pass)
total = comm.reduce(float(result.sum()))
entries = order * (4 * radius + 1)
expected = 0.5 * entries * (iterations + 1) * (iterations + 2)
done(rank != 0 or abs(total - expected) <= 1e-8 * expected, "MFlops/s", 2 * entries, seconds)
