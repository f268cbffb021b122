"""One way of 8 bytes in the very first messages of a job, nothing warmed up: cold=<how many>."""

import time

from bench import bytes_of, comm, each_size, fail, print_line, rank, same, zero_bytes


def one(name, count, _first, _budget):
    out = bytes_of(8, rank)
    into = zero_bytes(8)
    comm.Barrier()
    start = time.perf_counter()
    for _ in range(count // 2):
        if rank == 0:
            comm.Send(out, 1)
        comm.Recv(into, 1 - rank)
        if rank == 1:
            comm.Send(out, 0)
    us = (time.perf_counter() - start) * 1e6 / count
    if not same(into, bytes_of(8, 1 - rank)):
        fail(f"{name}: wrong data")
    print_line(name, count, us, us, count)


each_size(one)
