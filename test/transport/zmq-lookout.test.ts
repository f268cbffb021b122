import { afterEach, describe, expect, it } from 'vitest'
import { Lookout } from '../../src/transport/zmq/lookout.ts'
import { data, Group, isData, numbered } from './contract-tools.ts'
import { overTcp, type ZmqFixture, zmqRanks } from './zmq-ranks.ts'

/** The first waits are left to the event loop in any case. */
const FIRST = 64

describe('the lookout for a message', () => {
  /** `yieldMs`: how long others keep the core. */
  const make = (yieldMs = 0, canYield = true) => {
    const made = { yields: 0, searches: 0, looks: 0, nowMs: 0, isThere: () => false as boolean }
    const giveWay = () => {
      made.yields++
      made.nowMs += yieldMs
    }
    const lookout = new Lookout({
      findYield() {
        made.searches++
        return canYield ? giveWay : null
      },
      nowMs: () => made.nowMs,
    })
    /** Number of looks in each of `n` waits. */
    const wait = (n: number): number[] =>
      Array.from({ length: n }, () => {
        made.looks = 0
        lookout.wait(() => {
          made.looks++
          return made.isThere()
        })
        return made.looks
      })
    return { made, wait }
  }

  it('does nothing for a program of few messages', () => {
    const { made, wait } = make()
    expect(Math.max(...wait(FIRST - 1))).toBe(0)
    expect(made.searches).toBe(0)
  })

  it('ends with the look that finds something, and gives the core away before each further one', () => {
    const { made, wait } = make()
    wait(FIRST - 1)
    made.isThere = () => made.looks === 7
    expect(wait(100)).toEqual(new Array(100).fill(7))
    expect(made.yields).toBe(600)
    expect(made.searches).toBe(1)
  })

  it('gives up what is always in vain, tries again now and then, and goes on as soon as that pays off', () => {
    const { made, wait } = make()
    wait(FIRST - 1)
    const vain = wait(4)
    expect(Math.min(...vain)).toBeGreaterThan(10)
    expect(wait(320).filter((looks) => looks > 0).length).toBe(10)
    made.isThere = () => true
    const after = wait(100)
    const first = after.findIndex((looks) => looks > 0)
    expect(first).toBeLessThan(32)
    expect(after.slice(first)).toEqual(new Array(100 - first).fill(1))
  })

  it('does not look on where others keep the core for long', () => {
    const { made, wait } = make(3)
    wait(FIRST - 1)
    expect(wait(1)[0]).toBeLessThan(10)
    expect(made.nowMs).toBeLessThan(30)
  })

  it('does not look where the core cannot be given away', () => {
    const { made, wait } = make(0, false)
    expect(Math.max(...wait(300))).toBe(0)
    expect(made.searches).toBe(1)
  })
})

describe('zmq that looks for its messages itself', { timeout: 30_000 }, () => {
  let fixture: ZmqFixture
  afterEach(() => fixture.dispose())

  it('exchanges messages of all sizes while timers still fire', async () => {
    fixture = zmqRanks(2, { ...overTcp(false), looksOut: true })
    const group = new Group(fixture)
    group.hold()
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    const began = performance.now()
    const rounds = 600
    for (let i = 0; i < rounds; i++) {
      const length = i % 100 === 99 ? 300_000 : i % 200
      for (const [from, to] of [
        [0, 1],
        [1, 0],
      ] as const) {
        group.send(from, to, numbered(i, length), data(length, i), null)
        await group.sink(to).arrived(i + 1, from)
        const { body } = group.sink(to).from(from)[i]!
        expect(body.length === length && isData(body, i)).toBe(true)
      }
    }
    const tookMs = performance.now() - began
    clearInterval(timer)
    // Of which one may be late by the time of 8 messages.
    expect(ticks).toBeGreaterThan(Math.min(rounds / 32, tookMs / 50))
    group.expectNoBreach()
  })
})
