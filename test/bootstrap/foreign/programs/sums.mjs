// Every rank says what it knows and what all together have found.
import { hostname, SUM, world } from 'tsmpi'

const { rank, size } = world
const total = await world.allreduce(rank + 1, SUM)
const from = (rank + size - 1) % size
const got = await world.sendrecv(new Float64Array([rank]), (rank + 1) % size, { source: from })
console.log(`${rank} of ${size} on ${hostname}: ${total}, ${got[0]}`)
