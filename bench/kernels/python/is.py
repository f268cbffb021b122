"""NAS Parallel Benchmark IS: integer bucket sort; Allreduce of bucket sizes, Alltoall of counts, Alltoallv of keys."""

import numpy as np
from mpi4py import MPI

from npb import class_letter, close, draws, powers, start_clock, state_after
from prk import block, comm, rank, size

LETTER = class_letter()
KEYS, VALUES, BUCKETS, PLACES, RIGHT, SHIFT = {
    "S": (16, 11, 9, [48427, 17148, 23627, 62548, 4431], [0, 18, 346, 64917, 65463], lambda k, i: i if k <= 2 else -i),
    "W": (
        20,
        16,
        10,
        [357773, 934767, 875723, 898999, 404505],
        [1249, 11698, 1039987, 1043896, 1048018],
        lambda k, i: i - 2 if k < 2 else -i,
    ),
    "A": (
        23,
        19,
        10,
        [2112377, 662041, 5336171, 3642833, 4250760],
        [104, 17523, 123928, 8288932, 8388264],
        lambda k, i: i - 1 if k <= 2 else 1 - i,
    ),
}[LETTER]
N, HIGHEST, SHIFTED, ITERATIONS = 1 << KEYS, 1 << VALUES, VALUES - BUCKETS, 10
begin, count = block(N, size, rank)

keys = np.empty(count, dtype=np.int32)
table = powers(4 << 16)
for i in range(0, count, 1 << 16):
    some = keys[i : i + (1 << 16)]
    u = draws(state_after(314159265, 4 * (begin + i)), table).reshape(-1, 4)[: len(some)]
    some[:] = HIGHEST // 4 * (u[:, 0] + u[:, 1] + u[:, 2] + u[:, 3])
inbox = np.empty(count + count // 2 + 1024, dtype=np.int32)
totals = np.empty((1 << BUCKETS) + 5, dtype=np.int32)
came = np.empty(size, dtype=np.int32)
right = True

for step in range(ITERATIONS + 1):
    if step == 1:
        start = start_clock()
    i = max(step, 1)
    if rank == 0:
        keys[i], keys[i + ITERATIONS] = i, HIGHEST - i
    buckets = keys >> SHIFTED
    sizes = np.bincount(buckets, minlength=1 << BUCKETS).astype(np.int32)
    # A stable sort of 16-bit numbers is a radix sort in numpy.
    grouped = keys[np.argsort(buckets.astype(np.uint16), kind="stable")]
    # Behind the sizes: the keys that are looked for, each from the rank that has it.
    sought = [keys[p - begin] if begin <= p < begin + count else 0 for p in PLACES]
    comm.Allreduce(np.concatenate([sizes, np.array(sought, dtype=np.int32)]), totals)
    # Consecutive buckets for each rank, until it has about N / size keys.
    reached = np.cumsum(totals[: 1 << BUCKETS])
    cuts = [0, *(np.searchsorted(reached, [N * r // size for r in range(1, size)]) + 1).tolist(), 1 << BUCKETS]
    sent = np.array([sizes[a:b].sum() for a, b in zip(cuts, cuts[1:])], dtype=np.int32)
    comm.Alltoall(sent, came)
    comm.Alltoallv([grouped, sent], [inbox, came])
    mine = inbox[: came.sum()]
    low, high = cuts[rank] << SHIFTED, cuts[rank + 1] << SHIFTED
    ranks = np.cumsum(np.bincount(mine - low, minlength=high - low))
    before = int(reached[cuts[rank] - 1]) if cuts[rank] > 0 else 0
    for k, key in enumerate(totals[1 << BUCKETS :].tolist()):
        if low <= key < high:
            right &= before + (int(ranks[key - low - 1]) if key > low else 0) == RIGHT[k] + SHIFT(k, i)

right &= bool(((mine >= low) & (mine < high)).all())
agreed = comm.allreduce(bool(right), MPI.LAND) and comm.allreduce(len(mine)) == N
close(start, ITERATIONS * N, agreed)
