"""CPU time of a rank that waits for a message: idle=<ms to wait>."""

import time

from bench import bytes_of, comm, each_size, fail, print_line, rank, same, zero_bytes


def one(name, wait_ms, _first, _budget):
    comm.Barrier()
    if rank == 0:
        time.sleep(wait_ms / 1000)
        comm.Send(bytes_of(1, 1), 1)
        percent = comm.recv(source=1)
        print_line(name, wait_ms, percent, percent, 1)
    else:
        received = zero_bytes(1)
        start = time.perf_counter()
        cpu = time.process_time()
        comm.Recv(received, 0)
        if not same(received, bytes_of(1, 1)):
            fail(f"{name}: wrong data")
        comm.send((time.process_time() - cpu) / (time.perf_counter() - start) * 100, 0)


each_size(one)
