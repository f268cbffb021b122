"""Parallel Research Kernel reduce: vectors added up on rank 0, in place."""

import numpy as np
from mpi4py import MPI

from prk import comm, done, parameters, rank, seconds_per_pass, size

iterations, length = parameters(2)[:2]
vector, ones = np.ones(length), np.ones(length)


def one_pass():
    np.add(vector, ones, out=vector)
    if rank == 0:
        comm.Reduce(MPI.IN_PLACE, vector)
    else:
        comm.Reduce(vector, None)


seconds = seconds_per_pass(iterations, one_pass)
it = iterations
expected = it + 2 + (it * it + 5 * it + 4) * (size - 1) / 2
done(bool((np.abs(vector - expected) < 1e-8).all()), "MFlops/s", (2 * size - 1) * length, seconds)
