"""NAS Parallel Benchmark CG: rows in blocks, Allgatherv of p before each product, allreduce of dot products."""

import numpy as np

from npb import class_letter, close, draws, near, powers, start_clock, state_after
from prk import block, comm, rank, size

N, NONZER, SHIFT, RIGHT = {
    "S": (1400, 7, 10, 8.5971775078648),
    "W": (7000, 8, 12, 10.362595087124),
    "A": (14000, 11, 20, 17.130235054029),
}[class_letter()]
RCOND, OUTER, STEPS = 0.1, 15, 25
begin, count = block(N, size, rank)


def make_matrix():
    """Compressed rows. Every rank draws the whole stream and keeps its rows."""
    table = powers(1 << 16)
    taken = 1  # the first draw is discarded

    def stream():
        nonlocal taken
        while True:
            for value in draws(state_after(314159265, taken), table).tolist():
                yield value
            taken += len(table)

    source = stream()
    power = 1 << (N - 1).bit_length()
    rows, columns, values = [], [], []
    weight, ratio = 1.0, RCOND ** (1 / N)
    for i in range(N):
        entries = {}
        while len(entries) < NONZER:
            value, place = next(source), int(next(source) * power)
            if place < N and place not in entries:
                entries[place] = value
        entries[i] = 0.5
        places, vector = np.array(list(entries)), np.array(list(entries.values()))
        own = (places >= begin) & (places < begin + count)
        if own.any():
            rows.append(np.repeat(places[own] - begin, len(places)))
            columns.append(np.tile(places, own.sum()))
            values.append(weight * np.outer(vector[own], vector).ravel())
        weight *= ratio
    diagonal = np.arange(count)
    row = np.concatenate([*rows, diagonal])
    column = np.concatenate([*columns, diagonal + begin])
    value = np.concatenate([*values, np.full(count, RCOND - SHIFT)])
    places, where = np.unique(row * N + column, return_inverse=True)
    starts = np.searchsorted(places, np.arange(count) * N)
    return starts, places % N, np.bincount(where, value)


starts, columns, values = make_matrix()
whole = np.empty(N)
counts = [block(N, size, r)[1] for r in range(size)]


def product(vector):
    comm.Allgatherv(vector, [whole, counts])
    return np.add.reduceat(values * whole[columns], starts)


def dot(a, b):
    return comm.allreduce(float(a @ b))


for step in range(OUTER + 1):
    if step <= 1:
        x = np.ones(count)
    if step == 1:
        start = start_clock()
    z, r, p = np.zeros(count), x.copy(), x.copy()
    rho = dot(r, r)
    for _ in range(STEPS):
        q = product(p)
        alpha, old = rho / dot(p, q), rho
        z += alpha * p
        r -= alpha * q
        rho = dot(r, r)
        p = r + rho / old * p
    # The residual, as the benchmark has it.
    r = x - product(z)
    dot(r, r)
    zeta = SHIFT + 1 / dot(x, z)
    x = z / np.sqrt(dot(z, z))
PER_ROW = NONZER * (NONZER + 1)
close(start, 2 * OUTER * N * (3 + PER_ROW + 25 * (5 + PER_ROW) + 3), near(zeta, RIGHT, 1e-10))
