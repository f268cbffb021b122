/**
 * A Fourier transform of one long signal. As a square of N × N the signal can be transformed by rows and columns:
 * ranks have whole rows, and an alltoallv turns the square round whenever columns are needed.
 *
 * Teaches: alltoallv with counts, allreduce, gatherv
 * Picture: none
 * Run: npx tsrun -n 4 examples/mpi/kernels/fft.ts
 */

import assert from 'node:assert/strict'
import { world } from 'tsmpi'

const N = 64 // a power of two; the signal has N² values
const LENGTH = N * N

const { rank, size } = world
const firstOf = (r: number) => Math.floor((r * N) / size)
const first = firstOf(rank)
const rows = firstOf(rank + 1) - first

/** cos and -sin of 2 pi k / LENGTH, for all k. */
const cos = Float64Array.from({ length: LENGTH }, (_, k) => Math.cos((2 * Math.PI * k) / LENGTH))
const sin = Float64Array.from({ length: LENGTH }, (_, k) => -Math.sin((2 * Math.PI * k) / LENGTH))

/** Value j of the signal: two tones, and something that no tone is. */
const signal = (j: number) => 2 * cos[(100 * j) % LENGTH]! + sin[(1000 * j) % LENGTH]! + (j % 7) / 7

/** Multiplies the complex number at a[2 i] by w^k, where w is the LENGTH-th root of one. */
function turn(a: Float64Array, i: number, k: number): void {
  const [re, im, c, s] = [a[2 * i]!, a[2 * i + 1]!, cos[k % LENGTH]!, sin[k % LENGTH]!]
  a[2 * i] = re * c - im * s
  a[2 * i + 1] = re * s + im * c
}

/** The transform of N complex numbers, in place: first into bit-reversed order, then in pairs, fours, eights... */
function fft(a: Float64Array): void {
  for (let i = 0, j = 0; i < N; i++) {
    if (i < j) for (const k of [0, 1]) [a[2 * i + k], a[2 * j + k]] = [a[2 * j + k]!, a[2 * i + k]!]
    for (let bit = N >> 1; bit > 0; bit >>= 1) {
      j ^= bit
      if (j & bit) break
    }
  }
  for (let half = 1; half < N; half *= 2) {
    for (let block = 0; block < N; block += 2 * half) {
      for (let i = block; i < block + half; i++) {
        turn(a, i + half, (i - block) * (LENGTH / (2 * half)))
        for (const k of [0, 1]) {
          const [low, high] = [a[2 * i + k]!, a[2 * (i + half) + k]!]
          a[2 * i + k] = low + high
          a[2 * (i + half) + k] = low - high
        }
      }
    }
  }
}

/** Rows become columns: this rank's piece of each column goes to the rank that gets the column as a row. */
async function transpose(square: Float64Array): Promise<Float64Array> {
  const data = new Float64Array(2 * rows * N)
  let packed = 0
  for (let column = 0; column < N; column++) {
    for (let row = 0; row < rows; row++) {
      data[packed++] = square[2 * (row * N + column)]!
      data[packed++] = square[2 * (row * N + column) + 1]!
    }
  }
  const counts = Array.from({ length: size }, (_, r) => 2 * rows * (firstOf(r + 1) - firstOf(r)))
  const got = await world.alltoallv({ data, counts })
  const turned = new Float64Array(2 * rows * N)
  for (let r = 0; r < size; r++) {
    const width = 2 * (firstOf(r + 1) - firstOf(r))
    for (let row = 0; row < rows; row++) {
      const from = got.displs[r]! + row * width
      turned.set(got.data.subarray(from, from + width), 2 * (row * N + firstOf(r)))
    }
  }
  return turned
}

function transformRows(square: Float64Array): void {
  for (let row = 0; row < rows; row++) fft(square.subarray(2 * row * N, 2 * (row + 1) * N))
}

// Value N i + j of the signal is in row i and column j.
const square = new Float64Array(2 * rows * N)
for (let i = 0; i < rows * N; i++) square[2 * i] = signal(first * N + i)

const byColumn = await transpose(square)
transformRows(byColumn)
for (let i = 0; i < rows; i++) for (let k = 0; k < N; k++) turn(byColumn, i * N + k, (first + i) * k)
const byRow = await transpose(byColumn)
transformRows(byRow)
const spectrum = await transpose(byRow) // value N i + j in row i and column j again

// Energy is kept (Parseval), and values picked here and there are those of the sum that defines the transform.
let energies: Float64Array = new Float64Array(2)
for (let i = 0; i < 2 * rows * N; i++)
  energies.set([energies[0]! + square[i]! ** 2, energies[1]! + spectrum[i]! ** 2])
energies = await world.allreduce(energies)
assert(Math.abs(energies[1]! / LENGTH - energies[0]!) < 1e-9 * energies[0]!, `energies ${energies}`)
for (let i = 0; i < rows * N; i += 61) {
  const k = first * N + i
  let [re, im] = [0, 0]
  for (let j = 0; j < LENGTH; j++) {
    re += signal(j) * cos[(j * k) % LENGTH]!
    im += signal(j) * sin[(j * k) % LENGTH]!
  }
  assert(Math.hypot(re - spectrum[2 * i]!, im - spectrum[2 * i + 1]!) < 1e-8, `value ${k} is off`)
}

const all = await world.gatherv(spectrum)
if (all !== undefined) {
  const strength = Array.from({ length: LENGTH / 2 }, (_, k) =>
    Math.hypot(all.data[2 * k]!, all.data[2 * k + 1]!),
  )
  const tones = [...strength.keys()].slice(1).sort((a, b) => strength[b]! - strength[a]!)
  assert.deepEqual(tones.slice(0, 2), [100, 1000])
  console.log(`${LENGTH} values: the strongest tones are ${tones[0]} and ${tones[1]}`)
}
