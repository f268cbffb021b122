import { world } from 'tsmpi'

// One message from the rank of the argument to the other one, and an answer.
const first = Number(process.argv[2])
const other = 1 - world.rank
if (world.rank === first) {
  await world.send('question', other)
  await world.recv(other)
} else {
  await world.recv(other)
  await world.send('answer', other)
}
console.log('answered')
