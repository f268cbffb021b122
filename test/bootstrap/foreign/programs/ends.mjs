// `ends.mjs HOW RANK`: RANK ends in the way HOW, once all others have talked to it; the others wait for it.
import { abort, world } from 'tsmpi'

const [how, whoText] = process.argv.slice(2)
const who = Number(whoText)
if (world.rank === who) for (let i = 1; i < world.size; i++) await world.recv()
else await world.send('here', who)
if (world.rank === who) {
  if (how === 'kill') process.kill(process.pid, 'SIGKILL')
  if (how === 'throw') throw new Error('boom')
  if (how === 'exit3') process.exit(3)
  if (how === 'abort') abort(7)
  if (how === 'owe') {
    void world.send(new Float64Array(1e6), (who + 1) % world.size)
    process.exit(0)
  }
} else if (how === 'abort') {
  process.on('exit', () => console.log('a handler of the program ran'))
  await world.recv(who)
} else if (process.argv[4] === 'swallow') {
  process.on('unhandledRejection', () => {})
} else if (process.argv[4] === 'finish') {
  // Waits for nobody, but cannot finish.
} else {
  await world.recv(who, { tag: 9 })
}
