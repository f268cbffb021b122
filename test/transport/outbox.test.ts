import { describe, expect, it } from 'vitest'
import { Outbox, type Wire } from '../../src/transport/zmq/outbox.ts'
import { HEAD_BYTES, type Head, MessageFlag, readHead, readRecords } from '../../src/transport/zmq/wire.ts'
import { Frame } from '../../src/wire/frame.ts'
import { data, isData, numbered } from './contract-tools.ts'

const KIB = 1024
const MIB = 1024 * KIB

interface Message {
  readonly head: Head
  readonly frames: { readonly tag: number; readonly body: Uint8Array }[]
  readonly parts: number
}

/** A wire that hands over one message at a time, when told, and remembers all. */
class SlowWire implements Wire {
  readonly messages: Message[] = []
  #next: (() => void) | null = null

  send(parts: Uint8Array | Uint8Array[]): Promise<void> {
    if (this.#next !== null) throw new Error('a second send while one is going on')
    this.messages.push(decode(Array.isArray(parts) ? parts : [parts]))
    return new Promise((resolve) => {
      this.#next = resolve
    })
  }

  /** Lets everything through that wants to go. */
  async drain(): Promise<void> {
    while (this.#next !== null) {
      const next = this.#next
      this.#next = null
      next()
      for (let i = 0; i < 5; i++) await null
    }
  }
}

function decode(parts: Uint8Array[]): Message {
  const head: Head = { kind: 0, flags: 0, sequence: 0, taken: 0, takenFrames: 0 }
  const first = parts[0]!.slice()
  const view = new DataView(first.buffer)
  const frames: Message['frames'] = []
  if (first.length < HEAD_BYTES) return { head, frames, parts: parts.length }
  readHead(head, view)
  const frame = new Frame()
  readRecords(view, parts[1], frame, (body) => frames.push({ tag: frame.tag, body: body.slice() }))
  return { head, frames, parts: parts.length }
}

function setUp(windowBytes = 8 * MIB) {
  const log: string[] = []
  const released: object[] = []
  const wire = new SlowWire()
  const outbox = new Outbox(
    {
      released: (token) => released.push(token),
      blocked: (yes) => log.push(yes ? 'blocked' : 'open'),
      wanted: () => log.push('wanted'),
      failed: (error) => log.push(String(error)),
    },
    windowBytes,
  )
  const connect = async () => {
    outbox.connect(wire, new Uint8Array(3))
    await wire.drain()
    wire.messages.shift()
  }
  return { outbox, wire, log, released, connect }
}

describe('outbox', () => {
  it('asks for a connection, says hello first, and then sends what has gathered', async () => {
    const { outbox, wire, log } = setUp()
    outbox.send(numbered(1), null, null)
    expect(log).toEqual(['wanted'])
    outbox.send(numbered(2), new Uint8Array(100), null)
    outbox.connect(wire, new Uint8Array(3))
    await wire.drain()
    expect(wire.messages.map((m) => m.frames.map((f) => f.tag))).toEqual([[], [1, 2]])
    expect(wire.messages[1]!.head.sequence).toBe(1)
  })

  it('sends the first frame inside the call and gathers while it is on its way', async () => {
    const { outbox, wire, connect } = setUp()
    await connect()
    for (let i = 0; i < 1000; i++) outbox.send(numbered(i), data(8, i), null)
    expect(wire.messages.length).toBe(1)
    await wire.drain()
    expect(wire.messages.length).toBe(3)
    const frames = wire.messages.flatMap((m) => m.frames)
    expect(frames.map((f) => f.tag)).toEqual([...Array(1000).keys()])
    expect(frames.every((f) => isData(f.body, f.tag))).toBe(true)
    expect(wire.messages.map((m) => m.head.sequence)).toEqual([1, 2, 3])
  })

  it('sends each awaited frame at once, until there are many in one turn of the event loop', async () => {
    const { outbox, wire, connect } = setUp()
    await connect()
    const sendAndAwait = async (i: number) => {
      outbox.send(numbered(i), data(1000, i), null)
      await wire.drain()
    }
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    await turn()
    let i = 0
    while (wire.messages.length === i) await sendAndAwait(i++)
    expect(i).toBeGreaterThan(10)
    await turn()
    await wire.drain()
    expect(wire.messages.length).toBe(i)
    expect(wire.messages.at(-1)!.frames.map((f) => f.tag)).toEqual([i - 1])
    const enough = i + 20
    while (wire.messages.length < enough) await sendAndAwait(i++)
    // What was full did not wait for the turn.
    expect(wire.messages.at(-1)!.frames.length).toBeGreaterThan(50)
    await turn()
    await wire.drain()
    expect(wire.messages.flatMap((m) => m.frames).map((f) => f.tag)).toEqual([...Array(i).keys()])
  })

  it('copies up to 32 KiB, and sends the rest of a large body outside, behind what has gathered', async () => {
    const { outbox, wire, connect } = setUp()
    await connect()
    outbox.send(numbered(0), null, {})
    expect(outbox.send(numbered(1), data(32 * KIB, 1), {})).toBe(true)
    expect(outbox.send(numbered(2), data(32 * KIB + 1, 2), {})).toBe(false)
    expect(outbox.send(numbered(3), data(9, 3), {})).toBe(true)
    await wire.drain()
    expect(wire.messages.map((m) => [m.parts, m.frames.length])).toEqual([
      [1, 1],
      [2, 2],
      [1, 1],
    ])
    expect(wire.messages[1]!.frames.every((f) => isData(f.body, f.tag))).toBe(true)
  })

  it('stops at the window and goes on when the peer has taken enough', async () => {
    const { outbox, wire, log, connect } = setUp(2 * MIB)
    await connect()
    for (let i = 0; i < 5; i++) outbox.send(numbered(i), data(MIB, i), {})
    await wire.drain()
    expect(wire.messages.length).toBe(2)
    expect(log.at(-1)).toBe('blocked')
    outbox.acknowledged(MIB + 72, 1)
    await wire.drain()
    expect(wire.messages.length).toBe(3)
    outbox.acknowledged(3 * (MIB + 72), 3)
    expect(log.at(-1)).toBe('open')
    await wire.drain()
    expect(wire.messages.flatMap((m) => m.frames).map((f) => f.tag)).toEqual([0, 1, 2, 3, 4])
  })

  it('releases a body when the peer says so, not when the wire has taken it', async () => {
    const { outbox, wire, released, connect } = setUp()
    await connect()
    const tokens = [{}, {}, {}]
    for (const [i, token] of tokens.entries()) outbox.send(numbered(i), data(40 * KIB, i), token)
    await wire.drain()
    expect(released).toEqual([])
    outbox.acknowledged(2 * (40 * KIB + 72), 2)
    expect(released).toEqual(tokens.slice(0, 2))
    expect(outbox.unflushed).toBe(1)
    expect(outbox.drop()).toEqual([tokens[2]])
    expect(outbox.unflushed).toBe(0)
  })

  it('asks for an acknowledgement with the last borrowed body only', async () => {
    const { outbox, wire, connect } = setUp()
    await connect()
    for (let i = 0; i < 3; i++) outbox.send(numbered(i), data(40 * KIB, i), {})
    outbox.send(numbered(3), null, null)
    await wire.drain()
    const asking = wire.messages.map((m) => m.head.flags === MessageFlag.ACK_NOW)
    // The first left inside its own call, when nothing was known of the others.
    expect(asking).toEqual([true, false, true, false])
  })

  it('asks once for a flush, with the last frame or alone', async () => {
    const { outbox, wire, connect } = setUp()
    await connect()
    outbox.send(numbered(0), null, null)
    outbox.send(numbered(1), null, null)
    const first = outbox.flush()
    await wire.drain()
    expect(wire.messages.map((m) => m.head.flags)).toEqual([0, MessageFlag.ACK_NOW])
    outbox.acknowledged(2 * 72, 2)
    await first
    outbox.send(numbered(2), null, null)
    await wire.drain()
    const second = [outbox.flush(), outbox.flush()]
    await wire.drain()
    expect(wire.messages.length).toBe(4)
    expect(wire.messages[3]).toMatchObject({ frames: [], head: { flags: MessageFlag.ACK_NOW } })
    outbox.acknowledged(3 * 72, 3)
    await Promise.all(second)
  })

  it('tells what it has taken with whatever goes, and alone after a quarter of the window or when asked', async () => {
    const { outbox, wire, connect } = setUp(4000)
    await connect()
    outbox.took(500)
    outbox.tell(false)
    expect(wire.messages.length).toBe(0)
    outbox.send(numbered(0), null, null)
    await wire.drain()
    expect(wire.messages[0]!.head).toMatchObject({ taken: 500, takenFrames: 1 })
    outbox.took(100)
    outbox.tell(true)
    await wire.drain()
    expect(wire.messages[1]).toMatchObject({ frames: [], head: { taken: 600, takenFrames: 2 } })
    outbox.tell(true)
    outbox.took(1000)
    outbox.tell(false)
    await wire.drain()
    expect(wire.messages.length).toBe(3)
    expect(wire.messages[2]!.head.taken).toBe(1600)
  })

  it('acknowledges even while its own window is full', async () => {
    const { outbox, wire, log, connect } = setUp(1000)
    await connect()
    outbox.send(numbered(0), data(2000, 0), null)
    outbox.send(numbered(1), data(2000, 1), null)
    await wire.drain()
    expect(log.at(-1)).toBe('blocked')
    outbox.took(500)
    outbox.tell(false)
    await wire.drain()
    expect(wire.messages.at(-1)).toMatchObject({ frames: [], head: { taken: 500 } })
  })

  it('sends no byte of memory it has not written', async () => {
    const { outbox, wire, connect } = setUp()
    await connect()
    const raw: Uint8Array[] = []
    const send = wire.send.bind(wire)
    wire.send = (parts) => {
      raw.push((Array.isArray(parts) ? parts[0]! : parts).slice())
      return send(parts)
    }
    for (let i = 0; i < 200; i++) outbox.send(new Frame(), new Uint8Array(i % 23), null)
    await wire.drain()
    const allowed = new Set([0, 1, 2, ...Array(23).keys(), 200])
    for (const message of raw.slice(1)) {
      expect(message.subarray(HEAD_BYTES).every((byte) => allowed.has(byte))).toBe(true)
    }
  })
})
