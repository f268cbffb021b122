import { world } from 'tsmpi'

/**
 * Ranks exchange messages, each with each and all together, and check every answer, until the input of rank 0 ends.
 * For each line of that input rank 0 says how often they have done so. The argument is the length of a message.
 */
const { rank, size } = world
const length = Number(process.argv[2] ?? 3)
let exchanges = 0
let asked = 0
let isOver = false

if (rank === 0) {
  process.stdin.on('data', (bytes: Buffer) => {
    asked += bytes.filter((byte) => byte === 10).length
  })
  process.stdin.on('end', () => {
    isOver = true
  })
}

/** Whatever nobody of the job has sent would be found here. */
const unasked = await world.dup()

for (let isLast = false; !isLast; exchanges++) {
  for (let shift = 1; shift < size; shift++) {
    const [dest, source] = [(rank + shift) % size, (rank + size - shift) % size]
    const came = await world.sendrecv<Int32Array>(messageOf(rank, shift), dest, { source })
    const wanted = messageOf(source, shift)
    if (came.length !== length || came.some((value, i) => value !== wanted[i])) {
      throw new Error(`rank ${rank} got ${came.length} wrong numbers from rank ${source}`)
    }
  }
  const sum = await world.allreduce(exchanges * (rank + 1))
  if (sum !== (exchanges * size * (size + 1)) / 2) throw new Error(`rank ${rank} got the sum ${sum}`)
  isLast = await world.bcast(isOver)
  const found = await unasked.iprobe()
  if (found !== null) throw new Error(`rank ${rank} was sent ${JSON.stringify(found)}`)
  for (; asked > 0; asked--) console.log(`exchanged ${exchanges + 1}`)
}
console.log(`done after ${exchanges}`)

function messageOf(from: number, shift: number): Int32Array {
  return new Int32Array(length).fill(from * 1000 + shift).fill(exchanges, 0, 1)
}
