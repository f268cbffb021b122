"""Parallel Research Kernel nstream: A += B + 3 C."""

import numpy as np

from prk import block, comm, done, parameters, rank, seconds_per_pass, size

iterations, length = parameters(2)[:2]
_, count = block(length, size, rank)
a, b, c = np.zeros(count), np.full(count, 2.0), np.full(count, 2.0)
term = np.empty(count)


def one_pass():
    np.multiply(c, 3, out=term)
    np.add(term, b, out=term)
    np.add(a, term, out=a)


seconds = seconds_per_pass(iterations, one_pass)
total = comm.reduce(float(np.abs(a).sum()))
expected = 8 * (iterations + 1) * length
done(rank != 0 or abs(total - expected) <= 1e-8 * expected, "MB/s", 32 * length, seconds)
