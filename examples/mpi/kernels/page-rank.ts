/**
 * PageRank on a real network: who in a karate club met whom. Somebody is important whom important people meet. Each
 * rank works out the importance of some members, and allgatherv tells all of it to everybody, for the next round.
 *
 * Teaches: bcast of text, allgatherv, allreduce
 * Picture: none
 * Run: npx tsrun -n 4 examples/mpi/kernels/page-rank.ts
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { world } from 'tsmpi'

const DAMPING = 0.85

const { rank, size } = world

// Rank 0 reads the file and everybody gets its text: on a cluster the file may be on one host only.
const path = new URL('data/karate-club.txt', import.meta.url)
const text = await world.bcast(rank === 0 ? readFileSync(path, 'utf8') : '')
const edges = text
  .split('\n')
  .filter((line) => /^\d/.test(line))
  .map((line) => line.split(' ').map((name) => Number(name) - 1) as [number, number])
const n = Math.max(...edges.flat()) + 1
assert.deepEqual([n, edges.length], [34, 78])

const first = Math.floor((rank * n) / size)
const count = Math.floor(((rank + 1) * n) / size) - first

/** Whom each member met. Meetings are mutual, so those are also the ones from whom importance comes. */
const met: number[][] = Array.from({ length: n }, () => [])
for (const [a, b] of edges) {
  met[a]!.push(b)
  met[b]!.push(a)
}

let importance: Float64Array = new Float64Array(n).fill(1 / n)
let rounds = 0
for (let change = 1; change > 1e-12; rounds++) {
  const mine = new Float64Array(count)
  let myChange = 0
  for (let i = 0; i < count; i++) {
    let sum = 0
    // Who is important shares that with all whom they met.
    for (const other of met[first + i]!) sum += importance[other]! / met[other]!.length
    mine[i] = (1 - DAMPING) / n + DAMPING * sum
    myChange += Math.abs(mine[i]! - importance[first + i]!)
  }
  // Two calls that do not need each other: both are under way before the first is waited for.
  const together = world.allgatherv(mine)
  change = await world.allreduce(myChange)
  importance = (await together).data
}

// Nothing is lost: all shares are 1 together, as at the beginning. The three greatest are published values.
const sum = importance.reduce((a, b) => a + b)
assert(Math.abs(sum - 1) < 1e-12, `the shares add up to ${sum}`)
const best = [...importance.keys()].sort((a, b) => importance[b]! - importance[a]!).slice(0, 3)
assert.deepEqual(
  best.map((member) => [member + 1, importance[member]!.toFixed(5)]),
  [
    [34, '0.10092'],
    [1, '0.09700'],
    [33, '0.07169'],
  ],
)
const shares = best.map((member) => `${member + 1} with ${importance[member]!.toFixed(5)}`).join(', ')
if (rank === 0) console.log(`${rounds} rounds: the most important of ${n} members are ${shares}`)
