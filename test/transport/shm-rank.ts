/**
 * A process that is one of N ranks over shared memory, started by shm-process.test.ts with a role to play. It
 * reports through its IPC channel, which does not keep it alive.
 */

import { openShm } from '../../src/transport/shm/open-shm.ts'
import type { Sink } from '../../src/transport/transport.ts'
import { Block } from '../../src/wire/block.ts'
import type { Frame } from '../../src/wire/frame.ts'
import { data, isData, numbered } from './contract-data.ts'

const [, , runtimeDir, rankText, sizeText, role] = process.argv
const rank = Number(rankText)
const size = Number(sizeText)
const fd = 4

export type Message = { readonly says: string } | { readonly tells: string }
const say = (says: string) => process.send!({ says } satisfies Message)
const told = new Set<string>()
let wake = () => {}
process.on('message', (message: Message) => {
  if ('tells' in message) told.add(message.tells)
  wake()
})
process.channel!.unref()
/** What the test tells; keeps this process alive until then. */
const untilTold = async (what: string): Promise<void> => {
  process.channel!.ref()
  while (!told.has(what)) await new Promise<void>((resolve) => (wake = resolve))
  process.channel!.unref()
}

const ranks = Array.from({ length: size }, (_, r) => r)
const transport = openShm({ fd, rank, ranks, hasOtherHosts: false, runtimeDir: runtimeDir! })
let onFrame: (peer: number, frame: Frame, body: Uint8Array) => void = () => {}
const sink: Sink = {
  onFrame: (peer, frame, body) => onFrame(peer, frame, body),
  onReleased() {},
  onPeerGone: (peer) => say(`rank ${peer} is gone`),
  onFatal: (error) => say(`fatal: ${error.message}`),
}
transport.open(sink)
process.on('exit', () => say('exit'))

const send = (to: number, i: number, length: number) =>
  transport.send(to, numbered(i, length), data(length, i), i % 2 === 0 ? {} : null)
const frames = (count: number) =>
  new Promise<void>((resolve) => {
    let left = count
    onFrame = () => --left === 0 && resolve()
  })
const lengthOf = (i: number) => [0, 8, 24, 300, 5000, 20_000, 140_000][i % 7]!

const roles: Record<string, () => Promise<void>> = {
  async 'answer and end'() {
    transport.hold()
    await frames(1)
    send(0, 0, 100)
    await transport.flush()
    transport.release()
  },
  async 'stop waiting'() {
    transport.hold()
    await frames(1)
    setTimeout(() => transport.release(), 50)
  },
  async 'wait for ever'() {
    transport.hold()
    say('waiting')
  },
  async 'send and end'() {
    for (let i = 0; i < 40; i++) send(0, i, i * 40)
    say(`unsent ${transport.unsent}`)
    process.exit(0)
  },
  async 'send, flush and close'() {
    for (let i = 0; i < 60; i++) send(0, i, i * 5000)
    await transport.flush()
    await transport.close()
    transport.hold()
  },
  /** Of a size that no shared memory holds, for a reader that does not read. */
  async 'send too much'() {
    for (let i = 0; i < 24; i++) transport.send(0, numbered(i), data(1 << 20, i), {})
    say('sent')
  },
  async 'send, then hang'() {
    for (let i = 0; i < 60; i++) send(0, i, i * 100)
    await transport.flush()
    say('hanging')
    setTimeout(() => {
      for (;;);
    })
  },
  /** Everybody sends to everybody, and checks what comes. */
  async 'all to all'() {
    const rounds = 140
    const next = new Array<number>(size).fill(0)
    transport.hold()
    const done = new Promise<void>((resolve) => {
      onFrame = (peer, frame, body) => {
        if (frame.tag !== next[peer]!++ || body.length !== lengthOf(frame.tag) || !isData(body, frame.tag))
          say(`wrong: ${frame.tag} from ${peer}`)
        if (next.every((n, r) => r === rank || n === rounds)) resolve()
      }
    })
    for (let i = 0; i < rounds; i++) {
      for (const to of ranks) if (to !== rank) send(to, i, lengthOf(i))
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await done
    await transport.flush()
    say('done')
    await untilTold('close')
    await transport.close()
  },
  /** Throws a counter to the next rank, over lanes and frames in turn, until somebody dies. */
  async 'ring for ever'() {
    const to = (rank + 1) % size
    transport.hold()
    onFrame = (_, frame) => {
      if (rank === 1 && frame.tag === 100) say('turning')
      const next = numbered(rank === 0 ? frame.tag + 1 : frame.tag)
      transport.send(to, next, null, null)
    }
    if (rank === 0) transport.send(to, numbered(0), null, null)
  },
  /** Waits for two seconds, while timers go on. */
  async 'wait and count'() {
    transport.hold()
    let ticks = 0
    const timer = setInterval(() => ticks++, 20)
    const before = process.cpuUsage()
    await new Promise((resolve) => setTimeout(resolve, 2000))
    const { user, system } = process.cpuUsage(before)
    say(`ticks ${ticks}`)
    say(`ms ${Math.round((user + system) / 1000)}`)
    clearInterval(timer)
    transport.release()
  },
  /** Shows its memory, and common memory. */
  async expose() {
    const own = Block.of(Float64Array.from({ length: 5000 }, (_, i) => i))
    const place = transport.takeMemory(100_000)
    const common = new Float64Array(transport.memory(place, 100_000))
    common.fill(7)
    const addresses = new Float64Array([
      transport.expose(own),
      transport.expose(Block.of(common.subarray(100))),
    ])
    transport.send(0, numbered(0), new Uint8Array(addresses.buffer), null)
    await untilTold('done')
    // Held until then.
    if (own.byteLength === 0) throw new Error()
  },
}

await roles[role!]!()
