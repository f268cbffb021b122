// Every rank waits for the next one, which sends nothing.
import { world } from 'tsmpi'

await world.barrier()
console.log('here')
await world.recv((world.rank + 1) % world.size)
