/** latency, bw, bibw and rate as osu_latency, osu_bw, osu_bibw and osu_mbw_mr have them. */

import { performance } from 'node:perf_hooks'
import { world } from 'tsmpi'
import { eachSize, fillBytes, hasBytes, measure, printLine } from './bench.ts'

const WINDOW = 64
const { rank, size } = world
const pairs = size / 2
/** The first half of the ranks. */
const sends = rank < pairs
const partner = sends ? rank + pairs : rank - pairs

await eachSize(async (name, bytes, first, budget) => {
  const out = fillBytes(new Uint8Array(bytes), rank)
  const into = new Uint8Array(bytes)
  const ack = new Uint8Array(1)

  async function runLatency(n: number): Promise<number> {
    const start = performance.now()
    if (rank === 0) {
      for (let i = 0; i < n; i++) {
        await world.send(out, 1)
        await world.recv(1, { into })
      }
    } else {
      for (let i = 0; i < n; i++) {
        await world.recv(0, { into })
        await world.send(out, 0)
      }
    }
    return (performance.now() - start) / 1000
  }

  /** A window of messages one way, then a short answer; in pairs of a rank of each half. */
  async function runOneWay(n: number): Promise<number> {
    const window: Promise<unknown>[] = new Array(WINDOW)
    const start = performance.now()
    if (sends) {
      for (let i = 0; i < n; i++) {
        for (let w = 0; w < WINDOW; w++) window[w] = world.send(out, partner)
        await Promise.all(window)
        await world.recv(partner, { into: ack, tag: 1 })
      }
    } else {
      for (let i = 0; i < n; i++) {
        for (let w = 0; w < WINDOW; w++) window[w] = world.recv(partner, { into, tag: 0 })
        await Promise.all(window)
        await world.send(ack, partner, { tag: 1 })
      }
    }
    return (performance.now() - start) / 1000
  }

  async function runBothWays(n: number): Promise<number> {
    const window: Promise<unknown>[] = new Array(2 * WINDOW)
    const start = performance.now()
    for (let i = 0; i < n; i++) {
      for (let w = 0; w < WINDOW; w++) window[w] = world.recv(partner, { into, tag: 0 })
      for (let w = 0; w < WINDOW; w++) window[WINDOW + w] = world.send(out, partner)
      await Promise.all(window)
      if (sends) await world.recv(partner, { into: ack, tag: 1 })
      else await world.send(ack, partner, { tag: 1 })
    }
    return (performance.now() - start) / 1000
  }

  const clear = () => void into.fill(0)
  const check = () => hasBytes(into, partner)

  if (name === 'latency') {
    const bench = { run: runLatency, clear, check }
    const { seconds, iterations } = await measure(name, bytes, bench, first, budget)
    printLine(name, bytes, (seconds / 2) * 1e6, (seconds / 2) * 1e6, iterations)
  } else if (name === 'bibw') {
    const bench = { run: runBothWays, clear, check }
    const { seconds, iterations } = await measure(name, bytes, bench, first, budget)
    const mbPerS = (2 * WINDOW * bytes) / seconds / 1e6
    printLine(name, bytes, mbPerS, mbPerS, iterations)
  } else if (name === 'bw' || name === 'rate') {
    const bench = { run: runOneWay, clear, check: () => sends || check() }
    const { seconds, iterations } = await measure(name, bytes, bench, first, budget)
    const perS = (WINDOW * pairs) / (await world.allreduce(sends ? seconds / pairs : 0))
    const value = name === 'bw' ? (perS * bytes) / 1e6 : perS
    printLine(name, bytes, value, value, iterations)
  } else {
    throw new Error(`no such benchmark: ${name}`)
  }
})
