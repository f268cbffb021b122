"""Parallel Research Kernel random: updates at random places of a table, dealt by Alltoall and Alltoallv."""

import numpy as np
from mpi4py import MPI

from prk import comm, parameters, rank, size

ratio, log = parameters(2)[:2]
STREAMS, START, MASK = 1024, 834568137686317453, (1 << 64) - 1
table_size = 1 << log
local = table_size // size
updates = table_size * ratio
assert size & (size - 1) == 0, "the number of ranks must be a power of two"
assert updates >= 2 * size * STREAMS, "too few updates"


def times_x(word):
    return (word << 1 & MASK) ^ (7 if word >> 63 else 0)


def product(a, b):
    total = 0
    while b:
        if b & 1:
            total ^= a
        a, b = times_x(a), b >> 1
    return total


def power(n):
    word = 1
    for bit in bin(n)[2:]:
        word = product(word, word)
        if bit == "1":
            word = times_x(word)
    return word


def streams():
    """All streams at once: stream 2^k + j is stream j times x^(spacing 2^k)."""
    spacing = updates // size // STREAMS
    words = np.array([power(START + local * rank)], dtype=np.uint64)
    while len(words) < STREAMS:
        step, sums, factors = power(spacing * len(words)), np.zeros_like(words), words.copy()
        while step:
            if step & 1:
                sums ^= factors
            factors, step = next_of(factors), step >> 1
        words = np.concatenate([words, sums])
    return words


def next_of(words):
    return (words << np.uint64(1)) ^ ((words >> np.uint64(63)) * np.uint64(7))


table = np.arange(local * rank, local * (rank + 1), dtype=np.uint64)
inbox = np.empty(STREAMS * size, dtype=np.uint64)
shift, mask, local_mask = np.uint64(local.bit_length() - 1), np.uint64(table_size - 1), np.uint64(local - 1)
came = np.empty(size, dtype=np.int32)

comm.Barrier()
start = MPI.Wtime()
for _ in range(2):
    numbers = streams()
    for _ in range(updates // size // STREAMS // 2):
        numbers = next_of(numbers)
        owners = (numbers & mask) >> shift
        counts = np.bincount(owners.astype(np.intp), minlength=size).astype(np.int32)
        outbox = numbers[np.argsort(owners, kind="stable")]
        comm.Alltoall(counts, came)
        comm.Alltoallv([outbox, counts], [inbox, came])
        words = inbox[: came.sum()]
        # A place may come twice in a batch, which table[...] ^= would count once.
        np.bitwise_xor.at(table, (words & local_mask).astype(np.intp), words)
seconds = comm.allreduce(MPI.Wtime() - start, MPI.MAX)
wrong = comm.reduce(int((table != np.arange(local * rank, local * (rank + 1), dtype=np.uint64)).sum()))
if rank == 0:
    if wrong:
        print("ERROR: the table is not as it was", flush=True)
        comm.Abort(1)
    print(f"Solution validates\nRate (GUPS/s): {1e-9 * updates / seconds:f}, Time (s): {seconds:f}")
