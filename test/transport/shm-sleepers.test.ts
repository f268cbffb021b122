/** Who sleeps, and how others wake him: in one process, where napping is played. */

import { describe, expect, it } from 'vitest'
import { bufferGround, Segment } from '../../src/transport/shm/segment.ts'
import { type Naps, Sleepers } from '../../src/transport/shm/sleepers.ts'

/** Sleepers of `n` ranks, and what happened to them in order. `during`: what others do while somebody naps. */
function sleepers(n: number, during: () => void = () => {}) {
  const ground = bufferGround(n)
  const events: string[] = []
  const segment = new Segment(ground)
  const naps: Naps = {
    wait(word, value, ms) {
      if (segment.words[word] !== value) {
        events.push('word has changed')
        return false
      }
      events.push(`naps up to ${ms} ms`)
      during()
      return segment.words[word] === value
    },
    wake: () => void events.push('woken from a nap'),
  }
  const doorbell = { listen() {}, keepAlive() {}, close() {} }
  const all = Array.from(
    { length: n },
    (_, rank) =>
      new Sleepers(
        new Segment(ground),
        rank,
        { ...doorbell, ring: (r) => void events.push(`bell of ${r}`) },
        naps,
      ),
  )
  return { all, events }
}

describe('sleepers', () => {
  it('ring the doorbell of who sleeps, once', () => {
    const { all, events } = sleepers(3)
    all[1]!.lieDown()
    all[0]!.wake(1)
    all[2]!.wake(1)
    all[0]!.wake(2)
    expect(events).toEqual(['bell of 1'])
  })

  it('wake who naps where it sleeps, and ring no bell', () => {
    const { all, events } = sleepers(3, () => all[2]!.wake(1))
    expect(all[1]!.nap(() => false, 1)).toBe(true)
    expect(events).toEqual(['naps up to 1 ms', 'woken from a nap'])
  })

  it('say when nobody has woken them', () => {
    const { all, events } = sleepers(2)
    expect(all[1]!.nap(() => false, 3)).toBe(false)
    expect(events).toEqual(['naps up to 3 ms'])
  })

  it('do not nap if there is something to be found', () => {
    const { all, events } = sleepers(2)
    expect(all[1]!.nap(() => true, 1)).toBe(true)
    expect(events).toEqual([])
  })

  it('lose nothing that comes between the look and the nap', () => {
    const { all, events } = sleepers(2)
    const look = () => {
      all[0]!.wake(1)
      return false
    }
    expect(all[1]!.nap(look, 1)).toBe(true)
    expect(events).toEqual(['woken from a nap', 'word has changed'])
  })

  it('are awake after a nap, however it ended', () => {
    const { all, events } = sleepers(2)
    all[1]!.nap(() => false, 1)
    all[1]!.nap(() => true, 1)
    const look = () => {
      throw new Error('wrong')
    }
    expect(() => all[1]!.nap(look, 1)).toThrow('wrong')
    events.length = 0
    all[0]!.wake(1)
    all[0]!.wakeAll()
    expect(events).toEqual([])
  })

  it('wake among others only those whom it concerns', () => {
    const { all, events } = sleepers(4)
    for (const rank of [0, 1, 3]) all[rank]!.lieDown()
    all[2]!.wakeAmong([3, 2, 1], (i) => i === 0)
    expect(events).toEqual(['bell of 3'])
    all[2]!.wakeAmong([3, 2, 1], () => true)
    expect(events).toEqual(['bell of 3', 'bell of 1'])
  })
})
