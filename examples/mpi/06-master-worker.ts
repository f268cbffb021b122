/**
 * A master hands out tasks, one at a time, to whichever worker is free: counting primes in intervals, where the
 * later ones take longer. With one rank, rank 0 is master and worker at once.
 *
 * Teaches: messages, ANY_SOURCE, tag, status
 * Run: npx tsrun -n 4 examples/mpi/06-master-worker.ts
 */

import assert from 'node:assert/strict'
import { ANY_SOURCE, world } from 'tsmpi'

// Tags tell the two directions apart, which matters when rank 0 plays both parts.
const READY = 1
const TASK = 2
const LIMIT = 100_000
const STEP = 5_000

const { rank, size } = world
const workers = Math.max(1, size - 1)

/** Answers every worker that reports with the start of an interval or, when there is none left, null. */
async function master(): Promise<{ primes: number; tasks: number }> {
  const total = { primes: 0, tasks: 0 }
  let begin = 0
  let running = workers
  for await (const { value, status } of world.messages<number | null>({ source: ANY_SOURCE, tag: READY })) {
    if (value !== null) {
      total.primes += value
      total.tasks++
    }
    const task = begin < LIMIT ? begin : null
    await world.send(task, status.source, { tag: TASK })
    begin += STEP
    if (task === null && --running === 0) break
  }
  return total
}

/** Asks for work, with the result of the task before, until there is none. */
async function worker(): Promise<void> {
  for (let result: number | null = null; ; ) {
    await world.send(result, 0, { tag: READY })
    const begin = await world.recv<number | null>(0, { tag: TASK })
    if (begin === null) return
    result = Array.from({ length: STEP }, (_, i) => begin + i).filter(isPrime).length
  }
}

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false
  return n >= 2
}

const [total] = await Promise.all([rank === 0 && master(), (rank > 0 || size === 1) && worker()])
if (total) {
  assert.deepEqual(total, { primes: 9592, tasks: LIMIT / STEP })
  console.log(`${total.primes} primes below ${LIMIT}, in ${total.tasks} tasks; workers: ${workers}`)
}
