"""Parallel Research Kernel stencil: a star of radius 2, tiles, halo exchange with Irecv and Isend."""

import numpy as np
from mpi4py import MPI

from prk import block, comm, done, most_square, parameters, rank, seconds_per_pass, size

iterations, n = parameters(2)[:2]
R = 2
across = most_square(size)
down = size // across
y, x = divmod(rank, across)
left, width = block(n, across, x)
top, height = block(n, down, y)
west = rank - 1 if x > 0 else MPI.PROC_NULL
east = rank + 1 if x < across - 1 else MPI.PROC_NULL
north = rank - across if y > 0 else MPI.PROC_NULL
south = rank + across if y < down - 1 else MPI.PROC_NULL

grid = np.zeros((height + 2 * R, width + 2 * R))
own = grid[R:-R, R:-R]
own[:] = np.add.outer(np.arange(top, top + height), np.arange(left, left + width))
j0, j1 = max(R - top, 0), min(n - R - top, height)
i0, i1 = max(R - left, 0), min(n - R - left, width)
out = np.zeros((j1 - j0, i1 - i0))
term = np.empty_like(out)
to_west, to_east, from_west, from_east = (np.empty((height, R)) for _ in range(4))


def part(dj, di):
    return grid[R + j0 + dj : R + j1 + dj, R + i0 + di : R + i1 + di]


def one_pass():
    to_west[:] = own[:, :R]
    to_east[:] = own[:, -R:]
    MPI.Request.Waitall(
        [
            comm.Irecv(grid[:R], north, 1),
            comm.Irecv(grid[-R:], south, 0),
            comm.Irecv(from_west, west, 1),
            comm.Irecv(from_east, east, 0),
            comm.Isend(grid[R : 2 * R], north, 0),
            comm.Isend(grid[-2 * R : -R], south, 1),
            comm.Isend(to_west, west, 0),
            comm.Isend(to_east, east, 1),
        ]
    )
    if west != MPI.PROC_NULL:
        grid[R:-R, :R] = from_west
    if east != MPI.PROC_NULL:
        grid[R:-R, -R:] = from_east
    for d in range(1, R + 1):
        np.subtract(part(0, d), part(0, -d), out=term)
        np.add(term, part(d, 0), out=term)
        np.subtract(term, part(-d, 0), out=term)
        np.multiply(term, 1 / (2 * d * R), out=term)
        np.add(out, term, out=out)
    np.add(own, 1, out=own)


seconds = seconds_per_pass(iterations, one_pass)
active = (n - 2 * R) ** 2
total = comm.reduce(float(np.abs(out).sum()))
done(rank != 0 or abs(total / active - 2 * (iterations + 1)) <= 1e-8, "MFlops/s", 19 * active, seconds)
