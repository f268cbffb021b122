import { world } from 'tsmpi'

// Never ends by itself.
console.log('ready')
const values = new Float64Array(20_000)
for (;;) await world.allreduce(values)
