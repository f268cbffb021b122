/** Collective calls with random layouts of all kinds and element types, against elements picked one by one. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runRanks } from '../../../src/testing/index.ts'
import { allocate, typeOf } from '../../../src/wire/datatype.ts'
import { Layout } from '../../../src/wire/layout/layout.ts'
import { copyElement, ctorOf, picked, type Sample, samples } from '../../wire/layout/tools.ts'
import { concat, expectSame } from '../collective/tools.ts'
import { same } from '../tools.ts'

test('on 3 ranks, layouts of all kinds and element types', async () => {
  await fc.assert(
    fc.asyncProperty(samples, fc.integer(), async (sample, seed) => {
      await runRanks(
        3,
        async (comm) => {
          const mine = turned(sample, comm.rank)
          const wanted = [0, 1, 2].map((rank) => picked(turned(sample, rank)))
          const all = concat(wanted, ctorOf(sample.data))
          expect(same(await comm.allgather(mine.given), all)).toBe(true)
          const into = all.slice()
          await comm.allgather(mine.given, { into })
          expect(same(into, all)).toBe(true)
          if (new Set(mine.places).size < mine.places.length) return comm.bcast(picked(mine), 2)
          const root = await comm.bcast(mine.given, 2)
          expect(root).toBe(mine.given)
          expect(same(picked(mine), wanted[2])).toBe(true)
          const model = turned(sample, comm.rank)
          for (const [i, place] of mine.places.entries()) copyElement(model.data, place, wanted[2]!, i)
          expectSame(mine.data, model.data)
        },
        { seed },
      )
    }),
    { numRuns: 150 },
  )
})

/** The same places in data of a rank's own. */
function turned({ given, data, places }: Sample, rank: number): Sample {
  const own = allocate(typeOf(data), data.length)
  for (let i = 0; i < data.length; i++) copyElement(own, i, data, (i + rank) % data.length)
  return {
    given: given instanceof Layout ? new Layout(own, given.places) : { ...given, data: own },
    data: own,
    places,
  }
}
