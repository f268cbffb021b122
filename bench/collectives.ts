/** Time of a barrier, and of bcast, allreduce and alltoall by size, until the slowest rank has left the call. */

import { SUM, world } from 'tsmpi'
import { head, measure, report } from './measure.ts'

head('barrier')
report(0, await measure(300, () => world.barrier()))

const sizes = [8, 1024, 64 << 10, 1 << 20]

head('bcast')
for (const bytes of sizes) {
  const data = new Float64Array(bytes / 8)
  const figures = await measure(100, async () => {
    data.fill(world.rank === 0 ? 7 : 0)
    await world.bcast(data)
    if (data[data.length - 1] !== 7) throw new Error(`bcast of ${bytes} bytes: wrong data`)
  })
  report(bytes, figures)
}

head('allreduce')
for (const bytes of sizes) {
  const data = new Float64Array(bytes / 8).fill(world.rank)
  const sum = new Float64Array(bytes / 8)
  const expected = (world.size * (world.size - 1)) / 2
  const figures = await measure(100, async () => {
    await world.allreduce(data, SUM, { into: sum })
    if (sum[sum.length - 1] !== expected) throw new Error(`allreduce of ${bytes} bytes: wrong data`)
  })
  report(bytes, figures)
}

head('alltoall (bytes of one block)')
for (const bytes of sizes) {
  const data = new Float64Array((world.size * bytes) / 8).fill(world.rank)
  const all = new Float64Array((world.size * bytes) / 8)
  const figures = await measure(50, async () => {
    await world.alltoall(data, { into: all })
    if (all[all.length - 1] !== world.size - 1) throw new Error(`alltoall of ${bytes} bytes: wrong data`)
  })
  report(bytes, figures)
}
