import { afterEach, describe, expect, it } from 'vitest'
import { type NetworkOptions, SimulatedNetwork } from '../../src/transport/simulated/network.ts'
import { describeTransportContract } from './contract.ts'
import { Group, numbered, someTurns } from './contract-tools.ts'

const networks: SimulatedNetwork[] = []

/** A network with recorders at all ends, all held. */
function open(size: number, options: NetworkOptions = {}): { network: SimulatedNetwork; group: Group } {
  const network = new SimulatedNetwork(size, { maxBodyBytes: 1 << 20, ...options })
  networks.push(network)
  const transports = Array.from({ length: size }, (_, rank) => network.transport(rank))
  const group = new Group({ transports, kill: (rank) => network.kill(rank), dispose() {} })
  group.hold()
  return { network, group }
}

afterEach(() => {
  for (const network of networks.splice(0)) network.close()
})

describeTransportContract('simulated', (size) => {
  const network = new SimulatedNetwork(size, { maxBodyBytes: 1 << 20 })
  const transports = Array.from({ length: size }, (_, rank) => network.transport(rank))
  return { transports, kill: (rank) => network.kill(rank), dispose: () => network.close() }
})

describeTransportContract(
  'simulated, with delays and a small window',
  (size) => {
    const network = new SimulatedNetwork(size, {
      maxBodyBytes: 1 << 20,
      windowBytes: 5000,
      copyBytes: 0,
      delayMs: [0, 3],
    })
    const transports = Array.from({ length: size }, (_, rank) => network.transport(rank))
    return { transports, kill: (rank) => network.kill(rank), dispose: () => network.close() }
  },
  { runs: 3 },
)

describe('the schedule', () => {
  /** Who received from whom and when, as three ranks flood each other and rank 0 dies on the way. */
  async function trace(seed: number): Promise<string> {
    const { network, group } = open(3, { seed, delayMs: [0, 2] })
    const lines: string[] = []
    group.sinks.forEach((sink, rank) => {
      sink.also.frame = ({ peer, frame }) => lines.push(`${peer}>${rank} ${frame.tag} at ${network.nowMs}`)
      sink.also.released = () => lines.push(`${rank} has its memory back`)
    })
    for (let i = 0; i < 30; i++)
      for (const from of [0, 1, 2])
        group.send(from, (from + 1 + (i % 2)) % 3, numbered(i), new Uint8Array(i * 50), {})
    network.at(1.5, () => network.kill(0))
    await Promise.all([1, 2].map((rank) => group.transport(rank).flush()))
    await group.sink(1).until(() => group.sink(1).gone.length > 0)
    return lines.join('\n')
  }

  it('is the same for the same seed', async () => {
    expect(await trace(7)).toBe(await trace(7))
  })

  it('differs from seed to seed', async () => {
    const traces = new Set(await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(trace)))
    expect(traces.size).toBe(8)
  })

  it('lets each of two waiting ranks be first, under some seed', async () => {
    const first = new Set<number>()
    for (let seed = 0; seed < 20; seed++) {
      const { group } = open(3, { seed })
      const order: number[] = []
      for (const rank of [1, 2]) group.sink(rank).also.frame = () => order.push(rank)
      group.send(0, 1, numbered(0), null, null)
      group.send(0, 2, numbered(0), null, null)
      await group.transport(0).flush()
      first.add(order[0]!)
    }
    expect([...first].sort()).toEqual([1, 2])
  })

  it('draws a seed if none is given, and tells it', async () => {
    const seeds = new Set([1, 2, 3].map(() => new SimulatedNetwork(2).seed))
    expect(seeds.size).toBe(3)
  })

  it('lets everything that a delivery sets off happen before the next one', async () => {
    const { group } = open(2)
    const order: string[] = []
    group.sink(1).also.frame = async ({ frame }) => {
      for (let i = 0; i < 50; i++) await null
      order.push(`after ${frame.tag}`)
    }
    for (let i = 0; i < 40; i++) group.send(0, 1, numbered(i), null, null)
    await group.transport(0).flush()
    await someTurns()
    expect(order).toEqual(Array.from({ length: 40 }, (_, i) => `after ${i}`))
  })
})

describe('borrowed memory', () => {
  it('is seen as it is at delivery or at release, whichever is first, so early overwriting shows', async () => {
    const seen = { early: 0, late: 0, intact: 0 }
    for (let seed = 0; seed < 40; seed++) {
      const { group } = open(2, { seed })
      const body = new Uint8Array(1000).fill(1)
      const order: string[] = []
      group.sink(0).also.released = () => order.push('released')
      group.sink(1).also.frame = () => order.push('delivered')
      expect(group.send(0, 1, numbered(0, 1000), body, {})).toBe(false)
      if (seed % 2 === 0) body.fill(2)
      await group.sink(1).arrived(1)
      await group.sink(0).until(() => group.sink(0).released.size === 1)
      if (seed % 2 === 0) expect(group.sink(1).arrivals[0]!.body[500]).toBe(2)
      else if (group.sink(1).arrivals[0]!.body[500] === 1) seen.intact++
      if (order[0] === 'released') seen.early++
      else seen.late++
    }
    expect(seen.intact).toBe(20)
    expect(seen.early).toBeGreaterThan(5)
    expect(seen.late).toBeGreaterThan(5)
  })

  it('is no use to a sink that keeps a body or a frame past the call', async () => {
    const network = new SimulatedNetwork(2)
    networks.push(network)
    let body: Uint8Array | null = null
    let kind = 0
    const nothing = { onReleased() {}, onPeerGone() {}, onFatal() {} }
    network.transport(0).open({ ...nothing, onFrame() {} })
    network.transport(1).open({
      ...nothing,
      onFrame(_peer, frame, bytes) {
        body = bytes
        queueMicrotask(() => (kind = frame.kind))
      },
    })
    network.transport(1).hold()
    network.transport(0).send(1, numbered(0), new Uint8Array(16).fill(1), null)
    await network.transport(0).flush()
    await someTurns()
    expect(body).toEqual(new Uint8Array(16).fill(0xdb))
    expect(kind).toBe(0xdb)
  })
})

describe('the window', () => {
  it('bounds what is in flight from one rank to another, and lets one large frame pass alone', async () => {
    const { network, group } = open(2, { windowBytes: 3000 })
    let most = 0
    group.sink(1).also.frame = () => (most = Math.max(most, network.bytesInFlight(0, 1)))
    for (let i = 0; i < 50; i++) group.send(0, 1, numbered(i), new Uint8Array(700), {})
    expect(network.bytesInFlight(0, 1)).toBe(2800)
    await group.transport(0).flush()
    expect(most).toBeLessThanOrEqual(3000)
    group.send(0, 1, numbered(50), new Uint8Array(100_000), {})
    await group.sink(1).arrived(51)
    expect(network.bytesInFlight(0, 1)).toBe(0)
  })

  it('gives memory back only for frames inside it', async () => {
    const { group } = open(2, { windowBytes: 3000 })
    group.release(1)
    for (let i = 0; i < 50; i++) group.send(0, 1, numbered(i), new Uint8Array(700), {})
    await someTurns()
    expect(group.sink(0).released.size).toBe(4)
    group.hold(1)
    await group.sink(0).until(() => group.sink(0).released.size === 50)
  })
})

describe('virtual time', () => {
  it('fires timers in order and at their time, without waiting', async () => {
    const { network } = open(2)
    const fired: string[] = []
    const started = performance.now()
    await new Promise<void>((resolve) => {
      network.clock(0).after(3_600_000, resolve)
      network.clock(1).after(2000, () => fired.push(`b at ${Math.round(network.nowMs)}`))
      network.clock(0).after(1000, () => fired.push(`a at ${Math.round(network.nowMs)}`))
      network.clock(0).after(1500, () => fired.push('cancelled'))()
    })
    expect(fired).toEqual(['a at 1000', 'b at 2000'])
    expect(network.nowMs).toBeGreaterThanOrEqual(3_600_000)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('does not jump to a timer while something real is going on', async () => {
    const { network } = open(2)
    const order: string[] = []
    const timer = new Promise<void>((resolve) =>
      network.clock(0).after(10_000, () => {
        order.push('virtual')
        resolve()
      }),
    )
    await new Promise<void>((resolve) => setTimeout(resolve, 30)).then(() => order.push('real'))
    await timer
    expect(order).toEqual(['real', 'virtual'])
  })

  it('delays frames by a constant, a range or a function, in order', async () => {
    const { network, group } = open(2, { delayMs: (_source, _dest, bytes) => bytes })
    const times: number[] = []
    group.sink(1).also.frame = () => times.push(Math.floor(network.nowMs))
    group.send(0, 1, numbered(0), new Uint8Array(500), null)
    group.send(0, 1, numbered(1), new Uint8Array(10), null)
    group.send(0, 1, numbered(2), new Uint8Array(900), null)
    await group.transport(0).flush()
    expect(times).toEqual([500, 500, 900])
  })

  it('passes when programs poll, look at the clock, or both', async () => {
    const { network, group } = open(2, { delayMs: 5000 })
    const clock = network.clock(1)
    group.send(0, 1, numbered(0), null, null)
    let polls = 0
    while (group.sink(1).arrivals.length === 0 && polls < 100_000) {
      await clock.turn()
      polls++
    }
    expect(polls).toBeLessThan(1000)
    const until = clock.nowMs() + 5
    while (clock.nowMs() < until);
  })

  it('forgets cancelled timers', async () => {
    const { network } = open(1)
    for (let i = 0; i < 10_000; i++) network.clock(0).after(i + 1000, () => expect.unreachable())()
    await new Promise<void>((resolve) => network.clock(0).after(20_000, resolve))
    expect(network.events).toBe(1)
  })
})

describe('a turn', () => {
  it('resolves after what had arrived, and does not wait for what comes later', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const { network, group } = open(3, { seed })
      for (let i = 0; i < 10; i++) for (const from of [0, 2]) group.send(from, 1, numbered(i), null, null)
      // An endless stream from rank 2, which must not keep the turn from ending.
      group.sink(1).also.frame = ({ peer }) => {
        if (peer === 2) group.send(2, 1, numbered(99), null, null)
      }
      await network.clock(1).turn()
      expect(group.sink(1).from(0).length).toBe(10)
      network.close()
    }
  })

  it('resolves without a hold', async () => {
    const { network, group } = open(2)
    group.release()
    group.send(0, 1, numbered(0), null, null)
    await network.clock(1).turn()
    expect(group.sink(1).arrivals.length).toBe(0)
  })
})

describe('death', () => {
  it('cuts off a different part of the last words under different seeds', async () => {
    const lengths = new Set<number>()
    for (let seed = 0; seed < 30; seed++) {
      const { network, group } = open(2, { seed })
      for (let i = 0; i < 20; i++) group.send(1, 0, numbered(i), null, null)
      network.kill(1, 'power cut')
      await group.sink(0).until(() => group.sink(0).gone.length > 0)
      expect(group.sink(0).gone[0]!.reason).toBe('power cut')
      lengths.add(group.sink(0).arrivals.length)
    }
    expect(lengths.size).toBeGreaterThan(5)
  })

  it('can come at a time or after a number of events, and stops the timers of the dead', async () => {
    const { network, group } = open(3)
    network.at(50, () => network.kill(1))
    network.afterEvents(3, () => network.kill(2))
    network.clock(1).after(60, () => expect.unreachable())
    for (let i = 0; i < 10; i++) group.send(0, 1, numbered(i), null, null)
    await group.sink(0).until(() => group.sink(0).gone.length === 2)
    expect(group.sink(0).gone.map((g) => g.peer)).toEqual([2, 1])
    await new Promise<void>((resolve) => network.clock(0).after(100, resolve))
  })
})

describe('a stall', () => {
  it('is reported once per silence, and only when somebody waits', async () => {
    const { network, group } = open(2)
    group.release()
    let stalls = 0
    const stalled = () =>
      new Promise<void>((resolve) =>
        network.onStall(() => {
          stalls++
          resolve()
        }),
      )
    const first = stalled()
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(stalls).toBe(0)
    group.hold(0)
    await first
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(stalls).toBe(1)
    group.send(1, 0, numbered(0), null, null)
    await group.sink(0).arrived(1)
    await stalled()
    expect(stalls).toBe(2)
  })

  it('waits for real timers', async () => {
    const { network } = open(2)
    const order: string[] = []
    const stalled = new Promise<void>((resolve) =>
      network.onStall(() => {
        order.push('stall')
        resolve()
      }),
    )
    setTimeout(() => order.push('real'), 200)
    await stalled
    expect(order).toEqual(['real', 'stall'])
  })
})

it('hands what a sink throws to its listener, and goes on', async () => {
  const { network, group } = open(2)
  const thrown: unknown[] = []
  network.onThrow((error) => thrown.push(error))
  group.sink(1).onFrame = () => {
    throw new Error('sink')
  }
  group.send(0, 1, numbered(0), null, null)
  group.send(1, 0, numbered(0), null, null)
  await group.sink(0).arrived(1)
  await someTurns()
  expect(thrown).toEqual([new Error('sink')])
})
