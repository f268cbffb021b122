/** Whoever reaches the port of a rank without belonging to the job: it cannot join, crash or delay it. */

import { createRequire } from 'node:module'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { readCard, writeHello } from '../../src/transport/zmq/card.ts'
import { JobKeys } from '../../src/transport/zmq/job-keys.ts'
import { data, Group, isData, numbered, someTurns } from './contract-tools.ts'
import { overTcp, SECRET, type ZmqFixture, zmqRanks } from './zmq-ranks.ts'

const zmq = createRequire(import.meta.url)('zeromq') as typeof import('zeromq')
const keys = new JobKeys(SECRET, 3)

/** What may come instead of a greeting of ZeroMQ. */
const GREETING = Buffer.concat([
  Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1]),
  Buffer.from('NULL'.padEnd(20, '\0')),
  Buffer.alloc(32),
])
const RUBBISH: Record<string, Buffer> = {
  nothing: Buffer.alloc(0),
  'a request for a web page': Buffer.from('GET / HTTP/1.1\r\nHost: rank\r\n\r\n'),
  'random bytes': Buffer.from(data(5000, 7)),
  'half a greeting': GREETING.subarray(0, 20),
  'a greeting and random bytes': Buffer.concat([GREETING, data(5000, 3)]),
  'the claim of a very long message': Buffer.concat([
    GREETING,
    Buffer.from([0x04, 0x26, 0x05]),
    Buffer.from('READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\x011'),
    Buffer.from([0x02, 0, 0, 0x40, 0, 0, 0, 0, 0]),
  ]),
  'a message of the first version': Buffer.from([1, 0, 4, 0, 65, 66, 67]),
}

describe.each([true, false])('strangers, encrypted: %s', { timeout: 60_000 }, (encrypted) => {
  let fixture: ZmqFixture
  const sockets: { close(): void }[] = []

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close()
    await fixture.dispose()
  })

  /** Ranks 0 and 1 of 3 that have met; rank 2 has not done anything yet. */
  const open = async (more = {}): Promise<Group> => {
    fixture = zmqRanks(3, { ...overTcp(encrypted), ...more })
    const group = new Group(fixture)
    group.hold()
    await pingPong(group, 1)
    return group
  }

  const endpoint = async () => readCard(await fixture.cards[0]!, 0).tcp!

  /** A DEALER that pretends to be a rank. */
  const intruder = async (routingId: string, options: object, ...messages: Uint8Array[]) => {
    const dealer = new zmq.Dealer({
      context: new zmq.Context(),
      ...(routingId !== '' && { routingId }),
      linger: 0,
      ...options,
    })
    sockets.push(dealer)
    dealer.connect(await endpoint())
    for (const message of messages) await dealer.send(message)
  }

  /** Somebody who speaks no ZeroMQ. */
  const caller = async (bytes: Uint8Array): Promise<Socket> => {
    const port = Number((await endpoint()).split(':').at(-1))
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket))
      socket.on('error', () => {})
      socket.write(bytes)
      sockets.push({ close: () => socket.destroy() })
    })
  }

  let sent = 0
  /** Frames there and back, and then a rank that has not been there yet. */
  async function pingPong(group: Group, rounds: number, ...others: number[]): Promise<void> {
    for (const peer of [1, ...others]) {
      for (let i = 0; i < rounds; i++) {
        const before = [group.sink(peer).from(0).length, group.sink(0).from(peer).length]
        group.send(0, peer, numbered(++sent, 200), data(200, sent), null)
        await group.sink(peer).arrived(before[0]! + 1, 0)
        group.send(peer, 0, numbered(sent, 200), data(200, sent), null)
        await group.sink(0).arrived(before[1]! + 1, peer)
        expect(isData(group.sink(0).from(peer).at(-1)!.body, sent)).toBe(true)
      }
    }
    group.expectNoBreach()
    for (const sink of group.sinks) {
      expect(sink.gone).toEqual([])
      expect(new Set(sink.arrivals.map((a) => a.frame.tag)).size).toBe(sink.arrivals.length)
    }
  }

  const hello = (rank: number, proof?: string) =>
    writeHello({ job: 'test', rank, card: '{"endpoint":"ipc:///nowhere"}', ...(proof && { proof }) })
  const names = [
    '2',
    '1',
    '0',
    '2.',
    `1.${keys.nickname(1, 0)}`,
    `2.${keys.nickname(1, 0)}`,
    '99',
    'nobody',
    '',
  ]
  if (encrypted) names.push(`2.${keys.nickname(2, 0)}`)

  it('do not get in by a name', async () => {
    const group = await open()
    for (const name of names) await intruder(name, {}, hello(2), new Uint8Array(100), new Uint8Array(0))
    await pingPong(group, 50, 2)
  })

  it('that know the public key of a rank and a proof do not get in, and are told of once', async () => {
    const group = await open()
    const pair = zmq.curveKeyPair()
    const options = encrypted
      ? {
          curveServerKey: keys.publicKey(0),
          curvePublicKey: pair.publicKey,
          curveSecretKey: pair.secretKey,
        }
      : {}
    while (fixture.warnings.length === 0) {
      await intruder('2', options, hello(2))
      await pingPong(group, 5)
    }
    for (const name of names) await intruder(name, options, hello(2, keys.proof(2, 0)), new Uint8Array(100))
    await pingPong(group, 50, 2)
    expect(fixture.warnings).toEqual([
      `rank 0 on host testhost refused a connection at ${await endpoint()}: ` +
        (encrypted ? '127.0.0.1' : 'somebody who calls himself rank 2'),
    ])
  })

  it.each(Object.keys(RUBBISH))('that send %s are not understood', async (what) => {
    const group = await open()
    for (let i = 0; i < 20; i++) await caller(RUBBISH[what]!)
    await pingPong(group, 20, 2)
  })

  it('that call a thousand times and say nothing do not stay', async () => {
    const group = await open({ timing: { admitMs: 1000 } })
    const hungUp: Promise<unknown>[] = []
    for (let i = 0; i < 1000; i++) {
      const socket = await caller(RUBBISH.nothing!)
      hungUp.push(new Promise((resolve) => socket.on('close', resolve)))
      socket.resume()
    }
    await pingPong(group, 50, 2)
    await Promise.all(hungUp)
    await pingPong(group, 5)
  })

  it('that call and hang up for as long as they can delay nobody', async () => {
    const group = await open()
    let stop = false
    const flood = (async () => {
      while (!stop) (await caller(GREETING)).destroy()
    })()
    await pingPong(group, 200, 2)
    stop = true
    await flood
  })

  if (encrypted) return

  it('that copy a name do not get in without the proof, nor spoil anything', async () => {
    const group = await open()
    const proofs = [undefined, '', keys.proof(0, 2), keys.proof(1, 0), 'x'.repeat(64)]
    for (const proof of proofs) await intruder(`2.${keys.nickname(2, 0)}`, {}, hello(2, proof))
    await someTurns()
    await pingPong(group, 50)
    expect(group.sink(0).from(2)).toEqual([])
  })
})
