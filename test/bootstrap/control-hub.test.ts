import { expect, test } from 'vitest'
import { ControlHub } from '../../src/bootstrap/control-hub.ts'

function setup(size: number) {
  const sent: string[] = []
  const hub = new ControlHub(size, (rank, message) => {
    const { t, ...rest } = message
    sent.push(`${rank}: ${t} ${Object.values(rest).join(' ')}`.trimEnd())
  })
  const take = () => sent.splice(0)
  return { hub, take }
}

test('a card is asked of its rank once, and given to all who wanted it', () => {
  const { hub, take } = setup(3)
  hub.receive(0, { t: 'card?', rank: 2 })
  hub.receive(1, { t: 'card?', rank: 2 })
  expect(take()).toEqual(['2: want'])
  hub.receive(2, { t: 'publish', card: 'here' })
  expect(take()).toEqual(['0: card 2 here', '1: card 2 here'])
  hub.receive(0, { t: 'card?', rank: 2 })
  expect(take()).toEqual(['0: card 2 here'])
})

test('a card published unasked waits for those who ask', () => {
  const { hub, take } = setup(2)
  hub.receive(1, { t: 'publish', card: 'here' })
  hub.receive(0, { t: 'card?', rank: 1 })
  expect(take()).toEqual(['0: card 1 here'])
})

test('who finishes is announced once, and the last one ends the waiting of all', () => {
  const { hub, take } = setup(3)
  hub.receive(1, { t: 'finished' })
  expect(take()).toEqual(['0: finished 1 false', '2: finished 1 false'])
  hub.markLeft(1)
  expect(take()).toEqual([])
  hub.markLeft(0)
  take()
  hub.receive(2, { t: 'finished' })
  expect(take()).toEqual([
    '0: finished 2 false',
    '1: finished 2 false',
    '0: allFinished',
    '1: allFinished',
    '2: allFinished',
  ])
})

test('a finished rank is still asked for its card', () => {
  const { hub, take } = setup(2)
  hub.receive(1, { t: 'finished' })
  take()
  hub.receive(0, { t: 'card?', rank: 1 })
  expect(take()).toEqual(['1: want'])
  hub.receive(1, { t: 'publish', card: 'here' })
  expect(take()).toEqual(['0: card 1 here'])
})

test('of a rank that has left only those hear who want its card, before or after', () => {
  const { hub, take } = setup(3)
  hub.receive(0, { t: 'card?', rank: 1 })
  take()
  hub.markLeft(1)
  expect(take()).toEqual(['0: finished 1 true', '2: finished 1 true', '0: left 1'])
  hub.receive(2, { t: 'card?', rank: 1 })
  expect(take()).toEqual(['2: left 1'])
})
