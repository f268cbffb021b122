"""Every collective as OSU's programs have them.

The time within the call, a barrier between calls that is not timed, the mean over calls and ranks. Sizes are those of
one block (gather, scatter, allgather, alltoall) or of the vector (the others).
"""

import time

from bench import (
    MPI,
    bytes_of,
    comm,
    doubles_of,
    each_size,
    fail,
    measure,
    print_line,
    put,
    rank,
    same,
    size,
    zero_bytes,
    zero_doubles,
)


def timed(call):
    def run(n):
        spent = 0.0
        for _ in range(n):
            start = time.perf_counter()
            call()
            spent += time.perf_counter() - start
            comm.Barrier()
        return spent

    return run


def blocks_of(count, seeds):
    whole = zero_bytes(count * size)
    for r, seed in enumerate(seeds):
        whole[r * count : (r + 1) * count] = bytes_of(count, seed)
    return whole


def barrier(_count):
    def run(n):
        start = time.perf_counter()
        for _ in range(n):
            comm.Barrier()
        return time.perf_counter() - start

    return run, lambda: None, lambda: True


def bcast(count):
    data = bytes_of(count, 7) if rank == 0 else zero_bytes(count)
    message = [data, count, MPI.BYTE]

    def clear():
        if rank != 0:
            put(data, zero_bytes(count))

    return timed(lambda: comm.Bcast(message, 0)), clear, lambda: same(data, bytes_of(count, 7))


def reduction(call_of, expect_of, result_parts=1):
    """What the reductions have in common: rank r's doubles are place + r."""

    def make(count):
        doubles = count // 8
        x = doubles_of(doubles, 1, rank)
        y = zero_doubles(doubles // result_parts)
        call = call_of([x, MPI.DOUBLE], [y, MPI.DOUBLE])

        def check():
            expected = expect_of(doubles)
            return expected is None or same(y, expected)

        return timed(call), lambda: put(y, zero_doubles(len(y))), check

    return make


def whole_sum(doubles):
    return doubles_of(doubles, size, size * (size - 1) / 2)


reduce = reduction(
    lambda x, y: lambda: comm.Reduce(x, y, MPI.SUM, 0), lambda doubles: whole_sum(doubles) if rank == 0 else None
)
allreduce = reduction(lambda x, y: lambda: comm.Allreduce(x, y, MPI.SUM), whole_sum)
reduce_scatter = reduction(
    lambda x, y: lambda: comm.Reduce_scatter_block(x, y, MPI.SUM),
    lambda doubles: doubles_of(doubles // size, size, size * (size - 1) / 2, rank * (doubles // size)),
    size,
)
scan = reduction(
    lambda x, y: lambda: comm.Scan(x, y, MPI.SUM), lambda doubles: doubles_of(doubles, rank + 1, rank * (rank + 1) / 2)
)


def exchange(call_of, out, into, expect_of):
    call = call_of([out, MPI.BYTE], [into, MPI.BYTE])

    def check():
        expected = expect_of()
        return expected is None or same(into, expected)

    return timed(call), lambda: put(into, zero_bytes(len(into))), check


def gather(count):
    return exchange(
        lambda out, into: lambda: comm.Gather(out, into, 0),
        bytes_of(count, rank),
        zero_bytes(count * size),
        lambda: blocks_of(count, range(size)) if rank == 0 else None,
    )


def scatter(count):
    return exchange(
        lambda out, into: lambda: comm.Scatter(out, into, 0),
        blocks_of(count, range(size)),
        zero_bytes(count),
        lambda: bytes_of(count, rank),
    )


def allgather(count):
    return exchange(
        lambda out, into: lambda: comm.Allgather(out, into),
        bytes_of(count, rank),
        zero_bytes(count * size),
        lambda: blocks_of(count, range(size)),
    )


def alltoall(count):
    return exchange(
        lambda out, into: lambda: comm.Alltoall(out, into),
        blocks_of(count, [rank * size + r for r in range(size)]),
        zero_bytes(count * size),
        lambda: blocks_of(count, [r * size + rank for r in range(size)]),
    )


COLLECTIVES = {
    "barrier": barrier,
    "bcast": bcast,
    "reduce": reduce,
    "allreduce": allreduce,
    "reduce_scatter": reduce_scatter,
    "scan": scan,
    "gather": gather,
    "scatter": scatter,
    "allgather": allgather,
    "alltoall": alltoall,
}


def one(name, count, first, budget):
    if name not in COLLECTIVES:
        fail(f"no such benchmark: {name}")
    run, clear, check = COLLECTIVES[name](count)
    seconds, iterations = measure(name, count, run, clear, check, first, budget)
    total = comm.allreduce(seconds * 1e6)
    maximum = comm.allreduce(seconds * 1e6, MPI.MAX)
    print_line(name, count, total / size, maximum, iterations)


each_size(one)
