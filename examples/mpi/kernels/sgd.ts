/**
 * Data-parallel training: a small neural network learns to tell Fisher's irises apart. Each rank looks at its share
 * of every batch, and the gradients are added up. Those of the last layer are there first, so they travel while the
 * others are being worked out.
 *
 * Teaches: bcast of an object, allreduce with into, a promise held while computing
 * Picture: none
 * Run: npx tsrun -n 4 examples/mpi/kernels/sgd.ts
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { SUM, world } from 'tsmpi'

const [INPUTS, HIDDEN, SPECIES] = [4, 8, 3]
const BATCH = 30
const EPOCHS = 60
const RATE = 0.1

const { rank, size } = world

interface Flower {
  /** Four measures and a 1, so that the thresholds are weights like the others. */
  readonly measures: readonly number[]
  readonly species: number
}

/** Reads the table, with each measure shifted and stretched to a mean of 0 and a spread of 1. */
function read(text: string): Flower[] {
  const table = text.split('\n').filter((line) => /^\d/.test(line))
  const names = [...new Set(table.map((line) => line.split(',')[INPUTS]!))]
  const raw = table.map((line) => line.split(',').slice(0, INPUTS).map(Number))
  const mean = raw[0]!.map((_, k) => raw.reduce((sum, row) => sum + row[k]!, 0) / raw.length)
  const spread = mean.map((m, k) =>
    Math.sqrt(raw.reduce((sum, row) => sum + (row[k]! - m) ** 2, 0) / raw.length),
  )
  return raw.map((row, i) => ({
    measures: [...row.map((x, k) => (x - mean[k]!) / spread[k]!), 1],
    species: names.indexOf(table[i]!.split(',')[INPUTS]!),
  }))
}

// Rank 0 reads the file, everybody gets the flowers.
const path = new URL('data/iris.csv', import.meta.url)
const flowers = await world.bcast(rank === 0 ? read(readFileSync(path, 'utf8')) : [])
assert.equal(flowers.length, 150)

/** Weights from the measures to the hidden units, and from those (and a 1) to the species. */
class Network {
  readonly first = Float64Array.from(
    { length: HIDDEN * (INPUTS + 1) },
    (_, i) => Math.sin(12.9 * (i + 1)) / 2,
  )
  readonly last = Float64Array.from(
    { length: SPECIES * (HIDDEN + 1) },
    (_, i) => Math.sin(78.2 * (i + 1)) / 2,
  )

  /** The hidden units (and a 1), and how probable each species is. */
  look({ measures }: Flower): { hidden: number[]; chances: number[] } {
    const hidden = [...multiply(this.first, measures).map(Math.tanh), 1]
    const scores = multiply(this.last, hidden).map(Math.exp)
    const sum = scores.reduce((a, b) => a + b)
    return { hidden, chances: scores.map((score) => score / sum) }
  }

  guess(flower: Flower): number {
    const { chances } = this.look(flower)
    return chances.indexOf(Math.max(...chances))
  }
}

/** A matrix times a vector. */
function multiply(matrix: Float64Array, x: readonly number[]): number[] {
  return Array.from({ length: matrix.length / x.length }, (_, row) =>
    x.reduce((sum, xk, k) => sum + matrix[row * x.length + k]! * xk, 0),
  )
}

/** Adds the outer product of two vectors to a matrix. */
function addOuter(matrix: Float64Array, a: readonly number[], b: readonly number[]): void {
  for (let i = 0; i < a.length; i++)
    for (let k = 0; k < b.length; k++) matrix[i * b.length + k]! += a[i]! * b[k]!
}

/**
 * Trains a network. `share` is the part of each batch that this rank looks at, `add` makes the sum over all ranks of
 * a gradient, in place.
 */
async function train(
  share: (batch: Flower[]) => Flower[],
  add: (gradient: Float64Array) => Promise<unknown>,
): Promise<Network> {
  const network = new Network()
  const toFirst = new Float64Array(network.first.length)
  const toLast = new Float64Array(network.last.length)
  const batches = flowers.length / BATCH
  for (let step = 0; step < EPOCHS * batches; step++) {
    // Every fifth flower, so that there are some of each kind in a batch.
    const batch = flowers.filter((_, i) => i % batches === step % batches)
    toFirst.fill(0)
    toLast.fill(0)
    const seen = share(batch).map((flower) => {
      const { hidden, chances } = network.look(flower)
      const errors = chances.map((chance, k) => chance - (k === flower.species ? 1 : 0))
      addOuter(toLast, errors, hidden)
      return { flower, hidden, errors }
    })
    const lastAdded = add(toLast) // on its way
    for (const { flower, hidden, errors } of seen) {
      const back = Array.from({ length: HIDDEN }, (_, j) => {
        const pull = errors.reduce((sum, error, k) => sum + error * network.last[k * (HIDDEN + 1) + j]!, 0)
        return pull * (1 - hidden[j]! ** 2)
      })
      addOuter(toFirst, back, flower.measures)
    }
    await Promise.all([lastAdded, add(toFirst)])
    toFirst.forEach((g, i) => {
      network.first[i]! -= (RATE / BATCH) * g
    })
    toLast.forEach((g, i) => {
      network.last[i]! -= (RATE / BATCH) * g
    })
  }
  return network
}

const network = await train(
  (batch) => batch.filter((_, i) => i % size === rank),
  (gradient) => world.allreduce(gradient, SUM, { into: gradient }),
)

// What one rank learns from whole batches is the same, up to the order in which the gradients were added.
if (rank === 0) {
  const alone = await train(
    (batch) => batch,
    async () => {},
  )
  for (const layer of ['first', 'last'] as const)
    for (const [i, weight] of network[layer].entries())
      assert(Math.abs(weight - alone[layer][i]!) < 1e-9, `weight ${i} of the ${layer} layer is ${weight}`)
}

const right = flowers.filter((flower) => network.guess(flower) === flower.species).length
assert(right >= 142, `only ${right} flowers are known`)
if (rank === 0) console.log(`after ${EPOCHS} epochs ${right} of ${flowers.length} irises are told right`)
