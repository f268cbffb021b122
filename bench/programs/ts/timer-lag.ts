/**
 * How late a timer of 1 ms is, on a rank that does nothing with tsmpi, that waits for a message, and that exchanges
 * messages without a pause: timer-lag=<ms for each>. C and Python have no event loop to keep alive.
 */

import { world } from 'tsmpi'
import { eachSize, printLine } from './bench.ts'

const { rank } = world
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Runs `situation` beside a timer of 1 ms; gives median, 99th percentile and maximum of its lag in ms. */
async function lagDuring(situation: () => Promise<void>): Promise<number[]> {
  const lags: number[] = []
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    lags.push(Math.max(0, now - last - 1))
    last = now
  }, 1)
  await situation()
  clearInterval(timer)
  // A timer that never came is as late as the whole situation was long.
  lags.push(Math.max(0, performance.now() - last - 1))
  lags.sort((a, b) => a - b)
  return [0.5, 0.99, 1].map((part) => lags[Math.min(lags.length - 1, Math.floor(part * lags.length))]!)
}

async function waitForMessage(ms: number): Promise<void> {
  if (rank === 1) {
    const [received] = await world.recv(0, { into: new Uint8Array(1) })
    if (received !== 42) throw new Error('timer-lag: wrong data')
  } else {
    await sleep(ms)
    await world.send(new Uint8Array([42]), 1)
  }
}

async function pingPong(ms: number): Promise<void> {
  const ball = new Float64Array(1)
  const end = performance.now() + ms
  for (let i = 1; ; i++) {
    if (rank === 0) {
      const more = performance.now() < end
      ball[0] = more ? i : 0
      await world.send(ball, 1)
      if (!more) return
      await world.recv(1, { into: ball })
      if (ball[0] !== -i) throw new Error('timer-lag: wrong data')
    } else {
      await world.recv(0, { into: ball })
      if (ball[0] === 0) return
      if (ball[0] !== i) throw new Error('timer-lag: wrong data')
      ball[0] = -i
      await world.send(ball, 0)
    }
  }
}

await eachSize(async (name, ms) => {
  let row = 0
  for (const situation of [sleep, waitForMessage, pingPong]) {
    await world.barrier()
    const lags = await lagDuring(() => situation(ms))
    // Rank 1 is the one that waits.
    for (const lag of await world.bcast(lags, 1)) printLine(name, row++, lag, lag, 1)
  }
})
