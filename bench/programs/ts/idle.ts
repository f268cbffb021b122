/** CPU time of a rank that waits for a message: idle=<ms to wait>. */

import { world } from 'tsmpi'
import { eachSize, printLine } from './bench.ts'

await eachSize(async (name, waitMs) => {
  await world.barrier()
  if (world.rank === 0) {
    await new Promise((resolve) => setTimeout(resolve, waitMs))
    await world.send(new Uint8Array([42]), 1)
    const percent = await world.recv<number>(1)
    printLine(name, waitMs, percent, percent, 1)
  } else {
    const start = performance.now()
    const cpu = process.cpuUsage()
    const [received] = await world.recv(0, { into: new Uint8Array(1) })
    if (received !== 42) throw new Error(`${name}: wrong data`)
    const { user, system } = process.cpuUsage(cpu)
    await world.send(((user + system) / 1000 / (performance.now() - start)) * 100, 0)
  }
})
