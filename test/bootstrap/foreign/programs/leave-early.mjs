// `leave-early.mjs RANK`: RANK ends by process.exit(0) with nothing owed, the others go on without it.
import { world } from 'tsmpi'

const who = Number(process.argv[2])
const { rank, size } = world
if (rank === who) {
  process.on('exit', () => console.log('left'))
  process.exit(0)
}
// None has talked to another yet: they need addresses from rank 0.
const rest = [...Array(size).keys()].filter((r) => r !== who)
const i = rest.indexOf(rank)
const next = rest[(i + 1) % rest.length]
const before = rest[(i + rest.length - 1) % rest.length]
const got = await world.sendrecv(`from ${rank}`, next, { source: before })
console.log(`${rank} got ${got}`)
