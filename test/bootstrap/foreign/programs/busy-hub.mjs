// Rank 0 computes until the others have found each other through it, and say so in a file.
import { existsSync, writeFileSync } from 'node:fs'
import { world } from 'tsmpi'

const done = process.argv[2]
if (world.rank === 0) {
  while (!existsSync(done));
} else {
  const other = 3 - world.rank
  const got = await world.sendrecv(world.rank, other, { source: other })
  if (world.rank === 1) writeFileSync(done, '')
  console.log(`${world.rank} got ${got}`)
}
