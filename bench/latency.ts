/**
 * One-way latency between ranks 0 and 1: half a round trip, as OSU's osu_latency has it; and the bandwidth
 * that follows from it. Data is checked.
 */

import { world } from 'tsmpi'
import { head, measure, report } from './measure.ts'

head('latency, one way', 'MB/s')
for (const bytes of [1, 8, 64, 1024, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20]) {
  const ball = new Uint8Array(bytes)
  let round = 0
  const figures = await measure(bytes > 100_000 ? 60 : 600, async () => {
    round++
    if (world.rank === 0) {
      ball[bytes - 1] = round
      await world.send(ball, 1)
      await world.recv(1, { into: ball })
    } else if (world.rank === 1) {
      await world.recv(0, { into: ball })
      await world.send(ball, 0)
    }
    if (world.rank < 2 && ball[bytes - 1] !== round % 256)
      throw new Error(`${bytes} bytes: wrong data in round ${round}`)
  })
  const half = { minUs: figures.minUs / 2, medianUs: figures.medianUs / 2, p99Us: figures.p99Us / 2 }
  report(bytes, half, (bytes / half.medianUs).toFixed(1))
}
