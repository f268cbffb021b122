"""What the Python programs share: arguments, warm-up, test patterns, output. Twins: ../ts/bench.ts and ../c/bench.h."""

import sys
import time
from array import array

from mpi4py import MPI

try:
    import numpy
except ImportError:
    numpy = None

comm = MPI.COMM_WORLD
rank = comm.Get_rank()
size = comm.Get_size()


def fail(message):
    print(f"rank {rank}: {message}", file=sys.stderr, flush=True)
    comm.Abort(1)


def zero_bytes(count):
    return numpy.zeros(count, "B") if numpy else array("B", bytes(count))


def zero_doubles(count):
    return numpy.zeros(count, "d") if numpy else array("d", bytes(8 * count))


def put(data, values):
    """Overwrites an array with another of the same length."""
    data[:] = values


def bytes_of(count, seed):
    """Bytes that differ from rank to rank and from place to place."""
    period = bytes((seed * 31 + i) % 251 + 1 for i in range(251))
    whole = (period * (count // 251 + 1))[:count]
    return numpy.frombuffer(whole, "B").copy() if numpy else array("B", whole)


def doubles_of(count, factor, offset, first=0):
    """Small integers in doubles, which add up exactly: `factor` times the place, and `offset`."""
    period = array("d", [factor * ((first + i) % 17 + 1) + offset for i in range(17)])
    whole = (period * (count // 17 + 1))[:count]
    return numpy.frombuffer(whole, "d").copy() if numpy else whole


def same(data, expected):
    return data.tobytes() == expected.tobytes()


def calibrate(run, warm_up, budget):
    """Warms up with 1, 2, 4, ... calls until `warm_up` seconds are over, and tells how many calls fill the budget.

    Rank 0 decides for all, by the better of the last two rounds: one alone may have been disturbed.
    """
    total = 0.0
    previous = float("inf")
    n = 1
    while True:
        comm.Barrier()
        start = time.perf_counter()
        run(n)
        spent = time.perf_counter() - start
        total += spent
        per_call = min(previous, spent / n)
        previous = spent / n
        iterations = 0
        if total >= warm_up or n >= 1 << 22:
            iterations = min(max(int(budget / per_call), 3), 5_000_000)
        iterations = comm.bcast(iterations)
        if iterations > 0:
            return iterations
        n *= 2


def measure(name, count, run, clear, check, first, budget):
    """Seconds per call on this rank, and how many calls there were."""
    iterations = calibrate(run, budget * 2 if first else budget / 4, budget)
    clear()
    comm.Barrier()
    seconds = run(iterations)
    if not check():
        fail(f"{name} of {count} bytes: wrong data")
    return seconds / iterations, iterations


def print_line(name, count, value, maximum, iterations):
    if rank == 0:
        print(
            f'{{"bench":"{name}","ranks":{size},"bytes":{count},"value":{value:.9g},'
            f'"max":{maximum:.9g},"iterations":{iterations}}}',
            flush=True,
        )


def each_size(one):
    """Calls `one` for every size of every word `name=size,size,...` of the command line.

    <program> <budget in ms> latency=1,8,64 bw=8,64
    """
    budget = float(sys.argv[1]) / 1000
    for word in sys.argv[2:]:
        name, sizes = word.split("=")
        first = True
        for count in sizes.split(","):
            one(name, int(count), first, budget)
            first = False
