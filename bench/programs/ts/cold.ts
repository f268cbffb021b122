/** One way of 8 bytes in the very first messages of a job, nothing warmed up: cold=<how many>. */

import { performance } from 'node:perf_hooks'
import { world } from 'tsmpi'
import { eachSize, fillBytes, hasBytes, printLine } from './bench.ts'

const { rank } = world

await eachSize(async (name, count) => {
  const out = fillBytes(new Uint8Array(8), rank)
  const into = new Uint8Array(8)
  await world.barrier()
  const start = performance.now()
  for (let i = 0; i < count / 2; i++) {
    if (rank === 0) await world.send(out, 1)
    await world.recv(1 - rank, { into })
    if (rank === 1) await world.send(out, 0)
  }
  const us = ((performance.now() - start) * 1000) / count
  if (!hasBytes(into, 1 - rank)) throw new Error(`${name}: wrong data`)
  printLine(name, count, us, us, count)
})
