"""Memory of a rank, the mean over ranks in MiB: when it begins, and when it has sent its first messages."""

import resource

from bench import MPI, bytes_of, comm, doubles_of, each_size, fail, print_line, rank, same, size, zero_bytes, zero_doubles


def mib():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 2**20


at_start = mib()


def print_mean(name, row, value):
    print_line(name, row, comm.allreduce(value) / size, comm.allreduce(value, MPI.MAX), 1)


def one(name, _size, _first, _budget):
    for count in [8, 65536]:
        into = zero_bytes(count)
        source = (rank + size - 1) % size
        comm.Sendrecv(bytes_of(count, rank), (rank + 1) % size, 0, into, source)
        if not same(into, bytes_of(count, source)):
            fail(f"{name}: wrong data")
    total = zero_doubles(1)
    comm.Allreduce(doubles_of(1, 0, rank), total)
    if total[0] != size * (size - 1) / 2:
        fail(f"{name}: wrong data")
    after_messages = mib()
    print_mean(name, 0, at_start)
    print_mean(name, 1, after_messages)


each_size(one)
