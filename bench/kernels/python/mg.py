"""NAS Parallel Benchmark MG: V-cycles on a periodic cube; slabs of planes, whole grids where ranks outnumber planes."""

import numpy as np
from mpi4py import MPI

from npb import class_letter, close, draws, near, powers, start_clock, state_after
from prk import comm, rank, size

TOP, RIGHT = {
    "S": (5, 0.5307707005734e-4),
    "W": (7, 0.6467329375339e-5),
    "A": (8, 0.2433365309069e-5),
}[class_letter()]
N, ITERATIONS, CHARGES = 1 << TOP, 4, 10
assert size & (size - 1) == 0 and size <= N, "the number of ranks must be a power of two, and not above n"


class Level:
    """One grid: planes 1 to `planes` and points 1 to n of both other axes; around them ghosts."""

    def __init__(self, n):
        self.n = n
        self.whole = size == 1 or n < size
        self.planes = n if self.whole else n // size
        self.first = 0 if self.whole else rank * self.planes
        self.u, self.r = (np.zeros((self.planes + 2, n + 2, n + 2)) for _ in range(2))

    def refresh(self, a):
        a[1:-1, :, 0], a[1:-1, :, -1] = a[1:-1, :, -2], a[1:-1, :, 1]
        a[1:-1, 0], a[1:-1, -1] = a[1:-1, -2], a[1:-1, 1]
        if self.whole:
            a[0], a[-1] = a[-2], a[1]
            return
        below, above = (rank - 1) % size, (rank + 1) % size
        MPI.Request.Waitall(
            [comm.Irecv(a[0], below, 1), comm.Irecv(a[-1], above, 0), comm.Isend(a[1], below, 0), comm.Isend(a[-2], above, 1)]
        )


def sums(a, z=slice(1, -1), y=slice(1, -1)):
    """Of each point: itself with all x, its 4 neighbours that differ in y or z, its 4 that differ in both."""
    (zs, ze, zt), (ys, ye, yt) = z.indices(a.shape[0]), y.indices(a.shape[1])
    low_z, high_z = slice(zs - 1, ze - 1, zt), slice(zs + 1, ze + 1, zt)
    low_y, high_y = slice(ys - 1, ye - 1, yt), slice(ys + 1, ye + 1, yt)
    ones = a[z, low_y] + a[z, high_y] + a[low_z, y] + a[high_z, y]
    twos = a[low_z, low_y] + a[low_z, high_y] + a[high_z, low_y] + a[high_z, high_y]
    return a[z, y], ones, twos


def residual(level, v):
    """r = v - A u; v may be r."""
    u, ones, twos = sums(level.u)
    edges = twos[..., 1:-1] + ones[..., :-2] + ones[..., 2:]
    corners = twos[..., :-2] + twos[..., 2:]
    level.r[1:-1, 1:-1, 1:-1] = v[1:-1, 1:-1, 1:-1] + 8 / 3 * u[..., 1:-1] - edges / 6 - corners / 12
    level.refresh(level.r)


def smooth(level):
    """u += S r."""
    r, ones, twos = sums(level.r)
    faces = r[..., :-2] + r[..., 2:] + ones[..., 1:-1]
    edges = twos[..., 1:-1] + ones[..., :-2] + ones[..., 2:]
    level.u[1:-1, 1:-1, 1:-1] += -3 / 8 * r[..., 1:-1] + faces / 32 - edges / 64
    level.refresh(level.u)


def restrict(fine, coarse):
    """The residual on the coarser grid, whose point J is the fine point 2 J."""
    begin = 1 if fine.whole else fine.first // 2 + 1
    end = coarse.n + 1 if fine.whole else (fine.first + fine.planes) // 2 + 1
    if end > begin:
        planes = slice(2 * begin - fine.first, 2 * end - 1 - fine.first, 2)
        r, ones, twos = sums(fine.r, planes, slice(2, fine.n + 1, 2))
        here, left, right = slice(2, None, 2), slice(1, -1, 2), slice(3, None, 2)
        coarse.r[begin - coarse.first : end - coarse.first, 1:-1, 1:-1] = (
            0.5 * r[..., here]
            + 0.25 * (r[..., left] + r[..., right] + ones[..., here])
            + 0.125 * (ones[..., left] + ones[..., right] + twos[..., here])
            + 0.0625 * (twos[..., left] + twos[..., right])
        )
    if coarse.whole and not fine.whole:
        # Every rank has as many planes as it has fine planes with even numbers: one or none.
        bounds = [r * fine.planes // 2 for r in range(size + 1)]
        plane = (coarse.n + 2) ** 2
        counts = [(b - a) * plane for a, b in zip(bounds, bounds[1:])]
        displs = [(a + 1) * plane for a in bounds[:-1]]
        comm.Allgatherv(MPI.IN_PLACE, [coarse.r, counts, displs, MPI.DOUBLE])
    coarse.refresh(coarse.r)


def prolong(coarse, fine):
    """Adds the coarse correction, ghosts included: the value itself at even places, the mean of two between them."""
    z = np.arange(fine.planes + 2) + fine.first
    means = coarse.u[z // 2 - coarse.first] + coarse.u[(z + 1) // 2 - coarse.first]
    y = np.arange(fine.n + 2)
    means = 0.25 * (means[:, y // 2] + means[:, (y + 1) // 2])
    fine.u[..., ::2] += means[..., :-1]
    fine.u[..., 1::2] += 0.5 * (means[..., :-1] + means[..., 1:])


def cycle():
    for fine, coarse in zip(levels[:0:-1], levels[-2::-1]):
        restrict(fine, coarse)
    levels[0].u[:] = 0
    smooth(levels[0])
    for coarse, fine in zip(levels, levels[1:]):
        if fine is not top:
            fine.u[:] = 0
        prolong(coarse, fine)
        residual(fine, v if fine is top else fine.r)
        smooth(fine)


def make_charges():
    """+1 at the ten largest, -1 at the ten smallest of n^3 random numbers."""
    points, begin = top.planes * N * N, top.first * N * N
    table = powers(N * N)
    numbers = np.concatenate(
        [draws(state_after(314159265, begin + k), table) for k in range(0, points, N * N)]
    )
    charges = np.zeros((top.planes + 2, N + 2, N + 2))
    for sign in (1, -1):
        best = np.argpartition(-sign * numbers, CHARGES)[:CHARGES]
        known = comm.allgather([(float(sign * numbers[p]), int(p) + begin) for p in best])
        for _, place in sorted((one for some in known for one in some), reverse=True)[:CHARGES]:
            if begin <= place < begin + points:
                z, rest = divmod(place - begin, N * N)
                charges[z + 1, rest // N + 1, rest % N + 1] = sign
    top.refresh(charges)
    return charges


levels = [Level(1 << k) for k in range(1, TOP + 1)]
top = levels[-1]
v = make_charges()
residual(top, v)
cycle()
top.u[:] = 0
start = start_clock()
residual(top, v)
for _ in range(ITERATIONS):
    cycle()
    residual(top, v)
total = comm.allreduce(float((top.r[1:-1, 1:-1, 1:-1] ** 2).sum()))
close(start, 58 * ITERATIONS * N**3, near(np.sqrt(total / N**3), RIGHT, 1e-8))
