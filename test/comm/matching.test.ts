import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ANY, MatchQueue } from '../../src/comm/matching.ts'

interface Entry {
  readonly id: number
  readonly source: number
  readonly tag: number
}

const fits = (post: Entry, source: number, tag: number) =>
  (post.source === ANY || post.source === source) && (post.tag === ANY || post.tag === tag)

/** MPI's matching rule at its plainest: two lists, searched from the front. */
class Model {
  posts: Entry[] = []
  arrivals: Entry[] = []

  match(source: number, tag: number): Entry | null {
    const index = this.posts.findIndex((post) => fits(post, source, tag))
    return index < 0 ? null : this.posts.splice(index, 1)[0]!
  }

  peek(source: number, tag: number): Entry | null {
    const wanted = { id: -1, source, tag }
    return this.arrivals.find((arrival) => fits(wanted, arrival.source, arrival.tag)) ?? null
  }

  take(source: number, tag: number): Entry | null {
    const arrival = this.peek(source, tag)
    if (arrival) this.arrivals.splice(this.arrivals.indexOf(arrival), 1)
    return arrival
  }

  withdraw(post: Entry): boolean {
    const index = this.posts.indexOf(post)
    if (index >= 0) this.posts.splice(index, 1)
    return index >= 0
  }
}

type Step = { kind: 'message' | 'receive' | 'peek' | 'withdraw'; source: number; tag: number; pick: number }

function steps(size: number, maxLength: number): fc.Arbitrary<Step[]> {
  const step = fc.record<Step>({
    kind: fc.constantFrom(
      'message',
      'message',
      'message',
      'receive',
      'receive',
      'receive',
      'peek',
      'withdraw',
    ),
    source: fc.integer({ min: -1, max: size - 1 }),
    tag: fc.integer({ min: -1, max: 3 }),
    pick: fc.nat(),
  })
  return fc.array(step, { maxLength, size: 'max' })
}

/** Does to the queue and to the model what a messenger does, and compares everything they answer. */
function compare(size: number, program: Step[]): void {
  const queue = new MatchQueue<Entry, Entry>(size)
  const model = new Model()
  const everPosted: Entry[] = []
  for (const [id, { kind, source, tag, pick }] of program.entries()) {
    if (kind === 'message') {
      const arrival = { id, source: Math.max(source, 0), tag: Math.max(tag, 0) }
      const post = queue.match(arrival.source, arrival.tag)
      expect(post).toBe(model.match(arrival.source, arrival.tag))
      if (post) continue
      queue.park(arrival)
      model.arrivals.push(arrival)
    } else if (kind === 'receive') {
      const arrival = queue.take(source, tag)
      expect(arrival).toBe(model.take(source, tag))
      if (arrival) continue
      const post = { id, source, tag }
      queue.post(post)
      model.posts.push(post)
      everPosted.push(post)
    } else if (kind === 'peek') {
      expect(queue.peek(source, tag)).toBe(model.peek(source, tag))
    } else if (everPosted.length > 0) {
      const post = everPosted[pick % everPosted.length]!
      expect(queue.withdraw(post)).toBe(model.withdraw(post))
    }
    if (id % 16 === 0) {
      expect(queue.posts()).toEqual(model.posts)
      expect(queue.arrivals()).toEqual(model.arrivals)
    }
  }
  expect(queue.posts()).toEqual(model.posts)
  expect(queue.arrivals()).toEqual(model.arrivals)
}

describe('the match queue answers as two plain lists do', () => {
  it.each([1, 2, 3, 7])('for %d ranks', (size) => {
    fc.assert(
      fc.property(steps(size, 60), (program) => compare(size, program)),
      { numRuns: 300 },
    )
  })

  it('for long programs, whose lists grow and shrink', () => {
    fc.assert(
      fc.property(steps(3, 2000), (program) => compare(3, program)),
      { numRuns: 30 },
    )
  })
})

describe('long queues', () => {
  const size = 2
  const count = 20_000

  it('are taken from either end by tag without losing their order', () => {
    const queue = new MatchQueue<Entry, Entry>(size)
    for (let id = 0; id < count; id++) queue.park({ id, source: id % 2, tag: id % 5 })
    for (let id = 4; id < count; id += 5) expect(queue.take(ANY, 4)?.id).toBe(id)
    for (let id = 0; id < count; id += 2) if (id % 5 !== 4) expect(queue.take(0, ANY)?.id).toBe(id)
    const rest = queue.arrivals().map(({ id }) => id)
    expect(rest).toEqual([...Array(count).keys()].filter((id) => id % 2 === 1 && id % 5 !== 4))
  })

  it('of receives serve messages in the order of posting', () => {
    const queue = new MatchQueue<Entry, Entry>(size)
    for (let id = 0; id < count; id++) queue.post({ id, source: id % 3 === 2 ? ANY : id % 3, tag: ANY })
    const served: number[] = []
    for (let i = 0; i < count / 2; i++) served.push(queue.match(i % 2, i)!.id)
    const ofRank = (rank: number) => served.filter((_, i) => i % 2 === rank)
    for (const rank of [0, 1]) expect(ofRank(rank)).toEqual([...ofRank(rank)].sort((a, b) => a - b))
    expect(new Set(served).size).toBe(served.length)
    expect(queue.posts().length).toBe(count - served.length)
  })
})
