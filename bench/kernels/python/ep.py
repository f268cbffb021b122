"""NAS Parallel Benchmark EP: pairs of normal deviates, in batches of 2^16 dealt to the ranks in blocks."""

import numpy as np
from mpi4py import MPI

from npb import class_letter, close, draws, near, powers, start_clock, state_after
from prk import block, comm, rank, size

POWER, SX, SY = {
    "S": (24, -3.247834652034740e3, -6.958407078382297e3),
    "W": (25, -2.863319731645753e3, -6.320053679109499e3),
    "A": (28, -4.295875165629892e3, -1.580732573678431e4),
}[class_letter()]
BATCH = 1 << 16

start = start_clock()
table = powers(2 * BATCH)
sums = np.zeros(12)
first, count = block(1 << (POWER - 16), size, rank)
for batch in range(first, first + count):
    u = 2 * draws(state_after(271828183, 2 * BATCH * batch), table) - 1
    x, y = u[::2], u[1::2]
    t = x * x + y * y
    inside = t <= 1
    t = t[inside]
    f = np.sqrt(-2 * np.log(t) / t)
    x, y = x[inside] * f, y[inside] * f
    sums[0] += x.sum()
    sums[1] += y.sum()
    sums[2:] += np.bincount(np.maximum(np.abs(x), np.abs(y)).astype(np.intp), minlength=10)
comm.Allreduce(MPI.IN_PLACE, sums)
close(start, 2 ** (POWER + 1), near(sums[0], SX, 1e-8) and near(sums[1], SY, 1e-8))
