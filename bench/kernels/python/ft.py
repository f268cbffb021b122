"""NAS Parallel Benchmark FT: slabs of z planes; numpy's FFT along x and y, Alltoall, its FFT along z."""

import numpy as np

from npb import class_letter, close, draws, near, powers, start_clock, state_after
from prk import comm, rank, size

(NX, NY, NZ), RIGHT = {
    "S": (
        (64, 64, 64),
        [
            554.6087004964 + 484.5363331978j,
            554.6385409189 + 486.5304269511j,
            554.6148406171 + 488.3910722336j,
            554.5423607415 + 490.1273169046j,
            554.4255039624 + 491.7475857993j,
            554.2683411902 + 493.2597244941j,
        ],
    ),
    "W": (
        (128, 128, 32),
        [
            567.3612178944 + 529.3246849175j,
            563.1436885271 + 528.2149986629j,
            559.4024089970 + 527.0996558037j,
            556.0698047020 + 526.0027904925j,
            553.0898991250 + 524.9400845633j,
            550.4159734538 + 523.9212247086j,
        ],
    ),
    "A": (
        (256, 256, 128),
        [
            504.6735008193 + 511.4047905510j,
            505.9412319734 + 509.8809666433j,
            506.9376896287 + 509.8144042213j,
            507.7892868474 + 510.1336130759j,
            508.5233095391 + 510.4914655194j,
            509.1487099959 + 510.7917842803j,
        ],
    ),
}[class_letter()]
assert NZ % size == 0 and NY % size == 0, "the sides must be divisible by the number of ranks"
planes, rows = NZ // size, NY // size


def to_rows(slab):
    """From planes of z, each of y rows of x, to rows of y, each of z rows of x."""
    outgoing = np.ascontiguousarray(slab.reshape(planes, size, rows, NX).swapaxes(0, 1))
    incoming = np.empty_like(outgoing)
    comm.Alltoall(outgoing, incoming)
    return incoming.reshape(NZ, rows, NX).swapaxes(0, 1)


def to_planes(slab):
    outgoing = np.ascontiguousarray(slab.swapaxes(0, 1))
    incoming = np.empty((size, planes, rows, NX), dtype=complex)
    comm.Alltoall(outgoing, incoming)
    return incoming.swapaxes(0, 1).reshape(planes, NY, NX)


def squares(n):
    return ((np.arange(n) + n // 2) % n - n // 2) ** 2.0


start = start_clock()
local = planes * NY * NX
numbers = draws(state_after(314159265, 2 * local * rank), powers(2 * local))
slab = numbers.view(complex).reshape(planes, NY, NX)
own_rows = slice(rank * rows, (rank + 1) * rows)
waves = squares(NY)[own_rows, None, None] + squares(NZ)[None, :, None] + squares(NX)
factors = np.exp(-4e-6 * np.pi**2 * waves)
spectrum = np.fft.fft(to_rows(np.fft.fft2(slab)), axis=1)
j = np.arange(1, 1025)
z, y, x = 5 * j % NZ - rank * planes, 3 * j % NY, j % NX
own = (z >= 0) & (z < planes)
verified = True
for right in RIGHT:
    spectrum *= factors
    wide = np.fft.ifft2(to_planes(np.fft.ifft(spectrum, axis=1, norm="forward")), norm="forward")
    total = comm.reduce(complex(wide[z[own], y[own], x[own]].sum()))
    if rank == 0:
        found = total / (NX * NY * NZ)
        verified &= near(found.real, right.real, 1e-12) and near(found.imag, right.imag, 1e-12)
points = NX * NY * NZ
operations = points * (14.8157 + 7.19641 * np.log(points) + (5.23518 + 7.21113 * np.log(points)) * len(RIGHT))
close(start, operations, verified)
