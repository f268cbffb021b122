import { world } from 'tsmpi'

// One message from the rank of the argument to the other one, an answer, and thanks for it.
const first = Number(process.argv[2])
const other = 1 - world.rank
if (world.rank === first) {
  await world.send('question', other)
  await world.recv(other)
  await world.send('thanks', other)
} else {
  await world.recv(other)
  await world.send('answer', other)
  await world.recv(other)
}
console.log('answered')
