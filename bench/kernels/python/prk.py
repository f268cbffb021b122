"""What the Python kernels share: parameters, the clock, output. They print what the tsmpi kernels print."""

import math
import sys

from mpi4py import MPI

comm = MPI.COMM_WORLD
rank = comm.Get_rank()
size = comm.Get_size()


def parameters(wanted):
    """The whole numbers of the command line, `wanted` of them at least."""
    words = [int(word) for word in sys.argv[1:]]
    if len(words) < wanted:
        sys.exit(f"{sys.argv[0]}: {wanted} parameters, please")
    return words


def seconds_per_pass(passes, one_pass):
    """One untimed pass, then the timed ones: seconds per pass of the slowest rank."""
    one_pass()
    comm.Barrier()
    start = MPI.Wtime()
    for _ in range(passes):
        one_pass()
    return comm.allreduce(MPI.Wtime() - start, MPI.MAX) / passes


def block(n, parts, index):
    """First and number of the things that part `index` has of `n`; the first parts have one more."""
    more = n % parts
    return index * (n // parts) + min(index, more), n // parts + (index < more)


def most_square(n):
    """The smaller of two factors of n that are as near to each other as can be."""
    small = math.isqrt(n)
    while n % small:
        small -= 1
    return small


def done(valid, unit, work, seconds):
    """On rank 0: the answer is right, and how long it took."""
    if rank != 0:
        return
    if not valid:
        print("ERROR: the solution does not validate", flush=True)
        comm.Abort(1)
    print(f"Solution validates\nRate ({unit}): {1e-6 * work / seconds:f}  Avg time (s): {seconds:f}")
