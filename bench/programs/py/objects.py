"""Half the round trip of an object, which is pickled and unpickled on its way: a small one, a wide one, a long one."""

import time

from bench import comm, each_size, measure, print_line, rank

OBJECTS = [
    {"id": 12345, "name": "particle 17", "position": [1.5, -2.25, 3.125], "active": True},
    {f"key {i}": [i, i + 0.5, f"value {i}"][i % 3] for i in range(100)},
    [(i * 7919) % 1_000_003 for i in range(100_000)],
]


def one(name, which, first, budget):
    out = OBJECTS[which]
    received = None

    def run(n):
        nonlocal received
        start = time.perf_counter()
        if rank == 0:
            for _ in range(n):
                comm.send(out, 1)
                received = comm.recv(source=1)
        else:
            for _ in range(n):
                received = comm.recv(source=0)
                comm.send(out, 0)
        return time.perf_counter() - start

    def clear():
        nonlocal received
        received = None

    seconds, iterations = measure(name, which, run, clear, lambda: received == out, first, budget)
    print_line(name, which, seconds / 2 * 1e6, seconds / 2 * 1e6, iterations)


each_size(one)
