import { world } from 'tsmpi'

// Says that all ranks have met, waits for the end of the input of rank 0, and meets again.
const { rank, size } = world
const other = new Int32Array(1)
async function meet(): Promise<void> {
  for (let shift = 1; shift < size; shift++) {
    const [dest, source] = [(rank + shift) % size, (rank + size - shift) % size]
    await world.sendrecv(Int32Array.of(rank), dest, { source, into: other })
    if (other[0] !== source) throw new Error(`rank ${source} says that it is rank ${other[0]}`)
  }
}

await meet()
console.log('met')
if (rank === 0) for await (const _ of process.stdin);
await world.barrier()
await meet()
console.log('met again')
