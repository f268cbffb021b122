/** Memory of a rank, the mean over ranks in MiB: when it begins, and when it has sent its first messages. */

import { SUM, world } from 'tsmpi'
import { eachSize, fillBytes, hasBytes, printMean } from './bench.ts'

const { rank, size } = world
const mib = (): number => process.memoryUsage.rss() / 2 ** 20

const atStart = mib()

await eachSize(async (name) => {
  for (const bytes of [8, 65536]) {
    const out = fillBytes(new Uint8Array(bytes), rank)
    const into = new Uint8Array(bytes)
    const source = (rank + size - 1) % size
    await world.sendrecv(out, (rank + 1) % size, { source, into })
    if (!hasBytes(into, source)) throw new Error(`${name}: wrong data`)
  }
  const sum = await world.allreduce(new Float64Array([rank]), SUM, { into: new Float64Array(1) })
  if (sum[0] !== (size * (size - 1)) / 2) throw new Error(`${name}: wrong data`)
  const afterMessages = mib()
  await printMean(name, 0, atStart, 1)
  await printMean(name, 1, afterMessages, 1)
})
