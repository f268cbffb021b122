// Started by srun or torchrun, without tsrun.
import { world } from 'tsmpi'

const { rank, size } = world
const previous = (rank + size - 1) % size
const value = await world.sendrecv(Int32Array.of(rank), (rank + 1) % size, { source: previous })
if (value[0] !== previous) throw new Error(`rank ${rank} got ${value[0]} instead of ${previous}`)
const sum = await world.allreduce(rank)
if (rank === 0) console.log(`${size} ranks, sum ${sum}`)
