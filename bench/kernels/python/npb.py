"""What the Python versions of the NAS Parallel Benchmarks share: the generator, the class, the closing lines."""

import sys

import numpy as np
from mpi4py import MPI

from prk import comm, rank

MASK = (1 << 46) - 1
FACTOR = 5**13


def class_letter():
    """The letter behind --class, S without it."""
    return sys.argv[2] if len(sys.argv) > 2 and sys.argv[1] == "--class" else "S"


def powers(count):
    """FACTOR^1 to FACTOR^count modulo 2^46; products of uint64 are right modulo 2^64, and so modulo 2^46."""
    table = np.array([FACTOR], dtype=np.uint64)
    while len(table) < count:
        table = np.concatenate([table, table * table[-1] & np.uint64(MASK)])
    return table[:count]


def state_after(seed, n):
    """The state n draws behind `seed`."""
    return seed * pow(FACTOR, n, 1 << 46) & MASK


def draws(state, table):
    """The next len(table) numbers behind `state`, in (0, 1)."""
    return (table * np.uint64(state) & np.uint64(MASK)) * 2.0**-46


def near(value, expected, tolerance):
    return abs((value - expected) / expected) <= tolerance


def start_clock():
    comm.Barrier()
    return MPI.Wtime()


def close(start, operations, verified):
    """On rank 0, whose `verified` counts: NPB's closing lines, with the time of the slowest rank."""
    seconds = comm.allreduce(MPI.Wtime() - start, MPI.MAX)
    if rank != 0:
        return
    print(f" Time in seconds = {seconds:24.2f}\n Mop/s total     = {1e-6 * operations / seconds:24.2f}")
    print(f" Verification    = {'SUCCESSFUL' if verified else 'UNSUCCESSFUL':>24}")
    if not verified:
        sys.exit(1)
