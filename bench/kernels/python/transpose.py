"""Parallel Research Kernel transpose: blocks of columns, size - 1 phases of Irecv, Isend, Wait."""

import numpy as np

from prk import comm, done, parameters, rank, seconds_per_pass, size

iterations, n = parameters(2)[:2]
assert n % size == 0, "the order must be divisible by the number of ranks"
width = n // size
# Row j of these arrays is column j of the rank's part of the matrix.
columns = np.arange(rank * width, (rank + 1) * width)
a = np.add.outer(n * columns, np.arange(n)).astype(float)
b = np.zeros((width, n))
outgoing = np.empty((width, width))
incoming = np.empty((width, width))


def part(matrix, r):
    return matrix[:, r * width : (r + 1) * width]


def one_pass():
    part(b, rank)[:] += part(a, rank).T
    for phase in range(1, size):
        source, dest = (rank + phase) % size, (rank - phase) % size
        received = comm.Irecv(incoming, source, phase)
        outgoing[:] = part(a, dest).T
        sent = comm.Isend(outgoing, dest, phase)
        received.Wait()
        sent.Wait()
        part(b, source)[:] += incoming
    np.add(a, 1, out=a)


seconds = seconds_per_pass(iterations, one_pass)
expected = np.add.outer(columns, n * np.arange(n)) * (iterations + 1.0) + iterations * (iterations + 1) / 2
error = comm.reduce(float(np.abs(b - expected).sum()))
done(rank != 0 or error < 1e-8, "MB/s", 16 * n * n, seconds)
