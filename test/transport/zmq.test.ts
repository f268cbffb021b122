import { createRequire } from 'node:module'
import { afterEach, describe, expect, it } from 'vitest'
import { writeCard, writeHello } from '../../src/transport/zmq/card.ts'
import { describeTransportContract } from './contract.ts'
import { data, Group, isData, numbered, someTurns } from './contract-tools.ts'
import { overTcp, type ZmqFixture, zmqRanks } from './zmq-ranks.ts'

const zmq = createRequire(import.meta.url)('zeromq') as typeof import('zeromq')
const MIB = 1 << 20

describeTransportContract('zmq', (size) => zmqRanks(size))
describeTransportContract('zmq with a window of 100 kB', (size) => zmqRanks(size, { windowBytes: 100_000 }), {
  runs: 2,
})
describeTransportContract('zmq over tcp', (size) => zmqRanks(size, overTcp(true)), { runs: 3 })
describeTransportContract('zmq over tcp in plain', (size) => zmqRanks(size, overTcp(false)), { runs: 3 })
describeTransportContract(
  'zmq that looks for its messages itself',
  (size) => zmqRanks(size, { looksOut: true }),
  {
    runs: 2,
  },
)

describe('zmq', { timeout: 30_000 }, () => {
  let fixture: ZmqFixture
  afterEach(() => fixture.dispose())

  const open = (size: number, windowBytes?: number): Group => {
    fixture = zmqRanks(size, { windowBytes })
    return new Group(fixture)
  }

  /** A DEALER that pretends to be a rank. */
  const intruder = async (routingId: string, ...messages: Uint8Array[]) => {
    const dealer = new zmq.Dealer({ routingId, linger: 0 })
    dealer.connect(`ipc://${fixture.dir}/r0`)
    for (const message of messages) await dealer.send(message)
    return dealer
  }

  it('connects all ranks to all ranks', async () => {
    const group = open(12)
    group.hold()
    for (let from = 0; from < 12; from++) {
      for (let to = 0; to < 12; to++) {
        if (from !== to) group.send(from, to, numbered(to), data(from * 100, from), null)
      }
    }
    await Promise.all(group.transports.map((t) => t.flush()))
    for (const sink of group.sinks) {
      expect(sink.arrivals.length).toBe(11)
      expect(sink.arrivals.every((a) => isData(a.body, a.peer))).toBe(true)
    }
    group.expectNoBreach()
  })

  it('leaves at most a window and one frame on the way to a rank that does not read', async () => {
    const group = open(2, 4 * MIB)
    group.hold(0)
    for (let i = 0; i < 40; i++) group.send(0, 1, numbered(i), data(MIB, i), {})
    await someTurns()
    const before = process.memoryUsage().rss
    for (let i = 0; i < 5; i++) await someTurns()
    expect(process.memoryUsage().rss - before).toBeLessThan(16 * MIB)
    expect(group.transport(0).unflushed).toBe(40)
  })

  it('notices a lost message', async () => {
    const group = open(3)
    group.hold()
    group.send(0, 1, numbered(0), null, null)
    await group.sink(1).arrived(1)
    const hello = writeHello({ job: 'test', rank: 2, card: writeCard({ endpoint: 'ipc:///nowhere' }) })
    const lost = new Uint8Array(24)
    lost[0] = 2
    lost[4] = 2
    const dealer = await intruder('2', hello, lost)
    await group.sink(0).until(() => group.sink(0).breaches.length > 0)
    expect(group.sink(0).breaches.splice(0).join()).toMatch(/lost a message: number 2 came where 1 was due/)
    dealer.close()
  })

  it('does not listen to another job, nor to somebody without a rank', async () => {
    const group = open(3)
    group.hold()
    group.send(0, 1, numbered(0), null, null)
    await group.sink(1).arrived(1)
    const card = writeCard({ endpoint: 'ipc:///nowhere' })
    const dealers = [
      await intruder('2', writeHello({ job: 'other', rank: 2, card }), new Uint8Array(24), new Uint8Array(3)),
      await intruder('nobody', new Uint8Array(100)),
      await intruder('99', new Uint8Array(100)),
    ]
    await someTurns()
    for (const dealer of dealers) dealer.close()
    group.send(1, 0, numbered(1), null, null)
    await group.sink(0).arrived(1)
    expect(group.sink(0).gone).toEqual([])
    group.expectNoBreach()
  })

  it('refuses a rank that introduces itself as another one', async () => {
    const group = open(3)
    group.hold()
    group.send(0, 1, numbered(0), null, null)
    await group.sink(1).arrived(1)
    const dealer = await intruder('2', writeHello({ job: 'test', rank: 1, card: '{}' }))
    await group.sink(0).until(() => group.sink(0).breaches.length > 0)
    expect(group.sink(0).breaches.splice(0).join()).toMatch(/same version of tsmpi/)
    dealer.close()
  })
})
