/** Half the round trip of an object, which is packed and unpacked on its way: a small one, a wide one, a long one. */

import { performance } from 'node:perf_hooks'
import { isDeepStrictEqual } from 'node:util'
import { world } from 'tsmpi'
import { eachSize, measure, printLine } from './bench.ts'

const { rank } = world

const OBJECTS: readonly unknown[] = [
  { id: 12345, name: 'particle 17', position: [1.5, -2.25, 3.125], active: true },
  Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key ${i}`, [i, i + 0.5, `value ${i}`][i % 3]])),
  Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 1_000_003),
]

await eachSize(async (name, which, _first, budget) => {
  const out = OBJECTS[which]
  let received: unknown
  const bench = {
    async run(n: number): Promise<number> {
      const start = performance.now()
      if (rank === 0) {
        for (let i = 0; i < n; i++) {
          await world.send(out, 1)
          received = await world.recv(1)
        }
      } else {
        for (let i = 0; i < n; i++) {
          received = await world.recv(0)
          await world.send(out, 0)
        }
      }
      return (performance.now() - start) / 1000
    },
    clear() {
      received = undefined
    },
    check: () => isDeepStrictEqual(received, out),
  }
  const { seconds, iterations } = await measure(name, which, bench, true, budget)
  printLine(name, which, (seconds / 2) * 1e6, (seconds / 2) * 1e6, iterations)
})
