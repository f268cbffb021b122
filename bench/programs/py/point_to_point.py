"""latency, bw, bibw and rate as osu_latency, osu_bw, osu_bibw and osu_mbw_mr have them."""

import time

from bench import MPI, bytes_of, comm, each_size, fail, measure, print_line, put, rank, same, size, zero_bytes

WINDOW = 64
pairs = size // 2
sends = rank < pairs  # the first half of the ranks
partner = rank + pairs if sends else rank - pairs


def one(name, count, first, budget):
    out = bytes_of(count, rank)
    into = zero_bytes(count)
    ack = bytearray(1)
    out_msg = [out, count, MPI.BYTE]
    into_msg = [into, count, MPI.BYTE]
    ack_msg = [ack, 1, MPI.BYTE]

    def run_latency(n):
        start = time.perf_counter()
        if rank == 0:
            for _ in range(n):
                comm.Send(out_msg, 1, 0)
                comm.Recv(into_msg, 1, 0)
        else:
            for _ in range(n):
                comm.Recv(into_msg, 0, 0)
                comm.Send(out_msg, 0, 0)
        return time.perf_counter() - start

    def run_one_way(n):
        """A window of messages one way, then a short answer; in pairs of a rank of each half."""
        window = range(WINDOW)
        start = time.perf_counter()
        if sends:
            for _ in range(n):
                MPI.Request.Waitall([comm.Isend(out_msg, partner, 0) for _ in window])
                comm.Recv(ack_msg, partner, 1)
        else:
            for _ in range(n):
                MPI.Request.Waitall([comm.Irecv(into_msg, partner, 0) for _ in window])
                comm.Send(ack_msg, partner, 1)
        return time.perf_counter() - start

    def run_both_ways(n):
        window = range(WINDOW)
        start = time.perf_counter()
        for _ in range(n):
            requests = [comm.Irecv(into_msg, partner, 0) for _ in window]
            requests += [comm.Isend(out_msg, partner, 0) for _ in window]
            MPI.Request.Waitall(requests)
            if sends:
                comm.Recv(ack_msg, partner, 1)
            else:
                comm.Send(ack_msg, partner, 1)
        return time.perf_counter() - start

    def clear():
        put(into, zero_bytes(count))

    def check():
        return same(into, bytes_of(count, partner))

    if name == "latency":
        seconds, iterations = measure(name, count, run_latency, clear, check, first, budget)
        print_line(name, count, seconds / 2 * 1e6, seconds / 2 * 1e6, iterations)
    elif name == "bibw":
        seconds, iterations = measure(name, count, run_both_ways, clear, check, first, budget)
        mb_per_s = 2 * WINDOW * count / seconds / 1e6
        print_line(name, count, mb_per_s, mb_per_s, iterations)
    elif name in ("bw", "rate"):
        seconds, iterations = measure(
            name, count, run_one_way, clear, lambda: sends or check(), first, budget
        )
        mean = comm.allreduce(seconds / pairs if sends else 0.0)
        per_s = WINDOW * pairs / mean
        value = per_s * count / 1e6 if name == "bw" else per_s
        print_line(name, count, value, value, iterations)
    else:
        fail(f"no such benchmark: {name}")


each_size(one)
